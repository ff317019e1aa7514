import Foundation
import HTTP
import JSON
import Support

@testable import Jiesu

/// A second `jiesu-deadlines` beside the one of a suite, on the same shards.
final class Watcher: Sendable {
    private let suite: SuiteUnderTest
    private let port: ReservedPort
    private let program: BackgroundProgram
    private static let log = "deadlines-2.log"

    init(besideThatOf suite: SuiteUnderTest) async throws {
        self.suite = suite
        port = try ReservedPort()
        var environment = try await suite.environment(of: "deadlines")
        environment["JIESU_LISTEN"] = "127.0.0.1:\(port.number)"
        // It has no input that could end.
        environment["JIESU_STOP_WITH_INPUT"] = nil
        let log = suite.folder.appending(path: "log/\(Self.log)")
        program = try BackgroundProgram(
            BuiltProgram.folder.appending(path: "jiesu-deadlines"), [], environment: environment, output: log,
            errors: log)
        try Guardian.atExit("kill -KILL \(program.id)")
    }

    deinit { kill() }

    func kill() { program.signal(SIGKILL) }
    func freeze() { program.signal(SIGSTOP) }
    func thaw() { program.signal(SIGCONT) }

    /// Steps that it has fired so far.
    var fired: Int { get async throws { try await suite.fired(port: port.number) } }

    /// Shards that are its own by what it logged last.
    var shards: Set<String> { get throws { try suite.shards(Self.log) } }
}

extension SuiteUnderTest {
    /// Steps that a watcher has fired since it was started.
    func fired(port: Int) async throws -> Int {
        let metrics = try await Client(port: port).send("GET", "/metrics").text
        let line = metrics.split(separator: "\n").first { $0.hasPrefix("jiesu_clocks_fired_total ") }
        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }

    /// Shards of the watcher that writes this log; empty while it has logged none.
    func shards(_ log: String = "deadlines.log") throws -> Set<String> {
        let text = try String(contentsOf: folder.appending(path: "log/\(log)"), encoding: .utf8)
        let lines = text.split(separator: "\n").compactMap { try? JSON.parse([UInt8]($0.utf8)) }
        let owned = lines.last { $0["message"] == "shards" }?["owned"]?.string ?? ""
        return Set(owned.split(separator: ",").map(String.init))
    }
}
