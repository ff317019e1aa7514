import CMicroHTTPD
import Foundation
import Synchronization

/// One open connection, as long as it lasts: whose it is, and until when it must have moved on.
///
/// libmicrohttpd closes a connection on which nothing moves at all; this is for those on which a byte moves now and then.
final class ConnectionWatch: Sendable {
    let peer: String
    private let socket: Int32
    private let arrival: Duration
    /// Nanoseconds since `start`; `never` while a handler works.
    private let deadline: Atomic<Int64>
    private let start = ContinuousClock.now

    private static let never = Int64.max

    init(_ connection: OpaquePointer, arrival: Duration) {
        self.peer = jiesu_peer(connection).map(Self.text) ?? ""
        self.socket = jiesu_socket(connection)
        self.arrival = arrival
        self.deadline = Atomic(arrival.nanoseconds)
    }

    /// The watch that `Daemon` keeps with `connection`.
    static func of(_ connection: OpaquePointer) -> ConnectionWatch? {
        jiesu_socket_context(connection).map { Unmanaged<ConnectionWatch>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The next step, a request or the reading of an answer, begins now.
    func restart() {
        deadline.store((ContinuousClock.now - start + arrival).nanoseconds, ordering: .relaxed)
    }

    /// The next step is ours and takes what it takes.
    func pause() { deadline.store(Self.never, ordering: .relaxed) }

    func isLate(now: ContinuousClock.Instant) -> Bool {
        deadline.load(ordering: .relaxed) < (now - start).nanoseconds
    }

    /// Ends the connection for both sides; libmicrohttpd finds it closed and cleans up. The caller knows that it is still open.
    func cut() { _ = shutdown(socket, Int32(Glibc.SHUT_RDWR)) }

    private static func text(_ address: UnsafePointer<sockaddr>) -> String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size = address.pointee.sa_family == sa_family_t(AF_INET6) ? sockaddr_in6.size : sockaddr_in.size
        guard getnameinfo(address, size, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else { return "" }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension sockaddr_in { static var size: socklen_t { socklen_t(MemoryLayout<sockaddr_in>.size) } }
extension sockaddr_in6 { static var size: socklen_t { socklen_t(MemoryLayout<sockaddr_in6>.size) } }

extension Duration {
    /// Rounded down; `Int64.max` for what does not fit.
    var nanoseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + components.attoseconds / 1_000_000_000
    }
}
