import Foundation

/// Owns a connected socket. Its calls block, each at most until its deadline. For `Client`, and for whoever speaks another protocol.
package final class ClientSocket: Sendable {
    private let descriptor: Int32

    /// Connects to the first address of `host` that answers.
    package init(_ host: String, _ port: UInt16, deadline: ContinuousClock.Instant) throws(HTTPError) {
        var failure: Int32 = 0
        let connected = try SocketAddress.first(host, port) { address, size, family in
            let candidate = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            Self.limit(candidate, SO_SNDTIMEO, deadline)
            if candidate >= 0, connect(candidate, address, size) == 0 { return candidate }
            failure = errno
            if candidate >= 0 { close(candidate) }
            return nil as Int32?
        }
        guard let connected else { throw .system(failure == EINPROGRESS ? .timedOut : .connecting, failure) }
        descriptor = connected
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Whether the other side has neither closed nor sent anything that nobody asked for.
    var isStillOpen: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// Sends all of `bytes`.
    package func send(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(HTTPError) {
        Self.limit(descriptor, SO_SNDTIMEO, deadline)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                Glibc.send(descriptor, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { sent += count } else { try Self.explain(errno, deadline) }
        }
    }

    /// Waits for bytes and gives them to `reader`, or tells it that no more will come.
    func receive(into reader: inout AnswerReader, deadline: ContinuousClock.Instant) throws(HTTPError) {
        let received = try receive(deadline: deadline)
        if received.isEmpty { try reader.connectionEnded() } else { try reader.receive(received) }
    }

    /// Waits for bytes; none means that no more will come.
    package func receive(deadline: ContinuousClock.Instant) throws(HTTPError) -> [UInt8] {
        while true {
            Self.limit(descriptor, SO_RCVTIMEO, deadline)
            let received = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { space in
                let count = recv(descriptor, space.baseAddress, space.count, 0)
                return count < 0 ? nil : Array(space.prefix(count))
            }
            if let received { return received }
            try Self.explain(errno, deadline)
        }
    }

    /// Says that nothing more will be sent.
    func endSending() { _ = shutdown(descriptor, Int32(Glibc.SHUT_WR)) }

    /// Returns if the call is to be tried again.
    private static func explain(_ number: Int32, _ deadline: ContinuousClock.Instant) throws(HTTPError) {
        switch number {
        case EINTR: return
        case EAGAIN where ContinuousClock.now < deadline: return
        case EAGAIN: throw HTTPError(.timedOut, "no answer in time")
        case ECONNRESET, EPIPE: throw .system(.closed, number)
        default: throw .system(.connecting, number)
        }
    }

    /// Lets the next calls of one direction block until `deadline`; at least a millisecond, because zero means for
    /// ever.
    private static func limit(_ socket: Int32, _ option: Int32, _ deadline: ContinuousClock.Instant) {
        let left = max(.milliseconds(1), deadline - .now).components
        var time = timeval(tv_sec: Int(left.seconds), tv_usec: Int(left.attoseconds / 1_000_000_000_000))
        setsockopt(socket, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
}
