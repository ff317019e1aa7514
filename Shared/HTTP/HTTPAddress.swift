import Configuration

/// Where a request goes: `http://gateway.example:8000/send`. Holds what may be a secret in its path.
package struct HTTPAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// With the query.
    package let path: String
    /// `https`, which `Client` does not speak: somebody else must carry it.
    package let isSecure: Bool

    /// - Parameter allowsHTTPS: whether it may begin with `https://`, too.
    package init?(_ text: String, allowsHTTPS: Bool = false) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        isSecure = text.hasPrefix("https://")
        guard isSecure ? allowsHTTPS : text.hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? "https://".count : "http://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard !authority.contains(where: { "@?#".contains($0) }), !path.contains("#") else { return nil }
        let hasPort = authority.last != "]" && authority.contains(":")
        let address = ListenAddress(hasPort ? String(authority) : "\(authority):\(isSecure ? 443 : 80)")
        guard let address, address.port > 0 else { return nil }
        host = address.host
        port = address.port
        self.path = path.isEmpty ? "/" : String(path)
    }

    /// As `Host` wants it: without the scheme's own port.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// What stands in a request to a proxy.
    package var absolute: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }

    package var description: String {
        "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)"
    }
}
