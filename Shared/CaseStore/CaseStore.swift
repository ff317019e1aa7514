import Casework
import Postgres
import Telemetry
import WorkingTime

/// The one way to write a case.
///
/// Every change is one transaction: lock the case rows of the batch in order of id, read the legal time, decide, append
/// the events with their hashes, update the rows, queue the announcements, commit.
package struct CaseStore: Sendable {
    let pool: Pool
    private let shelf = RulebookShelf()
    private let clocksFired: Counter?

    /// - Parameter metrics: where steps of clocks are counted that are fired here because they were due before something else, and nobody had
    ///   watched.
    package init(pool: Pool, metrics: Metrics? = nil) {
        self.pool = pool
        clocksFired = metrics?.counter(.clocksFired)
    }

    /// Counts what `batch`, which is committed, fired.
    func count(firedBy batch: CaseBatch) {
        let fired = batch.pending.count { [.targetPassed, .warned, .missed, .escalated].contains($0.event.kind) }
        if fired > 0 { clocksFired?.add(fired) }
    }

    /// The policies and the directory as they stand now.
    package func rulebook() async throws -> Rulebook {
        try await pool.withConnection { connection in
            try await facts(on: connection).rules
        }
    }

    /// Legal time: the server's clock, or a simulation's.
    package func now() async throws -> Moment {
        try await pool.withConnection { connection in
            Moment(microseconds: try await connection.query("SELECT jiesu.micros(jiesu.clock())").only().get(0))
        }
    }

    /// Legal time and the rules that go with it, read together. Inside a transaction: after the locks.
    func facts(on connection: Connection, after query: Query? = nil) async throws -> (
        rows: Rows?, rules: Rulebook, now: Moment
    ) {
        let time: Query = """
            SELECT jiesu.micros(jiesu.clock()), (SELECT value FROM jiesu.setting WHERE name = 'rules')
            """
        let answers = try await connection.pipeline((query.map { [$0] } ?? []) + [time])
        let row = try answers[answers.count - 1].only()
        let now = Moment(microseconds: try row.get(0))
        let rules = try await shelf.book(number: try row.get(1), day: now.day, on: connection)
        return (query == nil ? nil : answers[0], rules, now)
    }

    /// Locks the cases with these ids in order of id; others are passed over.
    /// - Parameters:
    ///   - states: only those in one of these states; empty: in any.
    ///   - service: only those that this service has not parked.
    func lock(
        _ ids: [Int64], in states: Set<State> = [], for service: String? = nil, on connection: Connection
    ) async throws -> CaseBatch {
        let query: Query = """
            SELECT \(raw: CaseRow.columns) FROM jiesu.case_file f
            WHERE id = ANY(\(ids)) AND (\(states.isEmpty) OR state = ANY(\(states.map(\.rawValue).sorted())))
                AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = \(service) AND p.case_id = f.id)
            ORDER BY id FOR NO KEY UPDATE OF f
            """
        let (rows, rules, now) = try await facts(on: connection, after: query)
        return CaseBatch(try (rows.map(Array.init) ?? []).map(CaseRow.init), rules: rules, now: now)
    }
}
