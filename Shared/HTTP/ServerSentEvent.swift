import JSON

/// One event of a `text/event-stream`, by the WHATWG's HTML standard, section 9.2.
package struct ServerSentEvent: Sendable, Equatable {
    private var lines: [String] = []

    /// - Parameters:
    ///   - name: what the client listens for.
    ///   - id: what the client sends as `Last-Event-ID` when it connects again; `nil` leaves the one before.
    package init(_ name: String, data: JSON, id: String? = nil) {
        add("event", name)
        // JSON text has no line breaks.
        add("data", data.text)
        if let id { add("id", id) }
    }

    private init() {}

    /// No event, only where the client shall go on when it connects again. Browsers tell a page nothing of it.
    package static func position(_ id: String) -> ServerSentEvent {
        var event = ServerSentEvent()
        event.add("id", id)
        return event
    }

    /// How long the client shall wait before it connects again.
    package static func retry(milliseconds: Int) -> ServerSentEvent {
        var event = ServerSentEvent()
        event.add("retry", String(milliseconds))
        return event
    }

    /// A comment, which keeps proxies and the client from taking a quiet stream for a dead one.
    package static let heartbeat: ServerSentEvent = {
        var event = ServerSentEvent()
        event.lines = [":"]
        return event
    }()

    package var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n\n").utf8) }

    private mutating func add(_ field: String, _ value: String) {
        precondition(!value.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "a field of an event is one line")
        lines.append("\(field): \(value)")
    }
}

extension Feed {
    @discardableResult package func send(_ event: ServerSentEvent) -> Bool { send(event.bytes) }
}
