import Casework
import Testing

/// Orders that a stranger tried and that nobody should be able to give.
struct RefusedOrderTests {
    @Test func `nobody can be accused who does not exist, nor in a region that does not`() throws {
        for (finding, expected) in [
            (City.finding("environment", accused: ["env-cty"]), Refusal.unknownOrganisation("env-cty")),
            (
                Finding(nature: "complaint", subject: "environment", urgency: "ordinary", region: "atlantis"),
                .unknownRegion("atlantis")
            ),
        ] {
            var life = try Life.signed()
            #expect(life.refusal(of: .classify(finding), by: .service("test")) == expected)
        }
    }

    @Test func `a date of its own that a case is sent out with lies ahead, and in a time that can be counted`() throws {
        for due in [Int64.min, 0, Int64.max, nil] {
            var life = try Life.dispatched()
            try life.give(.return(Returned(organisation: "env-city", reason: "misdirected")), by: Life.officer)
            let order = Order.dispatch(Dispatched(lead: "env-city", due: due ?? life.now.microseconds))
            #expect(life.refusal(of: order, by: Life.dispatcher) == .incomplete("due"), "\(due ?? 1)")
        }
    }

    @Test func `less than was asked for may be granted, never more`() throws {
        var life = try Life.signed()
        let limit = try #require(life.clock("close")?.limit)
        let asked = limit.microseconds + 2 * 86_400_000_000
        try life.give(
            .askExtension(
                ExtensionAsked(
                    organisation: "env-city", profile: "life", clock: "close", due: asked, reason: "complex")),
            by: Life.officer)
        let (more, less) = (asked + 86_400_000_000, asked - 86_400_000_000)
        #expect(
            life.refusal(of: .grantExtension(due: more, means: "phone"), by: Life.leader) == .overCap("extension"))
        try life.give(.grantExtension(due: less, means: "phone"), by: Life.leader)
        #expect(life.clock("close")?.limit?.microseconds == less)
    }

    @Test func `a second order to supervise for the same reason waits until the first has ended`() throws {
        var life = try Life.signed()
        try life.give(.supervise(reason: "quota"), by: Life.supervisor)
        #expect(life.refusal(of: .supervise(reason: "quota"), by: Life.supervisor) == .overCap("supervise"))
        #expect(life.refusal(of: .supervise(reason: "media"), by: Life.supervisor) == nil)
    }

    @Test func `what was taken back is linked to nothing any more`() throws {
        var life = try Life.signed()
        try life.give(.withdraw(Withdrawn()), by: .complainant)
        #expect(life.refusal(of: .link(Linked(earlier: 1)), by: .service("test")) == .notNow(.withdrawn))
    }
}
