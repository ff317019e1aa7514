import Lifecycle
import Postgres
import WorkingTime

/// A simulation's clock: it stands still while anything remains to be done, then jumps to the next moment at which something
/// is due.
struct Simulation: Sendable {
    private let pool: Pool

    init(pool: Pool) {
        self.pool = pool
    }

    func now() async throws -> Moment {
        Moment(microseconds: try await rows("SELECT jiesu.micros(at) FROM jiesu.simulation").only().get(0))
    }

    /// Forwards only.
    func jump(to moment: Moment) async throws {
        _ = try await rows("UPDATE jiesu.simulation SET at = greatest(at, jiesu.moment(\(moment.microseconds)))")
    }

    /// When a clock fires next; `nil`: none runs.
    func nextClock() async throws -> Moment? {
        try await rows("SELECT jiesu.micros(min(next_at)) FROM jiesu.clock").only().get(0, as: Int64?.self)
            .map(Moment.init(microseconds:))
    }

    /// The cases to which something happened since `moment`, or at it, and how many events each has.
    func changed(since moment: Moment) async throws -> [(id: Int64, version: Int)] {
        try await rows(
            "SELECT id, version FROM jiesu.case_file WHERE changed_at >= jiesu.moment(\(moment.microseconds))"
        ).map { (try $0.get(0), try $0.get(1)) }
    }

    /// Returns when no service owes anything, no command waits, nothing is due, and everything was announced.
    /// - Parameter isWatched: whether anybody fires what is due; else that may wait.
    /// - Throws: `CommandFailure` when nothing has moved for a minute.
    func settle(isWatched: Bool = true) async throws {
        var last = Int64.max
        var lastChange = ContinuousClock.now
        while true {
            let owed = try await owed(isWatched)
            if owed == 0 { return }
            if owed != last { (last, lastChange) = (owed, .now) }
            guard ContinuousClock.now - lastChange < Self.patience else {
                throw CommandFailure("\(owed) things wait and nothing moves", hint: "see the logs in the data folder")
            }
            try Task.checkCancellation()
            await sleep(for: .milliseconds(10))
        }
    }

    private func owed(_ isWatched: Bool) async throws -> Int64 {
        try await rows(
            """
            SELECT (SELECT count(*) FROM jiesu.case_file f WHERE state IN ('registered', 'classified', 'reopened')
                    AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.case_id = f.id))
                + (SELECT count(*) FROM jiesu.case_file WHERE earlier IS NOT NULL AND NOT repeat_told)
                + (SELECT count(*) FROM jiesu.command WHERE decided_at IS NULL)
                + (SELECT count(*) FROM jiesu.clock WHERE next_at <= jiesu.clock() AND \(isWatched))
                + (SELECT count(*) FROM jiesu.outbox WHERE NOT set_aside)
                + (SELECT count(*) FROM jiesu.notice WHERE state = 'waiting' AND attempts <= 1 AND error IS NULL
                    OR state = 'delivered' AND NOT told)
            """
        ).only().get(0)
    }

    /// Asks the database, again while it is away.
    private func rows(_ query: Query) async throws -> Rows {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                return try await pool.withConnection { try await $0.query(query) }
            } catch let error as PostgresError where error.isRetriable && ContinuousClock.now < deadline {
                await sleep(for: .milliseconds(100))
            }
        }
    }

    private static let patience = Duration.seconds(60)
}
