/// The number a complainant is given: the case's id and a check digit after GB/T 17710 (ISO/IEC 7064, MOD 11,10), which
/// finds every single wrong digit and nearly every swapped pair.
package struct CaseNumber: Sendable, Hashable, CustomStringConvertible {
    package let id: Int64

    package init(id: Int64) {
        self.id = id
    }

    /// At least ten digits: short enough to say on the telephone, long enough for a big city's century.
    package var description: String {
        let digits = String(id)
        let padded = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        return padded + String(Self.checkDigit(padded.utf8.map { Int($0) - 48 }))
    }

    /// Reads what a person typed: digits of any width, spaces and hyphens between them. `nil` if the check digit is
    /// wrong.
    package init?(_ text: String) {
        var digits: [Int] = []
        for scalar in text.unicodeScalars where scalar != " " && scalar != "-" && scalar != "\u{3000}" {
            switch scalar.value {
            case 0x30...0x39: digits.append(Int(scalar.value) - 0x30)
            case 0xFF10...0xFF19: digits.append(Int(scalar.value) - 0xFF10)
            default: return nil
            }
            guard digits.count <= 19 else { return nil }
        }
        guard digits.count >= 10, Self.checkDigit(digits.dropLast()) == digits.last else { return nil }
        let id = digits.dropLast().reduce(Int64(0)) { $0 * 10 + Int64($1) }
        guard id > 0, CaseNumber(id: id).description.utf8.count == digits.count else { return nil }
        self.id = id
    }

    private static func checkDigit(_ digits: some Sequence<Int>) -> Int {
        var product = 10
        for digit in digits {
            let sum = (digit + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10
    }
}
