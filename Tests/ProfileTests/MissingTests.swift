import Casework
import Testing

/// What these schemes demand and the rules cannot do yet, each as it should be. One that is mended fails here: take its
/// wrapper away and move the test to its place.
struct MissingTests {
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

    @Test func `R-RT-30: nothing of the bureau's is sent on before the leader has instructed`() throws {
        var life = try Life("p004-08", at: "2024-09-27T10:00")
        try life.find("efficiency")
        try life.route()
        withKnownIssue("the leader's step is a clock, not a gate") {
            let order = Order.dispatch(Dispatched(lead: "city-offices-service"))
            #expect(life.refusal(of: order, by: Life.dispatcher) != nil)
        }
    }

    @Test func `E-18: what is found to be severe later is due at once from then on`() throws {
        var life = try Life("p000-21", at: "2024-09-27T10:00")
        try life.find("noise")
        try life.route()
        try life.sign()
        life.now = try moment("2024-09-30T10:00")
        let severe = Finding(nature: "complaint", subject: "noise", urgency: "ordinary", flags: ["severe_noise"])
        withKnownIssue("nothing is classified anew once it was sent on") {
            #expect(life.refusal(of: .classify(severe), by: Life.dispatcher) == nil)
            #expect(life.clock("p000-21/visit_now")?.from == life.now)
        }
    }

    @Test func `K-16: a person closes by a rule only where its conditions hold`() throws {
        var life = try hotline()
        try life.sign()
        #expect(life.refusal(of: .close(Closed(rule: "explained", note: 1)), by: life.leader) != nil)
    }

    @Test func `K-15: under 003-11 the handler calls back after handling, beside the call before closing`() throws {
        var life = try hotline()
        try life.sign()
        try life.reply()
        try life.give(Life.said(.satisfied), by: Life.agent)
        #expect(life.file.state == .closed)
        withKnownIssue("the first policy's callback is the only one") {
            #expect(nextCallback(of: life.file, under: life.policies, on: life.city.calendar) != nil)
        }
    }

    @Test func `R-RT-20: who is competent for the environment is settled by its department, through the hotline too`()
        throws
    {
        var life = try hotline("environment")
        try life.give(.dispute(reason: "not_in_remit"), by: life.officer)
        let deciders = life.log.compactMap { entry in
            if case .disputed(let disputed) = entry.event { disputed.decider } else { nil }
        }
        withKnownIssue("the leading policy's deciders alone are asked") {
            #expect(deciders == ["env_dept"])
        }
    }

    @Test func `R-SV-08: supervision whose verification fails goes on`() throws {
        var life = try hotline()
        let centre = Life.person("supervisor", at: "city-grid")
        try life.give(.supervise(reason: "quota"), by: centre)
        try life.give(.answerSupervision(.init(organisation: life.lead, order: 1)), by: life.officer)
        let review = Order.reviewSupervision(.init(order: 1, failed: ["not_verified"]))
        withKnownIssue("a scheme without criteria cannot send a report back") {
            #expect(life.refusal(of: review, by: centre) == nil)
        }
    }
}
