/// The code that, with the number, lets a complainant look the case up: 80 bits in Crockford's base 32,
/// `XXXX-XXXX-XXXX-XXXX`.
package struct QueryCode: Sendable, Hashable, CustomStringConvertible {
    /// Exactly 10.
    package let bytes: [UInt8]

    /// `nil` unless there are exactly 10 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 10 else { return nil }
        self.bytes = bytes
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".unicodeScalars)

    package var description: String {
        var text = ""
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.unicodeScalars.append(Self.alphabet[bits >> count & 31])
            }
            bits &= (1 << count) - 1
        }
        let symbols = Array(text)
        return stride(from: 0, to: 16, by: 4).map { String(symbols[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// Reads what a person typed: either case, O for 0, I and L for 1, spaces and hyphens anywhere. `nil` for anything
    /// else.
    package init?(_ text: String) {
        var bytes: [UInt8] = []
        var (bits, count, symbols) = (0, 0, 0)
        for scalar in text.uppercased().unicodeScalars where scalar != "-" && scalar != " " {
            let plain: Unicode.Scalar =
                switch scalar {
                case "O": "0"
                case "I", "L": "1"
                default: scalar
                }
            guard let value = Self.alphabet.firstIndex(of: plain), symbols < 16 else { return nil }
            symbols += 1
            bits = bits << 5 | value
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count))
                bits &= (1 << count) - 1
            }
        }
        self.init(bytes: bytes)
    }
}
