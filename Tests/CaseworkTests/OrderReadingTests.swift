import Casework
import Testing

/// Orders as people write them.
struct OrderReadingTests {
    private func refusal(_ kind: Order.Kind, _ payload: String) -> Refusal? {
        do throws(Refusal) {
            _ = try Order(kind: kind, payload: payload, organisation: "env-city")
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        (Order.Kind.return, #"{"reason": "不属于本单位"}"#, "reason"),
        (.return, #"{"reason": "13800000000"}"#, "reason"),
        (.return, #"{"reason": "Zhang San"}"#, "reason"),
        (.contact, #"{"means": "", "reached": true}"#, "means"),
        (.supervise, #"{"reason": "<b>"}"#, "reason"),
        (.reply, #"{"to": "complainant", "form": "oral", "outcome": "x\n"}"#, "outcome"),
        (
            .classify,
            #"{"subject": "noise", "also": [], "flags": [], "accused": [], "reasons": [{"words": ["电话 138"]}]}"#,
            "reasons.words"
        ),
    ])
    func `what an order says goes onto topics, so words in place of codes are refused by their field`(
        kind: Order.Kind, payload: String, field: String
    ) {
        #expect(refusal(kind, payload) == .incomplete(field))
    }

    @Test func `a code is at most 60 characters`() {
        #expect(refusal(.return, #"{"reason": "\#(String(repeating: "a", count: 60))"}"#) == nil)
        #expect(refusal(.return, #"{"reason": "\#(String(repeating: "a", count: 61))"}"#) == .incomplete("reason"))
    }

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
}
