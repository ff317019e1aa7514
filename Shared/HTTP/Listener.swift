import Configuration
import Foundation

/// Owns a listening socket and the thread that accepts on it.
final class Listener: Sendable {
    /// Called on the listener's thread with each new socket, which then belongs to the callee.
    typealias Accept = @Sendable (_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Void

    /// As bound: the real one if any port was asked for.
    let port: UInt16
    private let socket: Int32
    private let ended = DispatchSemaphore(value: 0)

    /// Connections that the kernel keeps for us until they are accepted.
    private static let backlog: Int32 = 1024

    /// Binds and listens; connections wait until `start`.
    init(_ address: ListenAddress) throws(HTTPError) {
        var failure: Int32 = 0
        let bound = try SocketAddress.first(address.host, UInt16(address.port), forListening: true) {
            address, size, family in
            let candidate = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var on: Int32 = 1
            // A restart need not wait until the last connections of the old process are forgotten.
            setsockopt(candidate, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            if candidate >= 0, bind(candidate, address, size) == 0, listen(candidate, Self.backlog) == 0 {
                return candidate
            }
            failure = errno
            if candidate >= 0 { close(candidate) }
            return nil as Int32?
        }
        guard let bound else { throw .system(.listening, failure) }
        socket = bound
        port = SocketAddress.port(of: bound)
    }

    /// After the thread has ended, or without one.
    deinit { close(socket) }

    /// Starts accepting.
    func start(_ accept: @escaping Accept) {
        let thread = Thread { [socket, ended] in
            while Self.acceptNext(socket, accept) {}
            ended.signal()
        }
        thread.name = "http-accept"
        thread.start()
    }

    /// Refuses connections from now on, also those that wait; blocks until the thread has ended. Once, after `start`.
    func stop() {
        // Wakes the thread; closing the socket would not.
        _ = shutdown(socket, Int32(Glibc.SHUT_RDWR))
        ended.wait()
    }

    /// Returns whether there is more to come.
    private static func acceptNext(_ listening: Int32, _ accept: Accept) -> Bool {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let new = Glibc.accept(listening, address, &size)
                guard new < 0 else {
                    _ = fcntl(new, F_SETFD, FD_CLOEXEC)
                    accept(new, address, size)
                    return true
                }
                switch errno {
                case EINVAL, EBADF: return false
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // Nothing tells when there is room again.
                    usleep(10_000)
                    return true
                default: return true  // a client that left before it was accepted
                }
            }
        }
    }
}
