import Foundation

/// How a setting is written: reads it, and says what was expected when it cannot.
package struct Format<Value: Sendable>: Sendable {
    /// Such as `a whole number from 1 to 1000`.
    let expectation: String
    let example: String
    /// Stands in for the value until `Environment.read` throws.
    let placeholder: Value
    var isSecret = false
    /// `nil` if the text is not in this format.
    let parse: @Sendable (String) -> Value?
    /// The value as it would be written.
    let print: @Sendable (Value) -> String

    /// Whether the text must not appear in a message: a secret, or what looks as if it holds one, since the address
    /// of a database may have been given to the wrong variable.
    func hides(_ text: String) -> Bool {
        isSecret || text.contains("@") || text.lowercased().contains("password")
    }
}

extension Format where Value == String {
    /// Text of at most 1,000 bytes, without control characters.
    package static func text(_ expectation: String = "text", example: String) -> Format {
        Format(expectation: expectation, example: example, placeholder: "", parse: plain, print: { $0 })
    }

    /// An absolute http or https address without query, name or password; read without its last slash, so that a path
    /// can be added.
    package static var url: Format {
        Format(
            expectation: "an http or https address without query, name or password",
            example: "https://12345.example.cn", placeholder: "",
            parse: { text in
                guard let text = plain(text), let parts = URLComponents(string: text),
                    ["http", "https"].contains(parts.scheme), parts.host?.isEmpty == false, parts.query == nil,
                    parts.fragment == nil, parts.user == nil, parts.password == nil
                else { return nil }
                return text.hasSuffix("/") ? String(text.dropLast()) : text
            }, print: { $0 })
    }

    /// The path of a file that this process may read now.
    package static var readableFile: Format {
        Format(
            expectation: "the path of a file that this process may read", example: "/etc/jiesu/ca.pem",
            placeholder: "",
            parse: { path in
                var isFolder = ObjCBool(false)
                guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                    access(path, R_OK) == 0
                else { return nil }
                return path
            }, print: { $0 })
    }

    private static func plain(_ text: String) -> String? {
        let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
        return text.utf8.count <= 1_000 && !text.unicodeScalars.contains(where: isControl) ? text : nil
    }
}

extension Format where Value == Int {
    /// A whole number within `range`, in decimal digits.
    package static func integer(in range: ClosedRange<Int>) -> Format {
        Format(
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            example: String(range.lowerBound), placeholder: range.lowerBound,
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, print: { String($0) })
    }
}

extension Format where Value == ListenAddress {
    /// Host and port, port 0 included.
    package static var address: Format {
        Format(
            expectation: "host:port", example: "127.0.0.1:8080", placeholder: .loopback(port: 0),
            parse: { ListenAddress($0) }, print: { $0.description })
    }
}

extension Format where Value == Secret {
    /// A secret that is given to somebody else unread; only its length and control characters are checked.
    package static func secret(_ expectation: String, example: String) -> Format {
        let text = Format<String>.text(expectation, example: example)
        return Format(
            expectation: expectation, example: example, placeholder: Secret(""), isSecret: true,
            parse: { text.parse($0).map { Secret($0) } }, print: { $0.description })
    }
}

extension Format {
    /// One of the words of an enumeration.
    package static func choice(_: Value.Type = Value.self) -> Format
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        return Format(
            expectation: "one of " + words.joined(separator: ", "), example: words[0],
            placeholder: Value(rawValue: words[0])!, parse: { Value(rawValue: $0) }, print: { $0.rawValue })
    }

    /// One to 100 of `element`, separated by commas; blanks around them do not count.
    package static func list<Element>(of element: Format<Element>, example: String) -> Format
    where Value == [Element] {
        Format(
            expectation: "one or more, separated by commas, each \(element.expectation)",
            example: example, placeholder: [], isSecret: element.isSecret,
            parse: { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let elements = parts.compactMap { element.parse($0.trimmingCharacters(in: .whitespaces)) }
                return elements.count == parts.count && parts.count <= 100 ? elements : nil
            }, print: { $0.map(element.print).joined(separator: ",") })
    }
}
