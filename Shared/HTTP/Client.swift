import JSON
import Lifecycle

/// A small HTTP/1.1 client, for gateways, webhooks, the demo, the benchmarks and tests: one connection, kept open, one request at a time.
///
/// It follows no redirects, keeps no cookies, speaks no TLS. It blocks a thread of its own, never one that tasks
/// share; who wants requests at the same time takes several clients.
package actor Client {
    /// What the other side answered.
    package struct Answer: Sendable {
        package let status: Int
        package let headers: Headers
        package let body: [UInt8]

        /// The body as text; what is no UTF-8 in it is replaced.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The body as JSON, or `nil` if it is none.
        package var json: JSON? { try? JSON.parse(body) }
    }

    private nonisolated let executor = BlockingExecutor(label: "http-client")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let host: String
    private let port: UInt16
    private let authority: String
    private let timeout: Duration
    private let longestAnswer: Int
    private var socket: ClientSocket?

    /// Connects when something is sent.
    /// - Parameters:
    ///   - timeout: for one request, from connecting to the last byte of the answer.
    ///   - longestAnswer: bytes of one answer, headers included, beyond which it is given up.
    ///   - authority: what `Host` says; `nil`: host and port.
    package init(
        host: String = "127.0.0.1", port: Int, timeout: Duration = .seconds(10), longestAnswer: Int = 16 << 20,
        authority: String? = nil
    ) {
        self.host = host
        self.port = UInt16(clamping: port)
        self.authority = authority ?? "\(host):\(port)"
        self.timeout = timeout
        self.longestAnswer = longestAnswer
    }

    /// Sends one request and waits for its answer, whatever its status.
    ///
    /// A connection that the server closed while it was idle is replaced before anything is sent. Nothing is sent
    /// twice: whether a request whose connection closed may be repeated is the caller's to know.
    package func send(
        _ method: String, _ target: String, headers: Headers = [:], body: [UInt8] = []
    ) async throws(HTTPError) -> Answer {
        let request = try request(method, target, headers, body)
        let deadline = ContinuousClock.now + timeout
        // Kept only if all goes well: after an error nobody knows what is still to come on it.
        let kept = socket.take()
        let socket = if let kept, kept.isStillOpen { kept } else { try ClientSocket(host, port, deadline: deadline) }
        try socket.send(request, deadline: deadline)
        var reader = AnswerReader(toHEAD: method == "HEAD", longest: longestAnswer)
        while reader.answer == nil {
            try socket.receive(into: &reader, deadline: deadline)
        }
        if reader.keepsAlive { self.socket = socket }
        guard let answer = reader.answer else { throw HTTPError(.malformed, "no answer") }
        return answer
    }

    /// Sends `value` as a JSON body.
    package func send(
        _ method: String, _ target: String, headers: Headers = [:], json value: JSON
    ) async throws(HTTPError) -> Answer {
        var headers = headers
        headers["Content-Type"] = "application/json"
        return try await send(method, target, headers: headers, body: value.bytes)
    }

    /// Closes the connection; the next request opens another.
    package func close() { socket = nil }

    private func request(
        _ method: String, _ target: String, _ headers: Headers, _ body: [UInt8]
    ) throws(HTTPError) -> [UInt8] {
        let pieces = [method, target, authority] + headers.flatMap { [$0.name, $0.value] }
        guard pieces.allSatisfy({ !$0.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 } }) else {
            throw HTTPError(.misuse, "a line break or NUL in method, target or header")
        }
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(authority)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method != "GET" && method != "HEAD" { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}
