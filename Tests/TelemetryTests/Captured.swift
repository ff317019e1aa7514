import Foundation
import Synchronization
import Telemetry

/// Keeps what a logger wrote.
final class Captured: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func logger(level: Logger.Level = .info, service: String = "test") -> Logger {
        Logger(service: service, level: level) { line in self.kept.withLock { $0.append(line) } }
    }

    /// The last line, read by a parser that is not ours.
    func last() throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data((lines.last ?? "").utf8)) as? NSDictionary
    }
}
