/// A Swift type that a column can be read as.
package protocol ColumnValue {
    /// Reads the text form of a field, nil for NULL; nil when it is no such value.
    static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Self?
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Wrapped?? {
        guard let field else { return .some(nil) }
        return Wrapped.read(field).map { .some($0) }
    }
}

extension ColumnValue where Self: FixedWidthInteger {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Self? {
        guard let field, !field.isEmpty else { return nil }
        let isNegative = field[0] == UInt8(ascii: "-")
        let digits = field[(isNegative ? 1 : 0)...]
        guard !digits.isEmpty else { return nil }
        var number: Self = 0
        for character in digits {
            guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") else { return nil }
            let digit = Self(character - UInt8(ascii: "0"))
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            // Counting downwards for negative ones reaches the least number, whose positive does not exist.
            let (next, overflow2) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflow, !overflow2 else { return nil }
            number = next
        }
        return number
    }
}

extension Int: ColumnValue {}
extension Int64: ColumnValue {}
extension Int32: ColumnValue {}
extension Int16: ColumnValue {}

extension Double: ColumnValue {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Self? {
        guard let field else { return nil }
        return Double(String(decoding: field, as: UTF8.self))
    }
}

extension Bool: ColumnValue {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Self? {
        guard let field, field.count == 1 else { return nil }
        switch field[0] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }
}

extension String: ColumnValue {
    package static func read(_ field: UnsafeBufferPointer<UInt8>?) -> Self? {
        guard let field else { return nil }
        return String(decoding: field, as: UTF8.self)
    }
}
