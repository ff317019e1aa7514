import Casework
import CaseStore
import Lifecycle
import Postgres

/// How fast the relay carries a backlog to the broker.
///
/// Real cases wait, with all their events: registered, classified and dispatched by the suite's own parts, while this benchmark
/// holds the relay's lock.
struct BenchRelay {
    let stage: BenchStage

    /// Each is announced four times at least: registered, classified and dispatched in `jiesu.cases`, and in an inbox.
    private static let cases = 30_000

    func run() async throws -> [BenchFigure] {
        let cases = BenchCases(stage: stage, pool: try stage.pool(size: BenchCases.lanes))
        try await stage.start([.broker])
        let holder = try await Connection.connect(ConnectionSettings(url: stage.suite.database))
        _ = try await holder.query("SELECT pg_advisory_lock(\(Relay.lock))")
        try await cases.register(Self.cases)
        try await stage.start([.classification])
        try await cases.waitUntilNone(in: .registered)
        try await stage.stop([.classification])
        try await stage.start([.routing])
        try await cases.waitUntilNone(in: .classified)

        let waiting = try await cases.number("SELECT count(*) FROM jiesu.outbox")
        await holder.close()
        while try await cases.number(Self.leaders) == 0 { try await pause(.milliseconds(2)) }
        let start = ContinuousClock.now
        while try await cases.number("SELECT count(*) FROM (SELECT FROM jiesu.outbox LIMIT 1) AS o") > 0 {
            try await pause(.milliseconds(20))
        }
        let rate = Double(waiting) / ((ContinuousClock.now - start) / .seconds(1))
        let memory = try stage.memory(of: [.routing], when: "after a backlog of \(waiting / 1000)k announcements")
        try await stage.stop()
        return [
            BenchFigure(name: "relay, \(waiting) events waiting", measured: rate, unit: "/s", target: .atLeast(15_000))
        ]
            + memory
    }

    private static let leaders: Query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"

    private func pause(_ duration: Duration) async throws {
        try Task.checkCancellation()
        await sleep(for: duration)
    }
}
