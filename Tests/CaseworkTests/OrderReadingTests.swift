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
}
