import JSON
import Lifecycle

@testable import HTTP

/// A browser's `EventSource`, as far as the tests need one.
actor EventListener {
    struct Heard: Sendable, Equatable {
        let name: String
        let data: JSON
    }

    private nonisolated let executor = BlockingExecutor(label: "event-listener")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let port: Int
    private let token: String
    private var socket: ClientSocket?
    private var unread: [UInt8] = []
    private let deadline = ContinuousClock.now + .seconds(50)
    /// What it would send when it connects again.
    private(set) var lastID: String?
    /// All that came, as it came.
    private(set) var everything = ""

    init(port: Int, token: String) {
        self.port = port
        self.token = token
    }

    /// Connects, with the last id if there is one.
    /// - Returns: the status line and headers.
    @discardableResult func connect() throws -> String {
        let new = try ClientSocket("127.0.0.1", UInt16(port), deadline: deadline)
        socket = new
        unread = []
        let resume = lastID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        // 1.0: what comes is not cut into chunks.
        let request = "GET /api/v1/events HTTP/1.0\r\nAuthorization: Bearer \(token)\r\n\(resume)\r\n"
        try new.send(Array(request.utf8), deadline: deadline)
        var head = ""
        while let line = try line(), line != "\r" { head += line + "\n" }
        return head
    }

    /// Connects and returns when it has been told where it is: what happens from now on is heard.
    func listen() throws {
        try connect()
        while let line = try line(), !line.hasPrefix("id: ") {}
    }

    func forget(lastID: String?) { self.lastID = lastID }

    /// The next event; `nil` when the stream has ended.
    func next() throws -> Heard? {
        var (name, data) = ("message", "")
        while let line = try line() {
            if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { data = String(line.dropFirst(6)) }
            if line.isEmpty, !data.isEmpty { return Heard(name: name, data: try JSON.parse(Array(data.utf8))) }
        }
        return nil
    }

    /// Waits for a comment.
    func heartbeat() throws { while let line = try line(), line != ":" {} }

    func close() { socket = nil }

    /// The next line without its end; `nil` if the stream has ended.
    private func line() throws -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeSubrange(...end)
                everything += line + "\n"
                if line.hasPrefix("id: ") { lastID = String(line.dropFirst(4)) }
                return line
            }
            guard let piece = try socket?.receive(deadline: deadline), !piece.isEmpty else { return nil }
            unread += piece
        }
    }
}
