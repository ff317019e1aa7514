/// The escaping of paths, queries and forms (RFC 3986; `+` for a space in forms).
enum PercentCoding {
    /// Decodes `bytes`. Throws a 400 for a broken escape, for what is no UTF-8, and for U+0000.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) throws(Problem) -> String {
        var content: [UInt8] = []
        content.reserveCapacity(bytes.count)
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "%"):
                guard position + 1 < bytes.endIndex, let high = hexDigit(bytes[position]),
                    let low = hexDigit(bytes[position + 1])
                else { throw .badRequest("百分号编码不完整") }
                content.append(high << 4 | low)
                position += 2
            case UInt8(ascii: "+") where plusIsSpace: content.append(UInt8(ascii: " "))
            default: content.append(byte)
            }
        }
        guard !content.contains(0) else { throw .badRequest("含有空字符(U+0000)") }
        guard let text = String(validating: content, as: UTF8.self) else { throw .badRequest("不是有效的 UTF-8 编码") }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
