import CMicroHTTPD
import Foundation
import Synchronization

/// One open connection, as long as it lasts: whose it is, and until when it must have moved on.
///
/// libmicrohttpd closes a connection on which nothing moves for a while. This is for two others: one on which a byte
/// moves now and then, and one whose client is gone in the middle of a request, which libmicrohttpd 0.9.75 misses
/// when the last bytes and the end arrive together (it waits for another edge from epoll, and none comes).
final class ConnectionWatch: Sendable {
    let peer: String
    private let socket: Int32
    private let allowance: Duration
    private let start = ContinuousClock.now
    /// Nanoseconds since `start`; `never` while a handler works.
    private let deadline: Atomic<Int64>
    /// Whether a request is awaited or on its way.
    private let isArriving = Atomic(true)
    /// The deadline of the arrival in which the client was found gone.
    private let goneIn = Atomic<Int64>(-1)

    private static let never = Int64.max

    /// - Parameter allowance: for a request to arrive, and for an answer to be read.
    init(_ connection: OpaquePointer, allowance: Duration) {
        self.peer = jiesu_peer(connection).map(Self.text) ?? ""
        self.socket = jiesu_socket(connection)
        self.allowance = allowance
        self.deadline = Atomic(allowance.nanoseconds)
    }

    /// The watch that `Daemon` keeps with `connection`.
    static func of(_ connection: OpaquePointer) -> ConnectionWatch? {
        jiesu_socket_context(connection).map { Unmanaged<ConnectionWatch>.fromOpaque($0).takeUnretainedValue() }
    }

    /// A request is whole; how long its handler takes is our affair.
    func workBegan() { next(isArriving: false, deadline: Self.never) }

    /// The client reads an answer from now on.
    func answerBegan() { next(isArriving: false, deadline: (ContinuousClock.now - start + allowance).nanoseconds) }

    /// The next request is awaited.
    func answerEnded() { next(isArriving: true, deadline: (ContinuousClock.now - start + allowance).nanoseconds) }

    private func next(isArriving arriving: Bool, deadline: Int64) {
        isArriving.store(arriving, ordering: .relaxed)
        self.deadline.store(deadline, ordering: .relaxed)
    }

    /// Whether the time is over, or the client is gone, having sent less than a request.
    func isLost(now: ContinuousClock.Instant) -> Bool {
        let deadline = deadline.load(ordering: .relaxed)
        if deadline < (now - start).nanoseconds { return true }
        guard isArriving.load(ordering: .relaxed), isEnded else { return false }
        // Only if it was so the last time, too: a client may end its side right after a whole request, and that
        // request may be on its way from libmicrohttpd to us at this moment.
        return goneIn.exchange(deadline, ordering: .relaxed) == deadline
    }

    /// Whether the client will send no more, and nothing it sent waits to be read.
    private var isEnded: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }

    /// Ends the connection for both sides; libmicrohttpd finds it closed and cleans up. The caller knows that it is
    /// still open.
    func cut() { _ = shutdown(socket, Int32(Glibc.SHUT_RDWR)) }

    private static func text(_ address: UnsafePointer<sockaddr>) -> String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size =
            address.pointee.sa_family == sa_family_t(AF_INET6)
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        guard getnameinfo(address, socklen_t(size), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return ""
        }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Duration {
    /// Rounded down; `Int64.max` for what does not fit.
    var nanoseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + components.attoseconds / 1_000_000_000
    }
}
