import Foundation
import Lifecycle
import Postgres
import Synchronization
import Telemetry

/// A private suite of which only PostgreSQL runs; a benchmark starts the parts that it needs.
final class BenchStage: Sendable {
    let suite: Suite
    let log: Logger
    private let running = Mutex<[(part: Suite.Part, task: Task<Void, any Error>)]>([])

    init(suite: Suite, log: Logger) {
        self.suite = suite
        self.log = log
    }

    func pool(size: Int = 2) throws -> Pool {
        Pool(try ConnectionSettings(url: suite.database), size: size, log: log)
    }

    /// Starts these in their order and waits until they are ready.
    /// - Parameter pause: between two looks whether they are.
    func start(_ parts: [Suite.Part], lookingEvery pause: Duration = .milliseconds(100)) async throws {
        for part in parts {
            let service = try suite.service(part)
            running.withLock { $0.append((part, Task { try await service.run() })) }
        }
        guard await suite.waitUntilReady(parts, lookingEvery: pause) else { throw CancellationError() }
    }

    /// Stops what was started last, first.
    func stop(_ parts: [Suite.Part] = Suite.Part.all) async throws {
        let stopping = running.withLock { running in
            defer { running.removeAll { parts.contains($0.part) } }
            return running.filter { parts.contains($0.part) }
        }
        for (_, task) in stopping.reversed() {
            task.cancel()
            try await task.value
        }
    }

    /// The most memory that each of these has had resident since its start, in MB (1,000,000 bytes); the target is 60.
    func memory(of parts: [Suite.Part], when: String) throws -> [BenchFigure] {
        try parts.map { part in
            guard let most = suite.process(of: part).map(BenchProcess.init)?.megabytes("VmHWM")
            else {
                throw CommandFailure("\(part.name) does not run any more", hint: "see \(suite.folder.path)/log")
            }
            return BenchFigure(
                name: "\(part.name), resident at most, \(when)", measured: most, unit: "MB", target: .atMost(60))
        }
    }

    /// What the machine can do: bare inserts of one row of some 300 bytes, each its own transaction, by 8 connections, on the
    /// same server, with one index beside the primary key. In commits a second.
    func limit(seconds: Int) async throws -> Double {
        let server = try await Connection.connect(ConnectionSettings(url: suite.database(named: "postgres")))
        if try await server.query("SELECT 1 FROM pg_database WHERE datname = 'bare'").isEmpty {
            try await server.script("CREATE DATABASE bare")
        }
        await server.close()
        let bare = try await Connection.connect(ConnectionSettings(url: suite.database(named: "bare")))
        try await bare.script(
            """
            CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n bigint, body jsonb);
            CREATE INDEX IF NOT EXISTS bare_n ON bare (n);
            """)
        await bare.close()
        let script = suite.folder.appending(path: "bare.sql")
        let text = String(repeating: "x", count: 240)
        try """
        \\set n random(1, 1000000000)
        INSERT INTO bare (n, body) VALUES (:n, '{"channel": "web_portal", "region": "310000", "text": "\(text)"}');
        """.write(to: script, atomically: true, encoding: .utf8)
        let (status, output) = try await suite.runPostgres(
            "pgbench",
            [
                "--no-vacuum", "--client=8", "--jobs=2", "--protocol=prepared", "--time=\(seconds)",
                "--file=\(script.path)", suite.database(named: "bare"),
            ])
        guard status == 0, let start = output.range(of: "tps = "),
            let commits = Double(output[start.upperBound...].prefix { $0.isNumber || $0 == "." })
        else { throw CommandFailure("pgbench failed: \(output)") }
        return commits
    }
}
