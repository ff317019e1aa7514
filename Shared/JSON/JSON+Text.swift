extension JSON {
    /// The value as UTF-8 without white space, keys in their order. Only what must be escaped is: `"`, `\` and U+0000
    /// to U+001F. A number that JSON cannot express (infinity, not a number) becomes `null`.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The same as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Collects the bytes of values.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: JSON) {
        switch value {
        case .null: append("null")
        case .bool(let truth): append(truth ? "true" : "false")
        case .int(let number): append(String(number))
        case .double(let number): append(number.isFinite ? String(number) : "null")
        case .string(let text): write(text)
        case .array(let elements): list("[", "]", of: elements) { element, writer in writer.write(element) }
        case .object(let members):
            list("{", "}", of: members) { member, writer in
                writer.write(key: member.key)
                writer.write(member.value)
            }
        }
    }

    mutating func write(key: String) {
        write(key)
        bytes.append(UInt8(ascii: ":"))
    }

    /// What stands between two brackets, with commas.
    mutating func list<Elements: Sequence>(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, of elements: Elements,
        _ element: (Elements.Element, inout JSONWriter) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        var isFirst = true
        for one in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            element(one, &self)
        }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { content in
            var start = 0
            for position in content.indices {
                let byte = content[position]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: content[start..<position].withoutBase)
                append(escaped(byte))
                start = position + 1
            }
            bytes.append(contentsOf: content[start...].withoutBase)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escaped(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): "\\\""
        case UInt8(ascii: "\\"): "\\\\"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0x09: "\\t"
        default: (byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// The slice as a buffer of its own, which the library copies and checks faster.
    var withoutBase: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self) }
}
