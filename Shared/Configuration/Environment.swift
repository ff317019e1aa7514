import Telemetry

/// Reads a program's settings from the environment and collects every mistake before it says so.
///
/// A secret's value never appears in a mistake.
package struct Environment {
    private let values: [String: String]
    private var known: Set<String> = []
    private var mistakes: [String] = []

    package init(_ values: [String: String]) {
        self.values = values
    }

    /// Text as it stands; an empty value counts as not set.
    package mutating func text(_ name: String, default fallback: String? = nil, expected: String) -> String {
        if let value = value(name) ?? fallback { return value }
        mistakes.append("\(name) is not set; expected \(expected)")
        return ""
    }

    /// Text that may be missing.
    package mutating func optional(_ name: String) -> String? {
        value(name)
    }

    /// `host:port`; port 0 means any.
    package mutating func listen(_ name: String, default fallback: String) -> String {
        let value = value(name) ?? fallback
        let port = value.split(separator: ":").last.flatMap { UInt16($0) }
        if !value.contains(":") || value.hasPrefix(":") || port == nil {
            mistakes.append("\(name) is \"\(value)\"; expected host:port, such as 127.0.0.1:8080")
        }
        return value
    }

    /// One of a few words.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let value = value(name) else { return fallback }
        if let choice = Choice(rawValue: value) { return choice }
        mistakes.append(
            "\(name) is \"\(value)\"; expected one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return fallback
    }

    /// Several that are set all or none.
    package mutating func together(_ names: [String]) -> [String]? {
        let found = names.compactMap { value($0) }
        if found.count == names.count { return found }
        if !found.isEmpty { mistakes.append("\(names.joined(separator: ", ")) go together; set all or none") }
        return nil
    }

    /// Ends the reading.
    /// - Throws: every mistake at once; a variable that begins with `JIESU_` and was not asked for is one.
    package func finish() throws(ConfigurationError) {
        let unknown = values.keys.filter { $0.hasPrefix("JIESU_") && !known.contains($0) }.sorted()
        let all =
            mistakes
            + unknown.map { "\($0) is no setting of this program; it knows \(known.sorted().joined(separator: ", "))" }
        guard all.isEmpty else { throw ConfigurationError(mistakes: all) }
    }

    private mutating func value(_ name: String) -> String? {
        known.insert(name)
        return values[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// All that is wrong with the settings, a line each.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let mistakes: [String]

    package var description: String { mistakes.joined(separator: "\n") }
}
