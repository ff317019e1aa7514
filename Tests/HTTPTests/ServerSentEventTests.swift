import JSON
import Testing

@testable import HTTP

struct ServerSentEventTests {
    private func text(_ event: ServerSentEvent) -> String { String(decoding: event.bytes, as: UTF8.self) }

    @Test func `an event is lines with an empty one after them`() {
        #expect(
            text(ServerSentEvent("dispatched", data: ["number": "1", "text": "路\n灯"], id: "3:4:"))
                == "event: dispatched\ndata: {\"number\":\"1\",\"text\":\"路\\n灯\"}\nid: 3:4:\n\n")
        #expect(text(ServerSentEvent("a", data: .null)) == "event: a\ndata: null\n\n")
    }

    @Test func `what is no event for the page`() {
        #expect(text(.position("3:4:")) == "id: 3:4:\n\n")
        #expect(text(.retry(milliseconds: 10)) == "retry: 10\n\n")
        #expect(text(.heartbeat) == ":\n\n")
    }
}
