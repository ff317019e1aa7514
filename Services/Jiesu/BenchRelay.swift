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
    private static let batch = 250
    private static let lanes = 4

    func run() async throws -> [BenchFigure] {
        let pool = try stage.pool(size: Self.lanes)
        try await stage.start([.broker])
        let holder = try await Connection.connect(ConnectionSettings(url: stage.suite.database))
        _ = try await holder.query("SELECT pg_advisory_lock(\(Relay.lock))")
        try await register(in: CaseStore(pool: pool))
        try await stage.start([.classification])
        try await waitUntilNone(in: .registered, pool)
        try await stage.stop([.classification])
        try await stage.start([.routing])
        try await waitUntilNone(in: .classified, pool)

        let waiting = try await number("SELECT count(*) FROM jiesu.outbox", pool)
        await holder.close()
        while try await number(Self.leaders, pool) == 0 { try await pause(.milliseconds(2)) }
        let start = ContinuousClock.now
        while try await number("SELECT count(*) FROM (SELECT FROM jiesu.outbox LIMIT 1) AS o", pool) > 0 {
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

    private func register(in store: CaseStore) async throws {
        let samples = try Sample.dispatched()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    for first in stride(from: lane * Self.batch, to: Self.cases, by: Self.lanes * Self.batch) {
                        let batch = (first..<first + Self.batch).map {
                            samples[$0 % samples.count].registration(key: "\($0)")
                        }
                        _ = try await store.register(batch)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func waitUntilNone(in state: State, _ pool: Pool) async throws {
        while try await number("SELECT count(*) FROM jiesu.case_file WHERE state = \(state.rawValue)", pool) > 0 {
            try await pause(.milliseconds(200))
        }
    }

    private func pause(_ duration: Duration) async throws {
        try Task.checkCancellation()
        await sleep(for: duration)
    }

    private func number(_ query: Query, _ pool: Pool) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }
}

extension Sample {
    /// As intake would make it of the request.
    fileprivate func registration(key: String) -> Registration {
        let place = complaint["place"]
        return Registration(
            key: key, request: [], line: line, actor: .complainant, channel: "web_portal", identity: .anonymous,
            title: complaint["title"]?.string, text: complaint["text"]?.string ?? "", place: place?["address"]?.string,
            region: place?["region"]?.string, about: complaint["about"]?.string)
    }
}
