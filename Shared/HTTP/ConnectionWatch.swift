import CMicroHTTPD
import Foundation
import Synchronization

/// One open connection, as long as it lasts: whose it is, and until when it must have moved on.
///
/// libmicrohttpd closes a connection on which nothing moves for a while. This is for one on which a byte moves now and
/// then.
final class ConnectionWatch: Sendable {
    let peer: String
    private let socket: Int32
    private let allowance: Duration
    private let start = ContinuousClock.now
    /// Nanoseconds since `start`; `never` while a handler works.
    private let deadline: Atomic<Int64>
    private let streamed = Mutex<Feed?>(nil)

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

    /// The next request is awaited, or the client reads an answer, from now on.
    func restart() { deadline.store((ContinuousClock.now - start + allowance).nanoseconds, ordering: .relaxed) }

    /// Bytes of a file moved; so many a second are asked for.
    func moved(_ bytes: Int, rate: Int) {
        guard deadline.load(ordering: .relaxed) != Self.never else { return }
        deadline.wrappingAdd(Int64(bytes) * 1_000_000_000 / Int64(max(1, rate)), ordering: .relaxed)
    }

    /// A request is whole; how long its handler takes is our affair.
    func pause() { deadline.store(Self.never, ordering: .relaxed) }

    func isLate(now: ContinuousClock.Instant) -> Bool {
        deadline.load(ordering: .relaxed) < (now - start).nanoseconds
    }

    /// What the answer that is being read is made of, if it is made over time.
    var feed: Feed? {
        get { streamed.withLock { $0 } }
        set { streamed.withLock { $0 = newValue } }
    }

    /// What is streamed is not read fast enough, or the client has hung up. While nothing is written nobody else would
    /// notice. The caller knows that the connection is still open.
    var leadsNowhere: Bool {
        guard let feed else { return false }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return feed.isOverrun || count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
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
