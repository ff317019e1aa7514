import Foundation

/// Where to listen or connect: `127.0.0.1:8080`, `[::1]:8080` or `host.example:9092`.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    package let host: String
    /// 0 lets the system choose one to listen on.
    package let port: Int

    /// `nil` unless `text` is `host:port` with an IPv6 address in brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            var address = in6_addr()
            guard inet_pton(AF_INET6, String(host), &address) == 1 else { return nil }
        } else {
            guard Self.isName(host) else { return nil }
        }
        self.init(host: String(host), port: Int(port))
    }

    /// Reachable from this machine only, the default of every service: whoever opens a port to others does so on
    /// purpose.
    package static func loopback(port: UInt16) -> ListenAddress { ListenAddress(host: "127.0.0.1", port: Int(port)) }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The host is an address and no name.
    var isNumeric: Bool { host.contains(":") || Self.isDotted(host[...]) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isDotted(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }

    /// Letters, digits, hyphens, dots and, for container networks, underscores. What looks like an IPv4 address is one.
    private static func isName(_ text: Substring) -> Bool {
        guard (1...253).contains(text.utf8.count), !text.hasPrefix("."), !text.hasPrefix("-") else { return false }
        if isDotted(text) {
            var address = in_addr()
            return inet_pton(AF_INET, String(text), &address) == 1
        }
        return text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
