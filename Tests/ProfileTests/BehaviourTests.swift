import Casework
import Testing

/// The hard behaviours of part E, as far as these eight schemes touch them.
struct BehaviourTests {
    /// 004-08 in handling by the bureau's service centre since Friday 27 September 2024.
    private func bureau() throws -> Life {
        var life = try Life("p004-08", at: "2024-09-27T10:00")
        try life.find("efficiency")
        try life.route()
        try life.send(to: "city-offices-service")
        try life.sign()
        return life
    }

    /// 000-21's own line: noise, with the city's environment department.
    private func noise(source: String? = nil, contactable: Bool = true, at time: String = "2024-09-27T10:00") throws
        -> Life
    {
        var life = try Life("p000-21", at: time, source: source, contactable: contactable)
        try life.find("noise")
        try life.route()
        try life.sign()
        return life
    }

    @Test
    func `E-05: only the approver that the profile names extends, in time, within the cap, and the old end stays`()
        throws
    {
        var life = try bureau()
        try life.give(Life.extend("close", of: "p004-08", to: "2024-11-10T18:00"), by: life.officer)
        for actor in [life.officer, life.head, Life.person("supervisor", at: life.lead), Life.dispatcher] {
            #expect(
                life.refusal(of: .grantExtension(due: nil, means: "phone"), by: actor) == .notAllowed("grant_extension")
            )
        }
        try life.give(.grantExtension(due: nil, means: nil), by: life.leader)
        guard case .extensionGranted(let granted)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(short(.init(microseconds: granted.original)) == "2024-10-27", "the original end stays visible")
        #expect(
            life.refusal(of: try Life.extend("close", of: "p004-08", to: "2024-11-20T18:00"), by: life.officer)
                == .overCap("extend"), "once")

        var late = try bureau()
        try late.wait(until: "2024-10-28T00:00")
        #expect(
            late.refusal(of: try Life.extend("close", of: "p004-08", to: "2024-11-10T18:00"), by: late.officer)
                == .expired)
        #expect(late.file.course.missed.contains("p004-08/close"))
    }

    @Test func `E-07: without a cap each extension needs a date and the reason told, and they are counted`() throws {
        var life = try noise()
        for (number, due) in ["2024-11-15T18:00", "2024-12-31T18:00", "2025-03-31T18:00"].enumerated() {
            try life.give(Life.extend("close", of: "p000-21", to: due), by: life.officer)
            #expect(
                life.refusal(of: .grantExtension(due: nil, means: nil), by: life.head) == .incomplete("means"))
            try life.give(.grantExtension(due: nil, means: "phone"), by: life.head)
            #expect(life.clock("p000-21/close")?.limit == (try moment(due)))
            #expect(life.file.course.extensions["p000-21/close"] == number + 1)
        }
    }

    @Test(arguments: ["leader", "media"])
    func `E-08: an exempt case needs a date of its own, and nobody is told who complained not`(source: String) throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00", source: source, contactable: source != "media")
        try life.find("noise")
        #expect(try life.route() == [.judgementRequested], "no rule knows the date")
        let without = Order.dispatch(Dispatched(lead: "city-environment"))
        #expect(life.refusal(of: without, by: Life.dispatcher) == .incomplete("due"))
        #expect(try life.send(to: "city-environment", due: "2024-10-15T18:00") == [.limitSet, .dispatched])
        try life.sign()
        let expected = ["p000-21/ack_transferred 2024-09-30", "p000-21/close_set 2024-10-15T18:00"]
        #expect(life.ends == (source == "media" ? [expected[1]] : expected), "15 working days do not apply")
        try life.contact()
        try life.reply()
        #expect(life.file.state == .closed && life.clocks.isEmpty)
    }

    @Test func `E-08: the same through the city's hotline`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00", source: "leader")
        try life.find("environment")
        #expect(try life.route() == [.judgementRequested])
        #expect(
            life.refusal(of: .dispatch(Dispatched(lead: "city-environment")), by: Life.dispatcher)
                == .incomplete("due"))
        try life.send(to: "city-environment", due: "2024-10-15T18:00")
        #expect(life.ends == ["p000-21/close_set 2024-10-15T18:00"])
    }

    @Test func `E-09: platform, importance and subject each set a limit, and the earliest alerts`() throws {
        var life = try Life("p002-05", at: "2024-09-27T10:00", channel: "web_citizen_platform")
        try life.find("planning", flags: ["important"], region: "wangting")
        try life.route()
        #expect(life.lead == "brigade-wangting")
        #expect(
            life.ends == [
                "p002-05/close_important 2024-10-12", "p002-05/close_planning 2024-10-23",
                "p002-05/close_platform 2024-09-30",
            ])
        let clocks = life.clocks
        #expect(clocks.allSatisfy { $0.isAssumed }, "no anchor is stated")
        #expect(
            clocks.min { ($0.next?.microseconds ?? 0) < ($1.next?.microseconds ?? 0) }?.rule == "close_platform")
        try life.sign()
        #expect(life.refusal(of: life.answer("written"), by: life.officer) == .incomplete("photo"))
        #expect(life.refusal(of: life.answer("oral", photo: true), by: life.officer) == .incomplete("form"))
        let said = Replied(
            organisation: "brigade-wangting", to: .complainant, form: "written", outcome: "explained", photo: true)
        #expect(life.refusal(of: .reply(said), by: life.officer) == .incomplete("photo"), "and where is it?")
        #expect(try life.reply("written", photo: true) == [.replied, .closed])
    }

    @Test func `E-09: a category without a limit forces a date set by hand`() throws {
        var life = try Life("p002-05", at: "2024-09-27T10:00")
        try life.find("other")
        #expect(try life.route() == [.judgementRequested])
        #expect(
            life.refusal(of: .dispatch(Dispatched(lead: "brigade-direct")), by: Life.dispatcher) == .incomplete("due"))
        try life.send(to: "brigade-direct", due: "2024-10-20T18:00")
        #expect(life.ends == ["p002-05/close_other 2024-10-20T18:00"])
    }

    @Test func `E-10: day 3 passes the target, day 7 the limit, and only the limit counts as late`() throws {
        var life = try Life("p002-05", at: "2024-09-27T10:00")
        try life.find("appearance")
        try life.route()
        #expect(try life.wait(until: "2024-10-08T23:59:59") == [])
        #expect(try life.wait(until: "2024-10-09T00:00") == [.targetPassed])
        #expect(life.file.course.missed == [], "yellow, not late")
        #expect(try life.wait(until: "2024-10-12T23:59:59") == [.warned])
        #expect(try life.wait(until: "2024-10-13T00:00") == [.missed, .escalated])
        #expect(life.file.course.missed == ["p002-05/close_range"])
    }

    @Test func `E-13: who is competent is settled under 000-21 by the environment department, then by the government`()
        throws
    {
        var life = try noise()
        let end = life.clock("p000-21/close")?.limit
        let steps = [("city-environment", "city-economy"), ("city-government", "city-urban")]
        for (number, (judge, winner)) in steps.enumerated() {
            let before = life.lead
            #expect(try life.give(.dispute(reason: "not_in_remit"), by: life.officer) == [.disputed])
            #expect(life.file.course.dispute == number && life.lead == before, "no unit is nobody")
            #expect(life.clock("p000-21/close")?.limit == end, "the complainant's clock runs on")
            let other = Life.person("dispatcher", at: judge == "city-government" ? "city-environment" : "city-grid")
            let decision = Order.dispatch(Dispatched(lead: winner))
            #expect(life.refusal(of: decision, by: other) == .notAllowed("dispatch"))
            try life.give(decision, by: Life.person("dispatcher", at: judge))
            #expect(life.lead == winner && life.clock("p000-21/close")?.limit == end)
        }
        #expect(life.refusal(of: .dispute(reason: "not_in_remit"), by: life.officer) == .overCap("dispute"))
    }

    @Test func `E-13: under 003-11 shirking is supervised at once, and no clock stops`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("urban_construction")
        try life.route()
        let end = life.clock("p000-06/close")?.limit
        let back = Order.return(Returned(organisation: life.lead, reason: "misdirected"))
        #expect(try life.give(back, by: life.officer) == [.returned, .supervised])
        #expect(life.clock("p000-06/close")?.limit == end)
        try life.send(to: "city-transport", by: Life.dispatcher)
        #expect(try life.give(back, by: life.officer) == [.returned, .disputed], "supervised once a round")
        #expect(life.clock("p000-06/close")?.limit == end)
        try life.send(to: "city-urban", by: Life.person("dispatcher", at: "city-government"))
        #expect(life.file.state == .dispatched)
        #expect(life.ends == ["p000-06/close 2024-10-10", "p003-11/supervision:1 2024-10-08"])
    }

    @Test func `E-18: found to be severe before it is sent on, noise is due at once from its registration`() throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        let ordinary = Finding(nature: "complaint", subject: "noise", urgency: "ordinary")
        try life.give(
            .requestJudgement(JudgementRequested(reason: "close_subjects", finding: ordinary)),
            by: .service("classification"))
        let before = life.ends
        #expect(before == ["p000-21/ack_now now", "p000-21/close 2024-10-23", "p000-21/transfer 2024-09-29"])
        life.now = try moment("2024-09-28T09:00")
        try life.find("noise", flags: ["severe_noise"])
        #expect(life.ends == (before + ["p000-21/transfer_now now"]).sorted())
        #expect(life.clock("p000-21/transfer_now")?.from == (try moment("2024-09-27T10:00")), "a day is lost, visibly")
        try life.route()
        try life.sign()
        #expect(life.ends.contains("p000-21/visit_now now") && life.ends.contains("p000-21/close_now now"))
    }

    @Test(arguments: [false, true])
    func `E-20: the third complaint about a matter is supervised, exactly once, before closing and after`(
        isClosed: Bool
    ) throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00", identity: .anonymous)
        try life.find("urban_construction")
        try life.route()
        try life.sign()
        if isClosed { try life.reply() }
        #expect((life.file.state == .closed) == isClosed)
        let kinds = try (2...5).map { try life.give(.repeat(by: $0), by: .service("routing")) }
        #expect(kinds == [[.repeated], [.repeated, .supervised], [.repeated], [.repeated]], "the first one counted")
        guard case .supervised(let order)? = life.log.first(where: { $0.event.kind == .supervised })?.event else {
            throw Refusal.unknownCase
        }
        #expect(order.trigger == "repeat" && short(.init(microseconds: order.due)) == "2024-10-08", "with a date")
    }

    @Test func `E-22: under 000-06 dissatisfaction is forwarded again; the number stays and the round grows`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("urban_construction")
        try life.route()
        // The limit runs again from each reopening: 10 October + 5 and 16 October + 5 working days.
        let rounds = [
            ("2024-10-10T09:00", "2024-10-16"), ("2024-10-16T09:00", "2024-10-23"), ("2024-10-21T09:00", nil),
        ]
        for (number, (time, end)) in rounds.enumerated() {
            try life.sign()
            try life.reply()
            life.now = try moment(time)
            let kinds = try life.give(Life.said(.dissatisfied, resolved: false), by: Life.agent)
            // Of the last round two working days are left: then it is supervised once it is closed (E-26).
            #expect(life.file.id == 1 && kinds.contains(.supervised) == (end != nil))
            #expect(kinds.contains(.reopened) == (end != nil) && life.file.round == min(number + 2, 3))
            guard end != nil else { continue }
            try life.route()
            #expect(life.lead == "city-urban")
            #expect(life.clock("p000-06/close")?.limit.map(short) == end)
        }
        #expect(life.file.state == .replied, "after the last round a person closes")
        #expect(life.refusal(of: .close(Closed(rule: "explained")), by: life.leader) == .incomplete("note"))
        #expect(try life.give(.close(Closed(rule: "explained", note: 3)), by: life.leader) == [.closed, .supervised])
        #expect(life.file.course.rated?.satisfaction == .dissatisfied)
    }

    @Test func `E-22: a first closing stays in the record when the case comes back`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("urban_construction")
        try life.route()
        try life.sign()
        try life.reply()
        for _ in 1...3 {
            life.now = life.nextCallback ?? life.now
            try life.give(Life.inVain, by: Life.agent)
        }
        guard case .closed(let closed)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(closed.rule == "not_reached")
        #expect(try life.give(Life.rated(.dissatisfied), by: .complainant).last == .reopened)
        #expect(life.kinds.contains(.closed) && life.file.round == 2 && life.file.course.missed.isEmpty)
    }

    @Test func `E-22: under 000-21 dissatisfaction goes to court, not into another round`() throws {
        var life = try noise()
        try life.contact()
        #expect(try life.reply() == [.replied, .closed])
        #expect(try life.give(Life.rated(.veryDissatisfied), by: .complainant) == [.rated])
        #expect(life.file.state == .closed && life.file.round == 1)
        #expect(try life.city.policy("p000-21").review?.kind == "court")
    }

    @Test(arguments: ["unreasonable", "force_majeure"])
    func `E-23: an unreasonable demand is closed with its basis only, and stays dissatisfied`(rule: String) throws {
        var life = try noise()
        #expect(life.refusal(of: .close(Closed(rule: rule)), by: life.leader) == .incomplete("note"))
        #expect(
            life.refusal(of: .close(Closed(rule: "answered", note: 1)), by: life.leader) == .againstPolicy("closing"))
        #expect(
            life.refusal(of: .close(Closed(rule: rule, note: 1)), by: life.officer) == .notAllowed("close"))
        #expect(life.refusal(of: .close(Closed(rule: rule, note: 1)), by: life.leader) == .incomplete("contact"))
        try life.contact()
        try life.give(.close(Closed(rule: rule, note: 1)), by: life.leader)
        try life.give(Life.rated(.dissatisfied), by: .complainant)
        #expect(life.file.state == .closed && life.file.course.rated?.satisfaction.isSatisfied == false)
    }

    @Test(arguments: [
        (Identity.anonymous, false, false), (.named, false, false), (.named, true, true), (.confidential, true, true),
    ])
    func `E-24: the result is due to whoever can be told, and late for nobody else`(
        identity: Identity, contactable: Bool, isTold: Bool
    ) throws {
        var life = try Life("p004-08", at: "2024-09-27T10:00", identity: identity, contactable: contactable)
        try life.find("efficiency")
        try life.route()
        try life.send(to: "city-offices-service")
        try life.sign()
        #expect(try life.reply() == [.replied, .closed], "anonymous ones are handled alike")
        #expect(life.ends == (isTold ? ["p004-08/result_notice 2024-09-29"] : []))
        try life.wait(until: "2024-10-30T00:00")
        #expect(life.file.course.missed == (isTold ? ["p004-08/result_notice"] : []))
    }

    @Test(arguments: [
        (Identity.anonymous, false, false), (.named, false, false), (.named, true, true), (.confidential, true, true),
    ])
    func `E-24: the squadron calls back whoever gave a name and a way to be reached`(
        identity: Identity, contactable: Bool, isCalled: Bool
    ) throws {
        var life = try Life("p002-05", at: "2024-09-27T10:00", identity: identity, contactable: contactable)
        try life.find("appearance")
        try life.route()
        try life.sign()
        #expect(try life.reply() == [.replied, .closed])
        let next = life.nextCallback
        #expect((next != nil) == isCalled)
        #expect((life.refusal(of: Life.said(.satisfied), by: life.officer) == nil) == isCalled)
    }

    /// Answered, and whoever complained is not content.
    private func disappoint(_ life: inout Life) throws -> [Event.Kind] {
        try life.sign()
        try life.reply()
        return try life.give(Life.said(.dissatisfied), by: Life.agent)
    }

    @Test(arguments: [("2024-09-23T10:00", true), ("2024-09-26T10:00", false)])
    func `E-26: without enough time before closing an order comes after it`(called: String, isBefore: Bool) throws {
        var life = try Life("p000-06", at: "2024-09-20T10:00")
        try life.find("urban_construction")
        try life.route()
        for _ in 1...2 {
            #expect(
                try disappoint(&life) == [.calledBack, .rated, .supervised, .reopened], "a reopened case has time anew")
            try life.route()
        }
        try life.sign()
        try life.reply()
        life.now = try moment(called)
        let said = try life.give(Life.said(.dissatisfied), by: Life.agent)
        let closed = try life.give(.close(Closed(rule: "explained", note: 3)), by: life.leader)
        #expect(said.contains(.supervised) == isBefore && closed == (isBefore ? [.closed] : [.closed, .supervised]))
        let stages = life.log.compactMap { entry in
            if case .supervised(let order) = entry.event { order.stage } else { nil }
        }
        #expect(stages == [.preClosing, .preClosing, isBefore ? .preClosing : .postClosing])
    }

    @Test func `R-SV-03: what was not put right by the date that an order set is supervised after closing`() throws {
        var life = try Life("p000-06", at: "2024-09-20T10:00")
        try life.find("urban_construction")
        try life.route()
        try life.sign()
        try life.give(.supervise(reason: "leader"), by: Life.person("supervisor", at: "city-grid"))
        try life.wait(until: "2024-09-26T00:00")
        #expect(life.file.course.missed.contains("p003-11/supervision:1"))
        #expect(life.file.course.orders.map(\.trigger) == ["leader"], "while the case is open its own order runs")
        try life.reply()
        #expect(try life.give(Life.said(.satisfied), by: Life.agent) == [.calledBack, .rated, .closed, .supervised])
        #expect(life.file.course.orders.map(\.trigger) == ["leader", "rectification_missed"])
    }

    @Test func `R-SV-04: a third complaint is supervised in principle; an exception has a reason and counts as none`()
        throws
    {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("urban_construction")
        try life.route()
        try life.give(.repeat(by: 2, count: 2), by: .service("routing"))
        let centre = Life.person("supervisor", at: "city-grid")
        #expect(life.refusal(of: .waiveSupervision(order: 1, note: nil), by: centre) == .incomplete("note"))
        #expect(life.refusal(of: .waiveSupervision(order: 1, note: 7), by: centre) == nil)
        #expect(life.clock("p003-11/supervision:1") == nil)
        #expect(life.file.course.running.isEmpty)
    }

    @Test func `E-26: the quota is a fifth, and the grid centre alone starts supervision`() throws {
        let supervise = try #require(try City.shipped().policy("p003-11").supervise)
        #expect(supervise.quota == 20 && supervise.actor == "grid_centre")
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("urban_construction")
        try life.route()
        let order = Order.supervise(reason: "quota")
        for organisation in ["city-urban", "city-hotline", "city-government"] {
            #expect(
                life.refusal(of: order, by: Life.person("supervisor", at: organisation)) == .notAllowed("supervise"))
        }
        #expect(life.refusal(of: order, by: Life.person("supervisor", at: "city-grid")) == nil)
        #expect(life.ends.contains("p003-11/supervision:1 2024-10-08"))
    }
}
