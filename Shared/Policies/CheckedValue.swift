import JSON
import WorkingTime

/// A value in a `CheckedFile` that knows its place, and readers that report what they did not expect and return `nil`.
struct CheckedValue {
    let value: JSON
    let path: JSONPath
    let file: CheckedFile

    func report(_ message: String) { file.report(message, at: path) }

    /// The members, after reporting each of `required` that is missing and, unless the file is read tolerantly, every key
    /// that is not among `keys`.
    func members(_ keys: [String], required: [String]) -> CheckedMembers? {
        guard let object = value.object else {
            report("expected an object with the keys \(keys.joined(separator: ", ")), found \(value.kind)")
            return nil
        }
        for key in object.keys where !file.isTolerant && !keys.contains(key) {
            file.report("unknown key \(key.quoted)\(Suggestion.text(for: key, among: keys))", at: path.appending(key))
        }
        for key in required where object[key] == nil {
            report("the key \(key.quoted) is missing")
        }
        return CheckedMembers(object: object, path: path, file: file)
    }

    /// Text of 1 to `most` characters without control characters.
    func text(most: Int = 200) -> String? {
        guard let text = value.string else {
            report("expected a text, found \(value.kind)")
            return nil
        }
        guard text.isLine(most: most) else {
            report("expected a text of 1 to \(most) characters without control characters")
            return nil
        }
        return text
    }

    /// A code: lower-case letters, digits and `_`, beginning with a letter, at most 40.
    func code() -> String? {
        guard let text = value.string else {
            report("expected a code, found \(value.kind)")
            return nil
        }
        guard text.isCode(with: "_") else {
            report("expected a code: a lower-case letter, then at most 39 lower-case letters, digits or _")
            return nil
        }
        return text
    }

    /// One of `choices`.
    func choice(_ choices: [String], called kind: String) -> String? {
        guard let text = value.string else {
            report("expected \(kind), one of \(choices.joined(separator: ", ")); found \(value.kind)")
            return nil
        }
        guard choices.contains(text) else {
            let suggestion = Suggestion.text(for: text, among: choices)
            let list = suggestion.isEmpty ? "; expected one of \(choices.joined(separator: ", "))" : suggestion
            report("unknown \(kind) \(text.quoted)\(list)")
            return nil
        }
        return text
    }

    /// A day, `2026-01-31`.
    func day() -> CivilDay? {
        guard let day = value.string.flatMap(CivilDay.init) else {
            report("expected a date that exists, as a text like \"2026-01-31\"")
            return nil
        }
        return day
    }

    func bool() -> Bool? {
        if value.bool == nil { report("expected true or false, found \(value.kind)") }
        return value.bool
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let number = value.int.flatMap(Int.init(exactly:)), range.contains(number) else {
            report("expected a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func number(in range: ClosedRange<Double>) -> Double? {
        guard let number = value.double, range.contains(number) else {
            report("expected a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// The elements; an array of at least `least`.
    func elements(of what: String, least: Int = 0) -> [CheckedValue] {
        guard let array = value.array else {
            report("expected a list of \(what), found \(value.kind)")
            return []
        }
        if array.count < least { report("expected at least \(least) in this list of \(what)") }
        return array.enumerated().map { CheckedValue(value: $1, path: path.appending($0), file: file) }
    }

    /// The elements read by `read`, after reporting those that appear twice.
    func distinct(of what: String, least: Int = 0, _ read: (CheckedValue) -> String?) -> [String] {
        var seen: Set<String> = []
        return elements(of: what, least: least).compactMap { element in
            guard let text = read(element) else { return nil }
            if !seen.insert(text).inserted { element.report("\(text.quoted) stands here twice") }
            return text
        }
    }
}

/// The members of an object in a `CheckedFile`.
struct CheckedMembers {
    fileprivate let object: JSONObject
    fileprivate let path: JSONPath
    fileprivate let file: CheckedFile

    subscript(key: String) -> CheckedValue? {
        object[key].map { CheckedValue(value: $0, path: path.appending(key), file: file) }
    }
}

extension JSON {
    /// What a value is, as said in a mistake.
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .int, .double: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension String {
    /// In quotation marks and short enough for a line.
    var quoted: String { "\"\(unicodeScalars.count > 60 ? String(prefix(40)) + "…" : self)\"" }

    /// 1 to `most` characters (Unicode code points) without control characters.
    package func isLine(most: Int) -> Bool {
        !isEmpty && unicodeScalars.count <= most && !unicodeScalars.contains(where: \.isControl)
    }

    /// A lower-case letter, then at most 39 lower-case letters, digits or characters of `also`.
    package func isCode(with also: String) -> Bool {
        guard let first = utf8.first, utf8.count <= 40 else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return isLetter(first) && utf8.allSatisfy { isLetter($0) || isDigit($0) || also.utf8.contains($0) }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
