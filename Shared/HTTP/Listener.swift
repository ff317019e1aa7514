import Configuration
import Foundation

/// Owns a listening socket and the thread that accepts on it.
final class Listener: Sendable {
    /// Called on the listener's thread with each new socket, which then belongs to the callee.
    typealias Accept = @Sendable (_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Void

    /// As bound: the real one if any port was asked for.
    let port: UInt16
    let socket: Int32
    /// The socket lives on with whoever handed it over, and so do the connections that wait on it.
    private let isInherited: Bool
    /// A pipe: what is written into the second end wakes the thread.
    private let wake: (Int32, Int32)
    private let ended = DispatchSemaphore(value: 0)

    /// Connections that the kernel keeps for us until they are accepted.
    private static let backlog: Int32 = 1024

    /// Binds and listens; connections wait until `start`.
    convenience init(_ address: ListenAddress) throws(HTTPError) {
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
        try self.init(bound, isInherited: false)
    }

    /// Takes over a socket that listens already and is somebody else's as well; connections wait until `start`, also those that
    /// came before.
    convenience init(inherited socket: Int32) throws(HTTPError) {
        // Shared with whoever else has the socket: of two who see the same connection, one finds it gone, and must not wait for the next.
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        try self.init(socket, isInherited: true)
    }

    private init(_ socket: Int32, isInherited: Bool) throws(HTTPError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let failure = errno
            close(socket)
            throw .system(.listening, failure)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        wake = (ends[0], ends[1])
        self.socket = socket
        self.isInherited = isInherited
        port = SocketAddress.port(of: socket)
    }

    /// After the thread has ended, or without one.
    deinit {
        close(socket)
        close(wake.0)
        close(wake.1)
    }

    /// Starts accepting.
    func start(_ accept: @escaping Accept) {
        let thread = Thread { [socket, wake, ended] in
            while Self.hasMore(socket, wake.0), Self.acceptNext(socket, accept) {}
            ended.signal()
        }
        thread.name = "http-accept"
        thread.start()
    }

    /// Refuses connections from now on, also those that wait, unless the socket lives on: then they go on waiting. Blocks until the thread
    /// has ended. Once, after `start`.
    func stop() {
        if isInherited {
            _ = write(wake.1, [0], 1)
        } else {
            // Wakes the thread as well; closing the socket would not.
            _ = shutdown(socket, Int32(Glibc.SHUT_RDWR))
        }
        ended.wait()
    }

    /// The socket that systemd opened for this process (`sd_listen_fds(3)`); `nil` unless it is exactly one.
    static func inherited(
        _ environment: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid()
    ) -> Int32? {
        environment["LISTEN_PID"] == String(process) && environment["LISTEN_FDS"] == "1" ? 3 : nil
    }

    /// Waits for a connection; returns `false` when woken instead.
    private static func hasMore(_ listening: Int32, _ wake: Int32) -> Bool {
        var polled = [listening, wake].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&polled, nfds_t(polled.count), -1)
        return polled[1].revents == 0
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
