import Casework
import Postgres
import WorkingTime

/// Clocks: found when they are due, fired once each.
extension CaseStore {
    /// What was fired in one transaction.
    package struct Fired: Sendable, Equatable {
        package var events = 0
        /// How late each step was, in microseconds.
        package var lateness: [Int64] = []
        /// Cases that were set aside in `parked`.
        package var parked = 0

        mutating func add(_ more: Fired) {
            events += more.events
            lateness += more.lateness
            parked += more.parked
        }
    }

    /// The name under which what cannot be fired is parked.
    package static let watcher = "deadlines"

    /// Cases of these shards with a step that is due, the most overdue first. One whose command waits is left to that: it may
    /// have been in time.
    package func due(in shards: [Int], limit: Int) async throws -> [Int64] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT c.case_id FROM unnest(\(shards.map { Int16($0) })) AS s (shard)
                CROSS JOIN LATERAL (
                    SELECT case_id, next_at FROM jiesu.clock c
                    WHERE c.shard = s.shard AND c.next_at <= jiesu.clock()
                        AND NOT EXISTS (SELECT FROM jiesu.command w WHERE w.case_id = c.case_id AND w.decided_at IS NULL
                            AND w.received_at <= c.next_at)
                        AND NOT EXISTS (
                            SELECT FROM jiesu.parked p WHERE p.service = \(Self.watcher) AND p.case_id = c.case_id)
                    ORDER BY c.next_at LIMIT \(limit)) AS c
                ORDER BY c.next_at LIMIT \(limit)
                """
            ).map { try $0.get(0, as: Int64.self) }
        }
    }

    /// Fires every step of these cases that is due, in one transaction, each once: two watchers that both own a shard for a
    /// moment do nothing twice, since the row's lock decides.
    /// - Throws: what the database says; nothing was fired then, and the same may be tried again.
    package func fire(_ ids: [Int64]) async throws -> Fired {
        let ids = Array(Set(ids)).sorted()
        do {
            return try await attempt(ids)
        } catch let error where error.isDataFault {
            guard ids.count > 1 else { return try await giveUp(ids[0], error) }
            let half = ids.count / 2
            var fired = try await fire(Array(ids[..<half]))
            fired.add(try await fire(Array(ids[half...])))
            return fired
        }
    }

    private func attempt(_ ids: [Int64]) async throws -> Fired {
        try await pool.transaction { connection in
            var batch = try await lock(ids, for: Self.watcher, on: connection)
            let waiting = try await commandsToLeaveAlone(of: ids, now: batch.now, on: connection)
            var fired = Fired()
            var idle: [Case] = []
            for file in batch.files.values.sorted(by: { $0.id < $1.id }) {
                let running = try clocks(of: file, in: batch)
                let events = try batch.fire(on: file.id, before: waiting[file.id])
                if events.isEmpty, waiting[file.id] == nil { idle.append(file) }
                fired.events += events.count
                fired.lateness += lateness(of: events, among: running, now: batch.now)
            }
            var writes = try append(batch)
            // Due by the row and not by the rules, as when a day became one off: the row is wrong, and would be looked at for ever.
            if !idle.isEmpty { writes += try rewritten(idle, in: batch) }
            _ = try await connection.pipeline(writes)
            return fired
        }
    }

    private func giveUp(_ id: Int64, _ error: any Error) async throws -> Fired {
        let reason = error.sqlState.map { "sqlstate_\($0)" } ?? "unreadable"
        try await park(
            Parked(service: Self.watcher, caseID: id, reason: reason, detail: "its clocks cannot be fired"))
        return Fired(parked: 1)
    }

    private func clocks(of file: Case, in batch: CaseBatch) throws -> [Clock] {
        Casework.clocks(of: file, under: try batch.rules.policies(of: file), on: batch.rules.calendar)
    }

    private func lateness(of events: [Event], among clocks: [Clock], now: Moment) -> [Int64] {
        events.compactMap { event in
            let fired: ClockFired
            switch event {
            case .warned(let body), .targetPassed(let body), .missed(let body), .escalated(let body): fired = body
            default: return nil
            }
            let clock = clocks.first { $0.profile == fired.profile && $0.rule == fired.clock }
            return clock?.steps.first { $0.number == fired.step }.map { max(0, now.microseconds - $0.at.microseconds) }
        }
    }

    /// Before when something must be due to be fired, for cases where that matters: what falls due later may have to give way to a
    /// command. That is one that waits, or one that a desk is just writing: a reply counts from when its commit began, and is
    /// not seen before the disk has it. For that it has half a second; whoever holds a transaction open delays nothing longer.
    func commandsToLeaveAlone(of ids: [Int64], now: Moment, on connection: Connection) async throws -> [Int64: Moment] {
        guard !ids.isEmpty else { return [:] }
        // First, or what was committed between the two would be seen by neither.
        let isBeingWritten = try await isAnyDeskWriting(on: connection)
        let oldest = try await oldestCommands(of: ids, on: connection)
        guard isBeingWritten else { return oldest }
        let settled = Self.settled(now)
        return Dictionary(uniqueKeysWithValues: ids.map { ($0, min(oldest[$0] ?? settled, settled)) })
    }

    /// What was given before is visible by now, or was held back.
    private static func settled(_ now: Moment) -> Moment { Moment(microseconds: now.microseconds - 500_000) }

    /// Which of these cases have a step that was due a moment ago, while a desk is writing something: nothing may be decided about
    /// them that would fire it, for a moment.
    func unsettled(_ ids: [Int64], in batch: CaseBatch, on connection: Connection) async throws -> Set<Int64> {
        let fresh = try ids.filter { id in try batch.due(id).map { $0 > Self.settled(batch.now) } ?? false }
        guard !fresh.isEmpty, try await isAnyDeskWriting(on: connection) else { return [] }
        return Set(fresh)
    }

    private func isAnyDeskWriting(on connection: Connection) async throws -> Bool {
        try await connection.query(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.relation = 'jiesu.command'::regclass AND l.mode = 'RowExclusiveLock'
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND pg_has_role(a.usesysid, 'jiesu_desk', 'MEMBER'))
            """
        ).only().get(0)
    }

    /// When the oldest command that waits for each of these cases came. One that was held back counts from later (`given_at`); whoever
    /// decides it fires what was due until then.
    func oldestCommands(of ids: [Int64], on connection: Connection) async throws -> [Int64: Moment] {
        guard !ids.isEmpty else { return [:] }
        let rows = try await connection.query(
            """
            SELECT case_id, jiesu.micros(min(received_at)) FROM jiesu.command
            WHERE case_id = ANY(\(ids)) AND decided_at IS NULL GROUP BY case_id
            """)
        var oldest: [Int64: Moment] = [:]
        for row in rows { oldest[try row.get(0)] = Moment(microseconds: try row.get(1)) }
        return oldest
    }

    /// Counts again the clocks that the calendar did not reach, and all that ran when a newer one was put (`Setup`).
    /// - Parameter last: cases after this one.
    /// - Returns: the last case that was looked at; `nil` when there are no more.
    package func recount(after last: Int64, limit: Int) async throws -> Int64? {
        try await pool.transaction { connection in
            let ids = try await connection.query(
                """
                SELECT DISTINCT case_id FROM jiesu.clock WHERE uncounted AND case_id > \(last) ORDER BY case_id LIMIT \(limit)
                """
            ).map { try $0.get(0, as: Int64.self) }
            guard let greatest = ids.last else { return nil }
            let batch = try await lock(ids, on: connection)
            _ = try await connection.pipeline(try rewritten(Array(batch.files.values), in: batch))
            return greatest
        }
    }
}
