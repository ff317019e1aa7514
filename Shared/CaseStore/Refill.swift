import Casework
import Postgres
import WorkingTime

/// Puts into the outbox once more what topics were told, from the event table, a step at a time; for `jiesu replay`.
///
/// Cases come whole, from their first event, in order of their numbers. `jiesu.cases` is left out unless it is named: its
/// readers, the services, find in the tables what they owe.
package struct Refill: Sendable {
    /// What comes again.
    package struct Selection: Sendable {
        /// Cases to which something happened since; `nil`: all.
        package var since: Moment?
        /// Messages to this topic; `nil`: to all but `jiesu.cases`.
        package var topic: String?
        /// This case alone.
        package var caseID: Int64?

        package init(since: Moment? = nil, topic: String? = nil, caseID: Int64? = nil) {
            self.since = since
            self.topic = topic
            self.caseID = caseID
        }
    }

    /// How far a refill is.
    package struct Progress: Sendable, Equatable {
        /// All cases up to this one are done …
        package var caseID: Int64 = 0
        /// … of this many, at most: not each number is a case's, nor chosen.
        package var last: Int64
        /// Put into the outbox so far.
        package var messages: Int64 = 0
    }

    /// What has to be known of a new generation.
    package struct Beginning: Sendable, Equatable {
        package let generation: Int64
        /// The first case's number that may be given from now on; `nil` where none was skipped.
        package let nextCase: Int64?
    }

    /// Cases in a step, each of which has some dozen events.
    package static let step = 500

    private let pool: Pool
    private let step: Int

    /// - Parameters:
    ///   - pool: of the database's administrator; no service may do this.
    ///   - step: cases in a transaction.
    package init(pool: Pool, step: Int = step) {
        self.pool = pool
        self.step = step
    }

    // MARK: Within a generation

    /// Puts copies behind what waits. Readers drop those that they have seen, so it can be done again and again.
    /// - Parameter report: called after each step.
    package func copy(_ selection: Selection, report: (Progress) -> Void) async throws -> Progress {
        var progress = Progress(
            last: try await pool.withConnection { connection in
                try await connection.query("SELECT coalesce(max(id), 0) FROM jiesu.case_file").only().get(0)
            })
        if selection.caseID == nil, [nil, Destination.digests.topic].contains(selection.topic) {
            progress.messages += try await pool.transaction { connection in
                _ = try await connection.query("SELECT pg_current_xact_id()")
                return Int64(try await connection.execute(Digests.again(since: selection.since)))
            }
        }
        while true {
            let done = try await pool.transaction { [step, progress] connection in
                let ids = try await connection.cases(
                    selection, after: progress.caseID, upTo: progress.last, limit: step)
                // A transaction id before the rows' ids, or the relay could pass over these (`OutboxFloor`).
                _ = try await connection.query("SELECT pg_current_xact_id()")
                let count = try await connection.execute(
                    """
                    INSERT INTO jiesu.outbox (case_id, version, topic)
                    SELECT e.case_id, e.version, t.topic FROM jiesu.case_event e, unnest(e.told) AS t (topic)
                    WHERE e.case_id = ANY(\(ids))
                        AND CASE WHEN \(selection.topic) IS NULL THEN t.topic <> \(Destination.cases.topic)
                            ELSE t.topic = \(selection.topic) END
                    ORDER BY e.case_id, e.version
                    """)
                return (ids: ids, count: count)
            }
            guard let last = done.ids.last else { return progress }
            progress.caseID = last
            progress.messages += Int64(done.count)
            report(progress)
        }
    }

    // MARK: A new generation

    /// Begins a generation; until `goOn` has put all older events into the outbox, the relay sends nothing. A refill that was
    /// under way is given up for this one.
    ///
    /// The generation's number was never given before, not even by a database that went on from the moment to which this one
    /// was put back: it is the time in seconds, or the next number if that is greater.
    /// - Parameters:
    ///   - since: cases to which nothing happened since then are left out.
    ///   - skippedNumbers: how many case numbers are never given. After a restore those that the lost cases had must not be
    ///     given again: the old receipt would open the new case.
    package func begin(since: Moment?, skippedNumbers: Int64 = 0) async throws -> Beginning {
        try await pool.transaction { connection in
            // Rows that an earlier refill left would go before their cases' first events: those cases are refilled as well,
            // however long nothing happened to them.
            let since: Int64? = try await connection.query(
                """
                SELECT jiesu.micros(least(jiesu.moment(\(since?.microseconds)), (
                    SELECT min(f.changed_at) FROM jiesu.outbox o JOIN jiesu.case_file f ON f.id = o.case_id WHERE o.id < 0)))
                WHERE \(since?.microseconds) IS NOT NULL
                """
            ).first?.get(0)
            _ = try await connection.execute("DELETE FROM jiesu.outbox WHERE id < 0")
            _ = try await connection.execute("DELETE FROM jiesu.refill")
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.refill (since, up_to)
                SELECT jiesu.moment(\(since)), coalesce(max(id), 0) FROM jiesu.case_file
                """)
            // In no order with anything.
            _ = try await connection.execute(Digests.again(since: since.map(Moment.init(microseconds:))))
            var nextCase: Int64?
            if skippedNumbers > 0 {
                nextCase = try await connection.query(
                    """
                    SELECT setval('jiesu.case_id', (SELECT last_value FROM jiesu.case_id) + \(skippedNumbers)) + 1
                    """
                ).only().get(0)
            }
            let generation: Int64 = try await connection.query(
                """
                UPDATE jiesu.setting SET value = greatest(value + 1, extract(epoch FROM clock_timestamp())::bigint)
                WHERE name = 'generation' RETURNING value
                """
            ).only().get(0)
            return Beginning(generation: generation, nextCase: nextCase)
        }
    }

    /// Goes on with a generation that has begun, until it is whole; then the relay sends.
    /// - Parameter report: called after each step.
    /// - Returns: what was done in all; `nil` when none has begun.
    package func goOn(report: (Progress) -> Void) async throws -> Progress? {
        var latest: Progress?
        while let progress = try await goOnOnce() {
            latest = progress
            report(progress)
        }
        return latest
    }

    /// One step; `nil` when no refill is under way. The last finds nothing more and ends it.
    func goOnOnce() async throws -> Progress? {
        try await pool.transaction { [step] connection in
            let rows = try await connection.query(
                "SELECT jiesu.micros(since), up_to, done_to, next_id, messages FROM jiesu.refill FOR UPDATE")
            guard let row = rows.first else { return nil }
            let selection = Selection(since: try row.get(0, as: Int64?.self).map(Moment.init(microseconds:)))
            var progress = Progress(caseID: try row.get(2), last: try row.get(1), messages: try row.get(4))
            let ids = try await connection.cases(selection, after: progress.caseID, upTo: progress.last, limit: step)
            guard let last = ids.last else {
                _ = try await connection.execute("DELETE FROM jiesu.refill")
                // A topic that refused is tried with its oldest row, which is a refilled one now: what was set aside waits
                // behind those again.
                _ = try await connection.execute("UPDATE jiesu.outbox SET set_aside = false WHERE set_aside")
                progress.caseID = progress.last
                return progress
            }
            let count = try await connection.execute(
                """
                INSERT INTO jiesu.outbox (id, case_id, version, topic) OVERRIDING SYSTEM VALUE
                SELECT \(try row.get(3, as: Int64.self)) - 1 + row_number() OVER (ORDER BY e.case_id, e.version),
                    e.case_id, e.version, t.topic
                FROM jiesu.case_event e, unnest(e.told) AS t (topic)
                WHERE e.case_id = ANY(\(ids)) AND t.topic <> \(Destination.cases.topic)
                """)
            _ = try await connection.execute(
                """
                UPDATE jiesu.refill SET done_to = \(last), next_id = next_id + \(Int64(count)),
                    messages = messages + \(Int64(count))
                """)
            progress.caseID = last
            progress.messages += Int64(count)
            return progress
        }
    }
}

extension Connection {
    /// The next cases of a selection, in order of their numbers.
    fileprivate func cases(
        _ selection: Refill.Selection, after id: Int64, upTo last: Int64, limit: Int
    ) throws -> [Int64] {
        try query(
            """
            SELECT id FROM jiesu.case_file WHERE id > \(id) AND id <= \(last)
                AND (\(selection.caseID) IS NULL OR id = \(selection.caseID))
                AND (\(selection.since?.microseconds) IS NULL
                    OR changed_at >= jiesu.moment(\(selection.since?.microseconds)))
            ORDER BY id LIMIT \(limit)
            """
        ).map { try $0.get(0) }
    }
}
