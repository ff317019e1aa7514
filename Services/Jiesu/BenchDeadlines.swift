import CaseStore
import Casework
import Lifecycle
import Postgres
import WorkingTime

/// How fast `jiesu-deadlines` fires what falls due at one instant, while ten times as many clocks run.
///
/// Real cases on a simulated clock: most were dispatched a week later than those whose clocks are measured. Then the clock
/// jumps to just before the instant at which most is due, and to that instant.
struct BenchDeadlines {
    let stage: BenchStage
    let seconds: Int

    private static let armed = 100_000
    private static let due = 10_000
    /// Cases that are dispatched at one instant; some two in three have a clock with a step at the instant measured.
    private static let dueCases = 18_000
    /// A Monday morning in a year whose days off are known.
    private static let start = Moment(microseconds: 1_772_416_800_000_000)
    private static let week: Int64 = 7 * 24 * 3600 * 1_000_000

    func run() async throws -> [BenchFigure] {
        let limit = try await stage.limit(seconds: seconds)
        let cases = BenchCases(stage: stage, pool: try stage.pool(size: BenchCases.lanes))
        try await stage.start([.broker, .classification, .routing])
        try await set(Moment(microseconds: Self.start.microseconds + Self.week), cases)
        var others = 0
        while try await cases.number("SELECT count(*) FROM jiesu.clock") < Self.armed - Self.due {
            try await dispatch(Self.dueCases, prefix: "other-\(others)-", cases)
            others += 1
        }
        try await set(Self.start, cases)
        try await dispatch(Self.dueCases, prefix: "due-", cases)
        try await stage.stop([.classification, .routing])

        let armed = try await cases.number("SELECT count(*) FROM jiesu.clock WHERE next_at IS NOT NULL")
        guard armed >= Self.armed else { throw CommandFailure("only \(armed) clocks run") }
        let instant = try await busiestInstant(cases)
        try await stage.start([.deadlines])
        try await set(Moment(microseconds: instant.microseconds - 1), cases)
        try await waitUntilFired(cases)
        let due = try await cases.number(
            "SELECT count(*) FROM jiesu.clock WHERE next_at = jiesu.moment(\(instant.microseconds))")
        guard due >= Self.due else { throw CommandFailure("only \(due) clocks are due at one instant") }

        let begin = ContinuousClock.now
        try await set(instant, cases)
        try await waitUntilFired(cases)
        let took = (ContinuousClock.now - begin) / .seconds(1)
        try await check(due, at: instant, cases)
        let memory = try stage.memory(of: [.deadlines], when: "with \(armed / 1000)k clocks")
        try await stage.stop()
        return [
            BenchFigure(
                name: "deadlines, \(due) of \(armed) clocks due at once", measured: Double(due) / took, unit: "/s",
                limit: limit, target: .share(0.25))
        ] + memory
    }

    private func dispatch(_ count: Int, prefix: String, _ cases: BenchCases) async throws {
        try await cases.register(count, prefix: prefix)
        try await cases.waitUntilNone(in: .registered)
        try await cases.waitUntilNone(in: .classified)
    }

    /// Unlike a simulation's, this clock is also set back.
    private func set(_ moment: Moment, _ cases: BenchCases) async throws {
        _ = try await cases.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.simulation (at) VALUES (jiesu.moment(\(moment.microseconds)))
                ON CONFLICT (only_row) DO UPDATE SET at = excluded.at
                """)
        }
    }

    private func busiestInstant(_ cases: BenchCases) async throws -> Moment {
        let latest = Self.start.microseconds + Self.week
        return Moment(
            microseconds: try await cases.pool.withConnection {
                try await $0.query(
                    """
                    SELECT jiesu.micros(next_at) FROM jiesu.clock WHERE next_at < jiesu.moment(\(latest))
                    GROUP BY next_at ORDER BY count(*) DESC, next_at LIMIT 1
                    """)
            }.only().get(0))
    }

    private func waitUntilFired(_ cases: BenchCases) async throws {
        let isDue: Query = """
            SELECT count(*) FROM (SELECT FROM jiesu.clock
                WHERE shard IN (SELECT generate_series(0, value - 1) FROM jiesu.setting WHERE name = 'partitions')
                    AND next_at <= jiesu.clock() LIMIT 1) AS c
            """
        while try await cases.number(isDue) > 0 {
            try Task.checkCancellation()
            await sleep(for: .milliseconds(5))
        }
    }

    /// Each clock that was due has fired, and none twice.
    private func check(_ due: Int, at instant: Moment, _ cases: BenchCases) async throws {
        let rows = try await cases.pool.withConnection {
            try await $0.query(
                """
                SELECT count(*), count(DISTINCT (case_id, kind, payload)) FROM jiesu.case_event
                WHERE at = jiesu.moment(\(instant.microseconds))
                    AND kind IN ('target_passed', 'warned', 'missed', 'escalated')
                """)
        }
        let (fired, different): (Int, Int) = try (rows.only().get(0), rows.only().get(1))
        guard fired >= due, fired == different else {
            throw CommandFailure("\(due) clocks were due, \(fired) events tell of it, \(different) of them different")
        }
    }
}
