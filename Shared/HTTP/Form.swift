import JSON

/// Names and values of a query or of an `application/x-www-form-urlencoded` body, decoded, in their order.
package struct Form: Sendable {
    private let fields: [(name: String, value: String)]

    /// Throws a 400 for broken escapes, for what is no UTF-8 and for U+0000.
    init(_ encoded: ArraySlice<UInt8>) throws(Problem) {
        var fields: [(String, String)] = []
        for part in encoded.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = try PercentCoding.decode(part[..<equals], plusIsSpace: true)
            let value = try PercentCoding.decode(part[equals...].dropFirst(), plusIsSpace: true)
            fields.append((name, value))
        }
        self.fields = fields
    }

    /// Of a form with files: its texts.
    init(_ texts: [(name: String, value: [UInt8])]) throws(Problem) {
        var fields: [(String, String)] = []
        for (name, value) in texts {
            guard !value.contains(0) else { throw .badRequest("含有空字符(U+0000)") }
            guard let text = String(validating: value, as: UTF8.self) else { throw .badRequest("不是有效的 UTF-8 编码") }
            fields.append((name, text))
        }
        self.fields = fields
    }

    /// The first value of `name`.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// All values of `name`, as several ticked boxes send them.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// As the value that `schema` describes: texts become the numbers and truth values that it wants, and names sent
    /// several times become arrays. An empty text for a field that may be missing counts as missing, because browsers
    /// send what was left blank. What does not fit stays text, for the schema's check to complain about.
    func value(for schema: Schema) -> JSON {
        var values: [String: [String]] = [:]
        for field in fields { values[field.name, default: []].append(field.value) }
        var members = JSONObject()
        for field in fields where members[field.name] == nil {
            let texts = values[field.name] ?? []
            let wanted = schema.field(field.name)
            if texts == [""], wanted?.required == false { continue }
            switch wanted?.schema {
            case .array(let element, _)?: members[field.name] = .array(texts.map(element.value(from:)))
            case let single? where texts.count == 1: members[field.name] = single.value(from: texts[0])
            default: members[field.name] = texts.count == 1 ? .string(texts[0]) : .array(texts.map { .string($0) })
            }
        }
        return .object(members)
    }
}
