import Foundation
import Synchronization

/// Writes one JSON object a line: constant message, facts beside it.
///
/// Facts carry ids, codes, counts and times. Names, telephone numbers and typed text never go into a log.
package struct Logger: Sendable {
    /// How much matters. A logger drops what lies below its own level.
    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        package static func < (a: Level, b: Level) -> Bool {
            allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
        }
    }

    /// Where lines go; called with one line without its line feed, from any thread.
    package typealias Sink = @Sendable (String) -> Void

    private let service: String
    private let level: Level
    private let sink: Sink

    /// A logger that names `service` in every line and drops what is below `level`.
    /// - Parameter sink: default standard error, one write a line.
    package init(service: String, level: Level = .info, sink: @escaping Sink = Logger.standardError) {
        self.service = service
        self.level = level
        self.sink = sink
    }

    /// Logs `message` with `facts`; a fact's value is printed with `description`.
    package func log(_ level: Level, _ message: StaticString, _ facts: KeyValuePairs<StaticString, any Sendable> = [:])
    {
        guard level >= self.level else { return }
        var line = "{\"at\":\"\(Date.now.formatted(.iso8601.time(includingFractionalSeconds: true)))\""
        line += ",\"level\":\"\(level.rawValue)\",\"service\":\(quoted(service)),\"message\":\(quoted("\(message)"))"
        for (key, value) in facts {
            line += ",\(quoted("\(key)")):"
            switch value {
            case let number as Int: line += String(number)
            case let number as Int64: line += String(number)
            case let truth as Bool: line += truth ? "true" : "false"
            default: line += quoted("\(value)")
            }
        }
        sink(line + "}")
    }

    package func debug(_ message: StaticString, _ facts: KeyValuePairs<StaticString, any Sendable> = [:]) {
        log(.debug, message, facts)
    }

    package func info(_ message: StaticString, _ facts: KeyValuePairs<StaticString, any Sendable> = [:]) {
        log(.info, message, facts)
    }

    package func warning(_ message: StaticString, _ facts: KeyValuePairs<StaticString, any Sendable> = [:]) {
        log(.warning, message, facts)
    }

    package func error(_ message: StaticString, _ facts: KeyValuePairs<StaticString, any Sendable> = [:]) {
        log(.error, message, facts)
    }

    /// The default sink: one `write` a line, so that lines of several threads do not mix.
    package static let standardError: Sink = { line in
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20: out += String(format: "\\u%04x", scalar.value)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
