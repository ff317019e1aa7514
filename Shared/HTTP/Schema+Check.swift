import JSON
import TextMatching

extension Schema {
    /// Every way in which `value` differs from this schema, up to a hundred, in the order of the text; empty if it
    /// fits.
    package func check(_ value: JSON) -> [Fault] {
        var faults: [Fault] = []
        check(value, into: &faults)
        return faults
    }

    private func check(_ value: JSON, into faults: inout [Fault]) {
        func fault(_ message: String) {
            if faults.count < Self.mostFaults { faults.append(Fault(path: [], message: message)) }
        }
        switch (self, value) {
        case (.string(let length, let format), .string(let text)):
            if let message = Self.complaint(text, length, format) { fault(message) }
        case (.integer(let range), .int(let number)):
            if !range.contains(number) { fault(Self.outside(range)) }
        case (.number(let range), .int), (.number(let range), .double):
            if let number = value.double, !range.contains(number) { fault(Self.outside(range)) }
        case (.boolean, .bool), (.nullable, .null): break
        case (.choice(let choices), .string(let text)):
            if !choices.contains(text) {
                fault("应为以下之一:" + choices.joined(separator: "、") + Self.hint(text, among: choices))
            }
        case (.array(let element, let count), .array(let elements)):
            if elements.count < count.lowerBound { fault("至少 \(count.lowerBound) 项") }
            if elements.count > count.upperBound {
                fault("最多 \(count.upperBound) 项")
            } else {
                for (index, item) in elements.enumerated() {
                    element.check(item, under: .index(index), into: &faults)
                }
            }
        case (.object(let fields), .object(let members)):
            Self.check(members, fields, into: &faults)
        case (.nullable(let schema), _): schema.check(value, into: &faults)
        case (.any, _):
            if value.hasNUL { fault(Self.hasNUL) }
        default: fault("应为\(kind),实际是\(Self.kind(of: value))")
        }
    }

    /// Faults are few and values many, so a path is put together only on the way back from a fault.
    private func check(_ value: JSON, under step: JSONPath.Step, into faults: inout [Fault]) {
        let before = faults.count
        check(value, into: &faults)
        for index in before..<faults.count {
            faults[index] = Fault(path: JSONPath([step] + faults[index].path.steps), message: faults[index].message)
        }
    }

    private static func check(_ members: JSONObject, _ fields: [Field], into faults: inout [Fault]) {
        for (key, value) in members {
            if faults.count >= mostFaults { return }
            if let field = fields.first(where: { $0.name == key }) {
                let before = faults.count
                field.schema.check(value, under: .key(key), into: &faults)
                if field.mustBeSeen, faults.count == before, let text = value.string, text.isBlank {
                    faults.append(Fault(path: JSONPath([.key(key)]), message: "不能只有空白"))
                }
            } else {
                let missing = fields.filter { members[$0.name] == nil }.map(\.name)
                // The key is a stranger's: enough of it to be recognised, not a megabyte sent back.
                let place = JSONPath([.key(String(key.prefix(Spelling.longest)))])
                faults.append(Fault(path: place, message: "没有这一项" + Self.hint(key, among: missing)))
            }
        }
        for field in fields where field.required && members[field.name] == nil && faults.count < mostFaults {
            faults.append(Fault(path: JSONPath([.key(field.name)]), message: "缺少这一项"))
        }
    }

    /// `;是否想写 subject?` for the name nearest to `name`, or nothing if none is near.
    private static func hint(_ name: String, among candidates: [String]) -> String {
        Spelling.nearest(to: name, among: candidates).map { ";是否想写 \($0)?" } ?? ""
    }

    private static let hasNUL = "不能含有空字符(U+0000)"

    private static func complaint(_ text: String, _ length: ClosedRange<Int>, _ format: Format?) -> String? {
        let count = text.unicodeScalars.count
        if text.utf8.contains(0) { return hasNUL }
        if count < length.lowerBound { return count == 0 ? "不能为空" : "至少 \(length.lowerBound) 个字符" }
        if count > length.upperBound { return "最多 \(length.upperBound) 个字符" }
        guard let format, !format.fits(text) else { return nil }
        return "应为" + format.chinese
    }

    private static func outside<Bound>(_ range: ClosedRange<Bound>) -> String {
        "应在 \(range.lowerBound) 到 \(range.upperBound) 之间"
    }

    private var kind: String {
        switch self {
        case .string, .choice: "文本"
        case .integer: "整数"
        case .number: "数字"
        case .boolean: "布尔值(true 或 false)"
        case .array: "数组"
        case .object: "对象"
        case .nullable(let schema): schema.kind + "或 null"
        case .any: "任意值"
        }
    }

    private static func kind(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "布尔值"
        case .int: "整数"
        case .double: "小数"
        case .string: "文本"
        case .array: "数组"
        case .object: "对象"
        }
    }
}

extension String {
    /// Nothing of it can be seen: blanks, controls, and what Unicode leaves out of display.
    package var isBlank: Bool {
        unicodeScalars.allSatisfy { scalar in
            let properties = scalar.properties
            return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
                || properties.generalCategory == .control
        }
    }
}
