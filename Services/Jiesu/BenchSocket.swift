import Foundation

/// A connection to a service on this machine, for callers that one thread serves by `poll`.
final class BenchSocket {
    let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw CommandFailure("a service cannot be reached") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// A request is small beside a socket's buffer, so this does not wait.
    func send(_ bytes: UnsafeRawBufferPointer) throws {
        guard Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw CommandFailure("a service has closed a connection")
        }
    }

    /// Takes what is there, at most 4 KiB.
    /// - Returns: `false` if the other side has closed the connection.
    func receive(into bytes: inout [UInt8]) throws -> Bool {
        let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { space in
            let count = recv(descriptor, space.baseAddress, space.count, Int32(MSG_DONTWAIT))
            if count > 0 { bytes += space[..<count] }
            return count
        }
        if count < 0, errno != EAGAIN, errno != EINTR { throw CommandFailure("a service has broken a connection off") }
        return count != 0
    }
}
