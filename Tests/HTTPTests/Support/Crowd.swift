import Foundation
import Synchronization

@testable import HTTP
import Lifecycle

/// Many connections on one thread: all send, then all receive.
actor Crowd {
    private nonisolated let executor = BlockingExecutor(label: "crowd")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let port: Int
    private let size: Int
    private var sockets: [ClientSocket] = []
    private let deadline = ContinuousClock.now + .seconds(50)

    init(port: Int, size: Int) {
        self.port = port
        self.size = size
        // Both ends of each connection are in this process.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 8192)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    func connect() throws {
        for _ in 0..<size { sockets.append(try ClientSocket("127.0.0.1", UInt16(port), deadline: deadline)) }
    }

    func send(_ text: String) throws {
        try connect()
        for socket in sockets { try socket.send(Array(text.utf8), deadline: deadline) }
    }

    /// As `send`, where some are refused, also while they send.
    func sendUnlessRefused(_ text: String) throws {
        try connect()
        for socket in sockets {
            do throws(HTTPError) {
                try socket.send(Array(text.utf8), deadline: deadline)
            } catch {
                guard error.code == .closed else { throw error }
            }
        }
    }

    /// Those that were answered or closed by now; nobody asked for an answer yet.
    func refused() -> Int { sockets.count { !$0.isStillOpen } }

    func close() { sockets = [] }

    func answers() throws -> [Client.Answer] {
        try sockets.map { socket in
            var reader = AnswerReader(longest: 10_000)
            while true {
                if let answer = reader.answer { return answer }
                try socket.receive(into: &reader, deadline: deadline)
            }
        }
    }
}

/// Opens its gate at the last of so many calls.
final class Counter: Sendable {
    let reached = Gate()
    private let left: Mutex<Int>

    init(_ calls: Int) { left = Mutex(calls) }

    func count() {
        let last = left.withLock { left in
            left -= 1
            return left == 0
        }
        if last { reached.open() }
    }
}
