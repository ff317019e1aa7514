import Foundation
import Synchronization

/// Writes one JSON object a line: constant message, facts beside it.
///
/// Facts carry ids, codes, counts and times. Names, telephone numbers and typed text never go into a log. Messages and
/// the keys of facts are constants of the program; the keys `at`, `level`, `service` and `message` are taken.
package struct Logger: Sendable {
    /// How much matters. A logger drops what lies below its own level.
    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }

        /// Asked on every call, also those that log nothing, so it must not allocate.
        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    /// Facts of one line: a constant key and a value that prints as a number, true or false, null, or text.
    package typealias Facts = KeyValuePairs<StaticString, any Sendable>

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

    /// Logs `message` with `facts`. Whole numbers, finite fractions, truth values and `nil` keep their JSON type; any
    /// other value is printed with `description` and cut after `LogLine.longestText` bytes.
    package func log(_ level: Level, _ message: StaticString, _ facts: Facts = [:]) {
        guard level >= self.level else { return }
        var line = LogLine(level: level, service: service, message: message)
        for (key, value) in facts { line.add(key, value) }
        sink(line.finished())
    }

    /// Logs at `debug`; the facts are not even gathered when that is below the logger's level.
    package func debug(_ message: StaticString, _ facts: @autoclosure () -> Facts = [:]) {
        guard level == .debug else { return }
        log(.debug, message, facts())
    }

    /// Logs at `info`: what an operator wants to have read afterwards.
    package func info(_ message: StaticString, _ facts: Facts = [:]) {
        log(.info, message, facts)
    }

    /// Logs at `warning`: it goes on, but somebody should look.
    package func warning(_ message: StaticString, _ facts: Facts = [:]) {
        log(.warning, message, facts)
    }

    /// Logs at `error`: something did not happen that should have.
    package func error(_ message: StaticString, _ facts: Facts = [:]) {
        log(.error, message, facts)
    }

    /// The default sink. Blocks while standard error blocks; a line that cannot be written is lost without a word,
    /// because there is nowhere left to say so.
    package static let standardError: Sink = { line in write(line, to: STDERR_FILENO) }

    /// A pipe takes only 4,096 bytes at once for certain; the lock keeps longer lines of several threads apart.
    private static let writing = Mutex(())

    /// One `write` a line; more only if the system took a part.
    static func write(_ line: String, to file: Int32) {
        var line = line
        line += "\n"
        line.withUTF8 { bytes in
            writing.withLock { _ in
                var rest = UnsafeRawBufferPointer(bytes)
                while !rest.isEmpty {
                    let written = Foundation.write(file, rest.baseAddress, rest.count)
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                }
            }
        }
    }
}
