import Casework
import Testing
import WorkingTime

/// What single rows of the requirements demand beside the worked dates and the conflicts.
struct DetailTests {
    private func hotline(_ subject: String = "health", source: String? = nil) throws -> Life {
        var life = try Life("p000-06", at: "2024-09-27T10:00", source: source)
        try life.find(subject)
        try life.route()
        return life
    }

    @Test func `R-SV-06: an order not done in its cycle is supervised`() throws {
        var life = try hotline()
        let fired = try life.wait(until: "2024-10-11T00:00")
        #expect(fired.contains(.missed) && fired.contains(.escalated))
        #expect(fired.contains(.supervised))
    }

    @Test func `R-IN-19: a case received directly is acknowledged on the spot, before it is sent to anybody`() throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        try life.find("noise")
        let told = Order.inform(Informed(organisation: "centre", what: .acceptance, means: "phone", reached: true))
        #expect(life.refusal(of: told, by: Life.dispatcher) == nil)
    }

    @Test func `R-IN-20: 3 days run from when the lead took the case over, whoever signs later`() throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00", source: "other_department")
        try life.find("noise")
        try life.send(to: "city-environment", helpers: ["city-urban"])
        try life.sign()
        life.now = try moment("2024-09-28T10:00")
        try life.inform(.acceptance)
        #expect(life.clock("p000-21/ack_transferred") == nil)
        life.now = try moment("2024-09-30T10:00")
        let helper = Life.person("officer", at: "city-urban")
        try life.give(.sign(Signed(organisation: "city-urban")), by: helper)
        #expect(life.clock("p000-21/ack_transferred") == nil)
    }

    @Test func `K-16: a person closes by a rule only where its conditions hold`() throws {
        var life = try hotline()
        try life.sign()
        #expect(life.refusal(of: .close(Closed(rule: "explained", note: 1)), by: life.leader) != nil)
    }

    @Test func `R-RT-20: who is competent for the environment is settled by its department, through the hotline too`()
        throws
    {
        var life = try hotline("environment")
        try life.give(.dispute(reason: "not_in_remit"), by: life.officer)
        let deciders = life.log.compactMap { entry in
            if case .disputed(let disputed) = entry.event { disputed.decider } else { nil }
        }
        #expect(deciders == ["env_dept"])
    }

    @Test func `R-SV-08: supervision whose verification fails goes on`() throws {
        var life = try hotline()
        let centre = Life.person("supervisor", at: "city-grid")
        try life.give(.supervise(reason: "quota"), by: centre)
        try life.give(.answerSupervision(.init(organisation: life.lead, order: 1)), by: life.officer)
        let review = Order.reviewSupervision(.init(order: 1, failed: ["not_rectified"]))
        #expect(life.refusal(of: review, by: centre) == nil)
    }

    /// 000-21's own line: noise, signed for by the city's environment department.
    private func noise(
        at time: String = "2024-09-27T10:00", then: String? = "2024-09-30T10:00"
    ) throws -> Life {
        var life = try Life("p000-21", at: time)
        try life.find("noise", region: "wangting")
        try life.route()
        try life.sign()
        if let then { life.now = try moment(then) }
        return life
    }

    @Test func `R-RT-30: nothing of the bureau's is sent on before the leader has instructed`() throws {
        var life = try Life("p004-08", at: "2024-09-27T10:00")
        try life.find("efficiency")
        try life.route()
        let order = Order.dispatch(Dispatched(lead: "city-offices-service"))
        #expect(life.refusal(of: order, by: Life.dispatcher) == .incomplete("instructed"))
        let room = "city-offices-inspection"
        try life.give(.instruct(Instructed(organisation: room)), by: Life.person("leader", at: room))
        #expect(life.refusal(of: order, by: Life.dispatcher) == nil)
    }

    @Test func `E-18: what is found to be severe later is due at once from then on, and stays where it is`() throws {
        var life = try noise()
        let lead = life.lead
        let severe = Finding(nature: "complaint", subject: "noise", urgency: "ordinary", flags: ["severe_noise"])
        #expect(life.refusal(of: .classify(severe), by: life.officer) == .notAllowed("classify"))
        #expect(life.refusal(of: .classify(severe), by: Life.dispatcher) == nil)
        #expect(life.file.state == .signed && life.lead == lead)
        #expect(life.clock("p000-21/visit_now")?.from == life.now)
    }

    @Test func `R-CL-05: a limit that ran does not begin again because the case is found to be something else`() throws
    {
        var life = try noise()
        let close = life.clock("p000-21/close")
        try life.give(
            .classify(Finding(nature: "complaint", subject: "noise", urgency: "urgent")), by: Life.dispatcher)
        #expect(close != nil && life.clock("p000-21/close") == close)
    }

    @Test
    func
        `R-CL-05: a case that turns out to be what another scheme governs is governed by it too, from its acceptance on`()
        throws
    {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("health", region: "wangting")
        try life.route()
        try life.sign()
        let accepted = life.file.moment(of: .event(.accepted))
        #expect(life.policies.map(\.version.profile) == ["p000-06", "p003-11"])
        #expect(life.clock("p000-06/close") != nil)
        life.now = try moment("2024-09-29T10:00")
        let kinds = try life.give(
            .classify(Finding(nature: "complaint", subject: "environment", urgency: "ordinary")), by: Life.dispatcher)
        #expect(kinds == [.classified, .accepted])
        #expect(life.policies.map(\.version.profile) == ["p000-06", "p003-11", "p000-21"])
        #expect(life.clock("p000-21/close")?.from == accepted && life.file.state == .signed)
        // Once: what is pinned stays as it is.
        #expect(
            try life.give(
                .classify(Finding(nature: "complaint", subject: "noise", urgency: "ordinary")), by: Life.dispatcher)
                == [.classified])
    }

    @Test func `R-DL-24: a case that turns out to have no limit with a number gets a date of its own with the finding`()
        throws
    {
        var life = try Life("p002-05", at: "2026-02-02T09:00")
        try life.find("planning")
        try life.send(to: "city-urban", due: "2026-02-20T09:00")
        try life.sign()
        let other = Finding(nature: "complaint", subject: "other", urgency: "ordinary")
        #expect(life.refusal(of: .classify(other), by: Life.dispatcher) == .incomplete("due"))
        let due = try moment("2026-03-02T12:00")
        #expect(
            try life.give(.classify(other, due: due.microseconds), by: Life.dispatcher).prefix(2)
                == [.classified, .limitSet])
        #expect(life.clock("p002-05/close_other")?.limit == due)
    }

    @Test func `R-DL-24: a date is set only for a limit that runs, and once more in the next round`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00", source: "leader")
        try life.find("environment", region: "wangting")
        #expect(
            life.refusal(of: .dispatch(Dispatched(lead: "wangting-environment")), by: Life.dispatcher)
                == .incomplete("due"))
        try life.send(to: "wangting-environment", due: "2024-10-20T09:00")
        try life.sign()
        let idle = LimitSet(profile: "p000-06", clock: "close", due: try moment("2024-10-21T09:00").microseconds)
        #expect(life.refusal(of: .setLimit(idle), by: Life.dispatcher) == .nothingRunning("close"))
        let runs = LimitSet(profile: "p000-21", clock: "close_set", due: try moment("2024-10-21T09:00").microseconds)
        #expect(life.refusal(of: .setLimit(runs), by: Life.dispatcher) == nil)
        #expect(try life.city.policy("p000-21").clocks.first { $0.name == "close_set" }?.again == true)
    }

    @Test func `E-17: a helper's leader does not close what the lead has not answered`() throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        let helper = "wangting-police"
        try life.find("noise", region: "wangting")
        try life.send(to: "wangting-environment", helpers: [helper])
        try life.sign()
        let close = Order.close(Closed(rule: "mediation_ended", note: 1))
        #expect(life.refusal(of: close, by: Life.person("leader", at: helper)) == .notAllowed("close"))
    }

    @Test func `R-DL-57: what one organisation asked for is not granted to the next`() throws {
        var life = try Life("p000-06", at: "2024-09-27T10:00")
        try life.find("health", region: "wangting")
        try life.route()
        try life.sign()
        let due = try #require(life.clock("p000-06/close")?.limit).microseconds + 86_400_000_000
        let ask = { (lead: String) in
            Order.askExtension(
                ExtensionAsked(organisation: lead, profile: "p000-06", clock: "close", due: due, reason: "complex"))
        }
        try life.give(ask(life.lead), by: life.officer)
        #expect(life.refusal(of: ask(life.lead), by: life.officer) == .overCap("extend"))
        try life.give(.return(Returned(organisation: life.lead, reason: "misdirected")), by: life.officer)
        #expect(life.file.course.asked == nil)
        try life.send(to: "city-health")
        try life.sign()
        #expect(life.refusal(of: ask(life.lead), by: life.officer) == nil)
    }

    @Test func `a limit that is known is kept though what would follow its missing lies beyond the calendar`() throws {
        var life = try noise(at: "2026-12-10T10:00", then: nil)
        let clock = try #require(life.clock("p000-21/close"))
        #expect(clock.limit.map(short) == "2026-12-31" && clock.isUncounted)
        #expect(clock.steps.contains { $0.kind == .limit })
        life.now = try moment("2027-01-01T00:00:01")
        #expect(try life.give(.fire, by: .service("deadlines")).contains(.missed))
    }

    @Test func `R-RT-47: what turns out to be about its handler goes back to a dispatcher`() throws {
        var life = try noise()
        let about = Finding(nature: "complaint", subject: "noise", urgency: "ordinary", accused: [life.lead])
        let kinds = try life.give(.classify(about), by: Life.dispatcher)
        #expect(kinds == [.classified, .judgementRequested])
        #expect(life.file.state == .awaitingJudgement)
        let again = Order.dispatch(Dispatched(lead: life.lead))
        #expect(life.refusal(of: again, by: Life.dispatcher) == .conflictOfInterest(life.lead))
    }
}
