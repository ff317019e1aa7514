import Foundation
import TextMatching

/// Reads settings from environment variables, gathering every mistake on the way.
///
///     struct IntakeSettings {
///         let common: CommonSettings
///         let batch: Int
///
///         init(_ environment: inout Environment) {
///             common = CommonSettings(&environment, port: 8080)
///             batch = environment.value(
///                 "JIESU_INTAKE_BATCH", .integer(in: 1...1_000), default: 256, "most requests in one transaction")
///         }
///     }
///     let settings = Environment.orExit(program: "jiesu-intake", IntakeSettings.init)
///
/// A variable that is set to nothing counts as not set, because that is what compose files make of a missing one. What
/// a getter returns after a mistake is a placeholder that nobody sees: `read` throws.
package struct Environment {
    private let program: String
    private let variables: [String: String]
    private(set) var settings: [Setting] = []
    private var mistakes: [Mistake] = []

    /// - Parameter program: the executable's name, such as `jiesu-intake`. Variables that begin with another
    ///   program's name (`JIESU_ROUTING_…`) are none of its business; others that begin with `JIESU_` and are not
    ///   read are mistakes.
    init(program: String, variables: [String: String]) {
        self.program = program
        self.variables = variables.filter { !$0.value.isEmpty }
    }

    /// What `body` builds from `variables`.
    /// - Throws: `ConfigurationError` with all mistakes.
    package static func read<Settings>(
        program: String, variables: [String: String], _ body: (inout Environment) -> Settings
    ) throws(ConfigurationError) -> Settings {
        var environment = Environment(program: program, variables: variables)
        let settings = body(&environment)
        environment.checkUnknown()
        guard environment.mistakes.isEmpty else { throw ConfigurationError(mistakes: environment.mistakes) }
        return settings
    }

    /// Text that lists what `body` reads, for `--help`.
    package static func help<Settings>(program: String, _ body: (inout Environment) -> Settings) -> String {
        var environment = Environment(program: program, variables: [:])
        _ = body(&environment)
        let settings = environment.settings.map(\.help).joined(separator: "\n")
        return "\(program) takes no arguments. It is set up by these environment variables:\n\n\(settings)\n"
    }

    /// A setting that must be given.
    package mutating func required<Value>(_ name: String, _ format: Format<Value>, _ about: String) -> Value {
        settings.append(Setting(name: name, about: about, format: format, presence: .required))
        guard variables[name] != nil else {
            mistake(name, "is not set; expected \(format.expectation), such as \(format.example)")
            return format.placeholder
        }
        return parsed(name, format) ?? format.placeholder
    }

    /// A setting with a default, which is not checked against `format`.
    package mutating func value<Value>(
        _ name: String, _ format: Format<Value>, default standard: Value, _ about: String
    ) -> Value {
        settings.append(
            Setting(name: name, about: about, format: format, presence: .defaults(to: format.print(standard))))
        return parsed(name, format) ?? standard
    }

    /// A setting that may be missing.
    package mutating func optional<Value>(_ name: String, _ format: Format<Value>, _ about: String) -> Value? {
        settings.append(Setting(name: name, about: about, format: format, presence: .optional))
        return parsed(name, format)
    }

    /// Whether the variable is given, rightly or wrongly.
    package func isSet(_ name: String) -> Bool { variables[name] != nil }

    /// Adds a mistake that only shows when several settings are seen together.
    package mutating func mistake(_ name: String, _ problem: String) {
        mistakes.append(Mistake(variable: name, problem: problem))
    }

    private mutating func parsed<Value>(_ name: String, _ format: Format<Value>) -> Value? {
        guard let text = variables[name] else { return nil }
        if let value = format.parse(text) { return value }
        let shown = format.hides(text) ? "has a value that is not shown here" : "is \(quoted(text))"
        mistake(name, "\(shown); expected \(format.expectation), such as \(format.example)")
        return nil
    }

    /// A misspelt name would otherwise mean that the default is used in silence.
    private mutating func checkUnknown() {
        let known = settings.map(\.name)
        for name in variables.keys.sorted() where name.hasPrefix("JIESU_") && !known.contains(name) {
            let value = variables[name] ?? ""
            guard !SuiteNames.belongsElsewhere(name, value: value, than: program) else { continue }
            let near = Spelling.nearest(to: name, among: known)
            mistake(name, "is not a setting of \(program)" + (near.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    /// One line of at most 100 characters, whatever is in it.
    private func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(100).map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return "\"\(shown.joined())\(text.unicodeScalars.count > 100 ? "…" : "")\""
    }
}
