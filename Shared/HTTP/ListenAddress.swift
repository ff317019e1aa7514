/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:0` (any free port).
package struct ListenAddress: Sendable, Equatable {
    package let host: String
    package let port: UInt16

    /// `nil` if `text` is no address with a port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.contains(":") == text.hasPrefix("[") else { return nil }
        self.host = String(host)
        self.port = port
    }
}
