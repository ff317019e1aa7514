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

    fileprivate static func plain(_ text: String) -> String? {
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
    /// Host and port, port 0 included, to connect to.
    package static var address: Format {
        Format(
            expectation: "host:port", example: "127.0.0.1:8080", placeholder: .loopback(port: 0),
            parse: { ListenAddress($0) }, print: { $0.description })
    }

    /// Where to listen: no name, for that may stand for several addresses and only one would be listened on.
    package static var listen: Format {
        Format(
            expectation: "an IP address and a port",
            example: "127.0.0.1:8080",
            placeholder: .loopback(port: 0), parse: { ListenAddress($0).flatMap { $0.isNumeric ? $0 : nil } },
            print: { $0.description })
    }
}

extension Format {
    /// What may hold a password, at most 1,000 bytes without control characters. Neither the text nor the value is ever
    /// shown.
    /// - Parameters:
    ///   - example: must be readable.
    ///   - read: makes the value; `nil` if the text is not in this format.
    package static func secret(
        _ expectation: String, example: String, read: @escaping @Sendable (String) -> Value?
    ) -> Format {
        guard let placeholder = read(example) else {
            preconditionFailure("no \(Value.self) can be read from \(example)")
        }
        return Format(
            expectation: expectation, example: example, placeholder: placeholder, isSecret: true,
            parse: { Format<String>.plain($0).flatMap(read) }, print: { _ in "****" })
    }

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
