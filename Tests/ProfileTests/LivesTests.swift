import Casework
import Testing
import WorkingTime

/// A whole life under each of the eight schemes, step by step: what is done, what happens, which limits run then.
struct LivesTests {
    /// Takes one step at its time and says what came of it.
    private func expect(
        _ life: inout Life, at time: String, _ happened: [Event.Kind], running: [String],
        at place: SourceLocation = #_sourceLocation, _ step: (inout Life) throws -> Void
    ) throws {
        life.now = try moment(time)
        let before = life.kinds.count
        try step(&life)
        #expect(Array(life.kinds.dropFirst(before)) == happened, sourceLocation: place)
        #expect(life.ends == running, sourceLocation: place)
    }

    @Test func `000-06 with 003-11: answered, called back in vain, dissatisfied, done again, satisfied`() throws {
        var life = try Life("p000-06", at: "2026-03-02T09:00")
        #expect(life.ends == [])
        try expect(&life, at: "2026-03-02T09:01", [.classified], running: []) {
            try $0.find("health", region: "tongdu")
        }
        try expect(
            &life, at: "2026-03-02T09:02", [.accepted, .dispatched], running: ["p000-06/close 2026-03-09"]
        ) { try $0.route() }
        #expect(life.lead == "tongdu-health" && life.file.policies.map(\.profile) == ["p000-06", "p003-11"])
        try expect(&life, at: "2026-03-02T15:00", [.signed], running: ["p000-06/close 2026-03-09"]) { try $0.sign() }
        try expect(&life, at: "2026-03-06T16:00", [.warned], running: ["p000-06/close 2026-03-09"]) {
            try $0.wait(until: "2026-03-06T23:59:59.999999")
        }
        try expect(&life, at: "2026-03-09T16:00", [.replied], running: []) { try $0.reply() }
        try expect(&life, at: "2026-03-09T17:00", [.calledBack], running: []) {
            try $0.give(Life.inVain, by: Life.agent)
        }
        #expect(
            life.nextCallback
                == (try moment("2026-03-09T21:00")))
        try expect(
            &life, at: "2026-03-10T09:00", [.calledBack, .rated, .supervised, .reopened],
            running: ["p000-06/close 2026-03-17", "p003-11/supervision:1 2026-03-13"]
        ) { try $0.give(Life.said(.dissatisfied), by: Life.agent) }
        try expect(
            &life, at: "2026-03-10T09:01", [.dispatched],
            running: ["p000-06/close 2026-03-17", "p003-11/supervision:1 2026-03-13"]
        ) { try $0.route() }
        try expect(
            &life, at: "2026-03-12T10:00", [.signed, .supervisionAnswered], running: ["p000-06/close 2026-03-17"]
        ) {
            try $0.sign()
            try $0.give(.answerSupervision(.init(organisation: $0.lead, order: 1)), by: $0.officer)
        }
        try expect(&life, at: "2026-03-12T14:00", [.supervisionReviewed], running: ["p000-06/close 2026-03-17"]) {
            try $0.give(.reviewSupervision(.init(order: 1)), by: Life.person("supervisor", at: "city-grid"))
        }
        try expect(&life, at: "2026-03-13T10:00", [.replied], running: []) { try $0.reply() }
        try expect(&life, at: "2026-03-13T11:00", [.calledBack, .rated, .closed], running: []) {
            try $0.give(Life.said(.satisfied), by: Life.agent)
        }
        #expect(life.file.round == 2 && life.file.course.missed == [])
    }

    @Test func `000-06 with 000-21 and 003-11: the environment's limits come with the case`() throws {
        var life = try Life("p000-06", at: "2026-03-02T09:00")
        try life.find("environment", region: "yunbu")
        try expect(&life, at: "2026-03-02T09:02", [.accepted, .dispatched], running: ["p000-21/close 2026-03-23"]) {
            try $0.route()
        }
        #expect(life.lead == "yunbu-environment")
        #expect(life.file.policies.map(\.profile) == ["p000-06", "p000-21", "p003-11"])
        try expect(
            &life, at: "2026-03-03T09:00", [.signed],
            running: ["p000-21/ack_from_line 2026-03-06", "p000-21/close 2026-03-23"]
        ) { try $0.sign() }
        try expect(&life, at: "2026-03-03T10:00", [.informed, .contacted], running: ["p000-21/close 2026-03-23"]) {
            try $0.inform(.acceptance)
            try $0.contact()
        }
        try expect(
            &life, at: "2026-03-20T10:00", [.extensionAsked, .extensionGranted],
            running: ["p000-21/close 2026-04-10T17:30"]
        ) {
            try $0.give(Life.extend("close", of: "p000-21", to: "2026-04-10T17:30"), by: $0.officer)
            try $0.give(.grantExtension(due: nil, means: "phone"), by: $0.head)
        }
        try expect(&life, at: "2026-04-10T17:00", [.warned, .warned, .replied], running: []) {
            try $0.give(.fire, by: .service("deadlines"))
            try $0.reply()
        }
        try expect(&life, at: "2026-04-13T11:00", [.calledBack, .rated, .closed], running: []) {
            try $0.give(Life.said(.basicallySatisfied), by: Life.agent)
        }
        #expect(life.file.course.missed == [])
    }

    @Test func `000-21: severe noise at night, on its own line`() throws {
        var life = try Life("p000-21", at: "2024-10-01T23:30")
        #expect(life.kinds == [.registered, .accepted])
        try expect(
            &life, at: "2024-10-01T23:31", [.classified],
            running: [
                "p000-21/ack_now now", "p000-21/close 2024-10-25", "p000-21/transfer 2024-10-08",
                "p000-21/transfer_now now",
            ]
        ) { try $0.find("noise", flags: ["severe_noise"], region: "wangting") }
        try expect(&life, at: "2024-10-01T23:31", [.warned, .warned], running: life.ends) {
            try $0.give(.fire, by: .service("deadlines"))
        }
        try expect(
            &life, at: "2024-10-01T23:32", [.dispatched], running: ["p000-21/ack_now now", "p000-21/close 2024-10-25"]
        ) { try $0.route() }
        try expect(
            &life, at: "2024-10-01T23:40", [.signed, .informed],
            running: ["p000-21/close 2024-10-25", "p000-21/close_now now", "p000-21/visit_now now"]
        ) {
            try $0.sign()
            try $0.inform(.acceptance)
        }
        try expect(
            &life, at: "2024-10-02T00:20", [.visited], running: ["p000-21/close 2024-10-25", "p000-21/close_now now"]
        ) { try $0.give(.visit(Visited(organisation: $0.lead)), by: $0.officer) }
        try expect(&life, at: "2024-10-02T01:00", [.replied, .closed], running: []) { try $0.reply() }
    }

    @Test func `003-16: one window at once, two within five working days`() throws {
        var one = try Life("p003-16", at: "2026-02-12T09:00", channel: "walk_in")
        try one.find("hall_civil")
        try expect(&one, at: "2026-02-12T09:05", [.accepted, .dispatched], running: ["p003-16/close_now now"]) {
            try $0.route()
        }
        #expect(one.lead == "liuba-civil")
        try one.sign()
        try expect(&one, at: "2026-02-12T09:30", [.replied, .closed], running: []) { try $0.reply() }
        try expect(&one, at: "2026-02-13T09:30", [.calledBack, .rated], running: []) {
            try $0.give(Life.said(.satisfied), by: Life.person("callback_agent", at: "liuba-supervision"))
        }

        var two = try Life("p003-16", at: "2026-02-12T09:00", channel: "letter")
        try two.find("hall_civil", also: ["hall_labour"])
        try expect(&two, at: "2026-02-12T09:05", [.accepted, .dispatched], running: ["p003-16/close_joint 2026-02-26"])
        {
            try $0.route()
        }
        #expect(two.lead == "liuba-civil" && two.file.helpers == ["liuba-labour"])
        #expect(two.clock("p003-16/close_joint")?.isAssumed == true)
        try two.sign()
        #expect(two.refusal(of: two.answer("oral"), by: two.officer) == .incomplete("form"))
        try expect(
            &two, at: "2026-02-27T09:00", [.warned, .warned, .missed, .escalated, .replied, .closed], running: []
        ) {
            try $0.give(.fire, by: .service("deadlines"))
            try $0.reply("written")
        }
        #expect(two.file.course.missed == ["p003-16/close_joint"])
    }

    @Test func `004-03: on site in minutes; a quiet matter without a limit`() throws {
        var urgent = try Life("p004-03", at: "2026-02-17T22:00")
        try urgent.find("violation", flags: ["onsite"], region: "tongdu")
        try expect(
            &urgent, at: "2026-02-17T22:08", [.warned, .dispatched], running: ["p004-03/arrive 2026-02-17T22:38"]
        ) {
            try $0.give(.fire, by: .service("deadlines"))
            try $0.route()
        }
        #expect(urgent.lead == "tongdu-squadron")
        // Its only limit is for being there, so that is what was left undone.
        let order = "p004-03/supervision:1 2026-02-26"
        try expect(
            &urgent, at: "2026-02-17T22:39", [.warned, .missed, .escalated, .supervised], running: urgent.ends + [order]
        ) {
            try $0.give(.fire, by: .service("deadlines"))
        }
        try expect(&urgent, at: "2026-02-17T22:45", [.signed, .visited, .replied, .closed], running: [order]) {
            try $0.sign()
            try $0.give(.visit(Visited(organisation: $0.lead)), by: $0.officer)
            try $0.reply()
        }
        #expect(urgent.file.course.missed == ["p004-03/arrive"])

        var quiet = try Life("p004-03", at: "2026-02-17T22:00")
        try quiet.find("consumer", region: "tongdu")
        try expect(
            &quiet, at: "2026-02-18T09:00", [.dispatched, .signed, .supervised],
            running: ["p004-03/supervision:1 2026-02-26"]
        ) {
            try $0.route()
            try $0.sign()
            try $0.give(.supervise(reason: "no_feedback"), by: Life.person("supervisor", at: "commerce-station"))
        }
        #expect(quiet.lead == "tongdu-market")
    }

    @Test func `004-08: laid before the leader, concluded, told`() throws {
        var life = try Life("p004-08", at: "2026-02-12T17:00", channel: "opinion_box")
        #expect(life.ends == ["p004-08/leader_step 2026-02-12"])
        try life.find("quality")
        try expect(&life, at: "2026-02-12T17:10", [.judgementRequested], running: life.ends) { try $0.route() }
        try expect(&life, at: "2026-02-12T20:00", [.submitted], running: []) {
            try $0.give(
                .submit(Submitted(organisation: "city-offices-inspection")),
                by: Life.person("officer", at: "city-offices-inspection"))
        }
        try expect(
            &life, at: "2026-02-13T09:00", [.instructed, .accepted, .dispatched], running: ["p004-08/close 2026-03-15"]
        ) {
            try $0.give(
                .instruct(Instructed(organisation: "city-offices-inspection")),
                by: Life.person("leader", at: "city-offices-inspection"))
            try $0.send(to: "city-offices-service")
        }
        try life.sign()
        try expect(
            &life, at: "2026-03-10T09:00", [.extensionAsked, .extensionGranted],
            running: ["p004-08/close 2026-04-01T17:00"]
        ) {
            try $0.give(Life.extend("close", of: "p004-08", to: "2026-04-01T17:00"), by: $0.officer)
            try $0.give(.grantExtension(due: nil, means: nil), by: $0.leader)
        }
        try expect(
            &life, at: "2026-04-01T09:00", [.warned, .warned, .replied, .closed],
            running: ["p004-08/result_notice 2026-04-03"]
        ) {
            try $0.give(.fire, by: .service("deadlines"))
            try $0.reply()
        }
        try expect(&life, at: "2026-04-02T09:00", [.informed], running: ["p004-08/result_notice 2026-04-03"]) {
            try $0.inform(.result, reached: false)
        }
        try expect(&life, at: "2026-04-03T09:00", [.warned, .informed], running: []) {
            try $0.give(.fire, by: .service("deadlines"))
            try $0.inform(.result)
        }
        #expect(life.file.course.missed == [])
    }

    @Test func `002-05 with 002-04: reported to the centre, called back by the squadron`() throws {
        var life = try Life("p002-05", at: "2026-02-12T09:00", channel: "web_citizen_platform")
        try life.find("appearance", region: "yunbu")
        let running = ["p002-05/close_platform 2026-02-15", "p002-05/close_range 2026-02-28"]
        try expect(&life, at: "2026-02-12T09:05", [.accepted, .dispatched], running: running) { try $0.route() }
        #expect(life.lead == "brigade-yunbu" && life.file.policies.map(\.profile) == ["p002-05", "p002-04"])
        try life.sign()
        try expect(&life, at: "2026-02-16T09:00", [.warned, .missed, .escalated], running: running) {
            try $0.give(.fire, by: .service("deadlines"))
        }
        try expect(&life, at: "2026-02-25T09:00", [.escalated, .targetPassed], running: running) {
            try $0.give(.fire, by: .service("deadlines"))
        }
        try expect(&life, at: "2026-02-25T10:00", [.replied, .closed], running: []) { try $0.reply(photo: true) }
        try expect(&life, at: "2026-02-25T11:00", [.calledBack, .calledBack, .rated], running: []) {
            try $0.give(Life.inVain, by: $0.officer)
            try $0.give(Life.said(.satisfied), by: $0.officer)
        }
        #expect(life.file.course.missed == ["p002-05/close_platform"], "each limit is scored by itself")
    }
}
