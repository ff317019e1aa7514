import Foundation

/// The addresses that a host and a port stand for.
enum SocketAddress {
    /// Calls `body` with each address in turn until it returns a value; `nil` if it never does. May ask a name server
    /// and so block.
    static func first<Result>(
        _ host: String, _ port: UInt16, forListening: Bool = false,
        _ body: (_ address: UnsafePointer<sockaddr>, _ size: socklen_t, _ family: Int32) -> Result?
    ) throws(HTTPError) -> Result? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = forListening ? AI_PASSIVE | AI_NUMERICHOST : 0
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw HTTPError(.address, String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry = entry?.pointee else { break }
            if let result = body(entry.ai_addr, entry.ai_addrlen, entry.ai_family) { return result }
        }
        return nil
    }

    /// The port that `socket` is bound to.
    static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &size) }
        }
        // The port stands at the same place in the addresses of both families.
        return UInt16(bigEndian: address.sin6_port)
    }
}
