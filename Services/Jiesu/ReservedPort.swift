import Foundation

/// A TCP port on 127.0.0.1, kept for a service of the suite as long as this lives: it is bound, so that no other program gets
/// it by chance, and not listened on, so that the service can.
final class ReservedPort: Sendable {
    let number: Int
    private let descriptor: Int32

    /// - Parameter wanted: 0 for any that is free.
    /// - Throws: `CommandFailure` if somebody listens on it.
    init(_ wanted: Int = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        // As the service does: it may share the port then, and last connections that are being forgotten do no harm.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(wanted).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        let reason = errno
        self.descriptor = descriptor
        number = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else {
            throw CommandFailure(
                reason == EADDRINUSE ? "port \(wanted) is in use" : "port \(wanted) cannot be had: errno \(reason)",
                hint: "name another with --port; 0 takes any that is free")
        }
    }

    deinit { close(descriptor) }
}
