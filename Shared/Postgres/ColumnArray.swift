/// `[UInt8]` reads `bytea`; other arrays read one-dimensional arrays of PostgreSQL.
extension Array: ColumnValue where Element: ArrayElement {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> [Element]? {
        field.flatMap(Element.elements)
    }
}

/// What an array read from a column may hold.
package protocol ArrayElement {
    /// Reads a whole field, which is not NULL.
    static func elements(_ field: UnsafeBufferPointer<UInt8>) -> [Self]?
}

/// The server writes `\x` and two hexadecimal digits a byte (`bytea_output` is set for every connection).
extension UInt8: ArrayElement {
    package static func elements(_ field: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard field.count >= 2, field.count % 2 == 0, field[0] == UInt8(ascii: "\\"), field[1] == UInt8(ascii: "x")
        else { return nil }
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: field.count / 2 - 1) { buffer, count in
            count = field.count / 2 - 1
            for i in 0..<count {
                let high = nibble(field[2 * i + 2])
                let low = nibble(field[2 * i + 3])
                if high | low > 15 { isValid = false }
                buffer[i] = high << 4 | low & 15
            }
        }
        return isValid ? bytes : nil
    }

    /// 0…15, or 255 for what is no hexadecimal digit.
    private static func nibble(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: 255
        }
    }
}

extension ArrayElement where Self: ColumnValue {
    package static func elements(_ field: UnsafeBufferPointer<UInt8>) -> [Self]? {
        var literal = ArrayLiteral(field)
        return literal.read { Self.read($0) }
    }
}

extension Int: ArrayElement {}
extension Int64: ArrayElement {}
extension Int32: ArrayElement {}
extension Int16: ArrayElement {}
extension Double: ArrayElement {}
extension Bool: ArrayElement {}
extension String: ArrayElement {}
extension Array: ArrayElement where Element: ArrayElement {}
extension Optional: ArrayElement where Wrapped: ColumnValue {}
