import CaseStore
import Casework
import Postgres
import WorkingTime

/// The SQL of notices.
struct NoticeStore: Sendable {
    let pool: Pool

    init(_ pool: Pool) {
        self.pool = pool
    }

    /// What is to be sent now, and how its complainant is reached.
    struct Claim: Sendable {
        let caseID: Int64
        let version: Int
        let kind: String
        let message: String
        /// This one counted.
        let attempts: Int
        let file: Case
        let event: Event
        /// Why more time was asked for, of a notice that it was given.
        let delay: String?
        /// `nil`: nobody who may be told.
        let contact: Contact?
    }

    /// Personal data, and what opens the case.
    struct Contact: Sendable {
        let phone: String?
        let email: String?
        let code: QueryCode?
    }

    /// Tells every service whether notices are to be written.
    func announce(sends: Bool) async throws {
        _ = try await pool.withConnection { try await $0.query("SELECT jiesu.set_notices(\(sends))") }
    }

    /// Takes at most so many that are due, each for as long as `lease`: whoever dies meanwhile leaves them to the next.
    func claim(_ most: Int, lease: Duration) async throws -> [Claim] {
        let (rows, tickets) = try await pool.transaction { connection in
            let rows = try await connection.query(
                """
                WITH due AS MATERIALIZED (
                    SELECT case_id, version FROM jiesu.notice WHERE state = 'waiting' AND next_at <= statement_timestamp()
                    ORDER BY next_at LIMIT \(most) FOR UPDATE SKIP LOCKED
                )
                UPDATE jiesu.notice n SET attempts = n.attempts + 1,
                    next_at = clock_timestamp() + make_interval(secs => \(lease / .seconds(1)))
                FROM due WHERE n.case_id = due.case_id AND n.version = due.version
                RETURNING n.case_id, n.version, n.kind, n.message::text, n.attempts
                """)
            guard !rows.isEmpty else { return (Array(rows), [Int64]()) }
            let ids = try rows.map { try $0.get(0, as: Int64.self) }
            let tickets = try await connection.query("SELECT ticket FROM jiesu.notice_tickets(\(ids))")
            return (Array(rows), try tickets.map { try $0.get(0) })
        }
        guard !rows.isEmpty else { return [] }
        return try await read(rows, tickets)
    }

    /// Only now: the tickets are committed.
    private func read(_ rows: [Row], _ tickets: [Int64]) async throws -> [Claim] {
        let ids = try rows.map { try $0.get(0, as: Int64.self) }
        let versions = try rows.map { try $0.get(1, as: Int32.self) }
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                "SELECT case_id, phone, email, code FROM jiesu.notice_contacts(\(tickets))",
                "SELECT \(raw: CaseRow.columns) FROM jiesu.case_file f WHERE f.id = ANY(\(ids))",
                """
                SELECT e.case_id, e.version, e.kind, e.payload, (
                    SELECT a.payload::json ->> 'reason' FROM jiesu.case_event a WHERE a.case_id = e.case_id
                        AND a.version < e.version AND a.kind = 'extension_asked' AND e.kind = 'extension_granted'
                    ORDER BY a.version DESC LIMIT 1)
                FROM unnest(\(ids), \(versions)) AS n (case_id, version)
                JOIN jiesu.case_event e ON e.case_id = n.case_id AND e.version = n.version
                """,
            ])
        }
        var contacts: [Int64: Contact] = [:]
        for row in answers[0] {
            let code: [UInt8]? = try row.get(3)
            contacts[try row.get(0)] = Contact(
                phone: try row.get(1), email: try row.get(2), code: code.flatMap(QueryCode.init(bytes:)))
        }
        var files: [Int64: Case] = [:]
        for row in answers[1] { files[try row.get(0)] = try CaseRow(row).file }
        var events: [Key: (Event, String?)] = [:]
        for row in answers[2] {
            guard let kind = Event.Kind(rawValue: try row.get(2)) else { continue }
            events[Key(id: try row.get(0), version: try row.get(1))] = (
                try Event(kind: kind, payload: try row.get(3)), try row.get(4)
            )
        }
        return try rows.compactMap { row in
            let key = Key(id: try row.get(0), version: try row.get(1))
            guard let file = files[key.id], let (event, delay) = events[key] else { return nil }
            return Claim(
                caseID: key.id, version: key.version, kind: try row.get(2), message: try row.get(3),
                attempts: try row.get(4), file: file, event: event, delay: delay, contact: contacts[key.id])
        }
    }

    private struct Key: Hashable {
        let id: Int64
        let version: Int
    }

    /// The gateway has it.
    /// - Parameter reportHours: within which it will say that it was delivered; `nil`: that it took it is all the proof there is.
    func taken(_ claim: Claim, means: String, proof: String, reportHours: Int?) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.notice SET means = \(means), proof = \(proof), error = NULL, sent_at = jiesu.clock(),
                    state = CASE WHEN \(reportHours != nil) THEN 'sent' ELSE 'delivered' END,
                    delivered_at = CASE WHEN NOT \(reportHours != nil) THEN jiesu.clock() END,
                    next_at = clock_timestamp() + make_interval(hours => \(reportHours.map(Int32.init)))
                WHERE case_id = \(claim.caseID) AND version = \(claim.version) AND message = \(claim.message)::uuid
                    AND state = 'waiting'
                """)
        }
    }

    /// It did not go out.
    /// - Parameter minutes: until the next attempt; `nil`: there is none.
    func failed(_ claim: Claim, means: String?, error: String, retryIn minutes: Int?) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.notice SET means = \(means), error = \(error),
                    state = CASE WHEN \(minutes != nil) THEN 'waiting' ELSE 'failed' END,
                    next_at = clock_timestamp() + make_interval(mins => \(minutes.map(Int32.init)))
                WHERE case_id = \(claim.caseID) AND version = \(claim.version) AND message = \(claim.message)::uuid
                    AND state = 'waiting'
                """)
        }
    }

    /// What the provider says of a message, which may come before our own record that it took it.
    /// - Returns: `false` if there is no such message, or nothing more is to be said of it.
    func report(_ message: String, delivered: Bool, code: String?) async throws -> Bool {
        let changed = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.notice SET next_at = NULL,
                    state = CASE WHEN \(delivered) THEN 'delivered' ELSE 'failed' END,
                    delivered_at = CASE WHEN \(delivered) THEN jiesu.clock() END,
                    error = CASE WHEN NOT \(delivered) THEN 'reported: ' || coalesce(\(code), '') END,
                    proof = CASE WHEN \(delivered) THEN left(concat_ws(' ', proof, 'reported', \(code)), 300) ELSE proof END
                WHERE message = \(message)::uuid AND state <> 'delivered' AND attempts > 0
                """)
        }
        return changed > 0
    }

    /// Has one that failed sent again, as a message of its own: a gateway that drops what it has seen would drop the old one.
    func again(_ caseID: Int64, _ version: Int, account: Int64) async throws -> Bool {
        let changed = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.notice SET state = 'waiting', attempts = 0, next_at = clock_timestamp(), sent_at = NULL,
                    message = gen_random_uuid(), asked_by = \(account)
                WHERE case_id = \(caseID) AND version = \(version) AND state = 'failed'
                """)
        }
        return changed > 0
    }

    /// Whether anything is to be sent now, or is waited for in vain. By the statement's time: `clock_timestamp()` differs from row to row, and
    /// no index would be asked for it.
    func work() async throws -> (isDue: Bool, isExpired: Bool) {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT EXISTS (SELECT FROM jiesu.notice WHERE state = 'waiting' AND next_at <= statement_timestamp()),
                    EXISTS (SELECT FROM jiesu.notice WHERE state = 'sent' AND next_at <= statement_timestamp())
                """)
        }.only()
        return (try row.get(0), try row.get(1))
    }

    /// Nobody reported what was sent in time.
    func expire() async throws {
        _ = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.notice SET state = 'failed', error = 'no report', next_at = NULL
                WHERE state = 'sent' AND next_at <= statement_timestamp()
                """)
        }
    }

    /// Something that came to the complainant and that the case does not know of yet.
    struct Delivered: Sendable {
        let caseID: Int64
        let version: Int
        let round: Int
        let kind: String
        let means: String
        let at: Moment
    }

    /// At most so many after one, in order of cases; none of a case that was parked for it. In a simulation time stands still: there what a
    /// service owes, and what is due, comes first, or chance would say whether a clock that runs for no time at all still warns.
    func untold(_ most: Int, after last: (caseID: Int64, version: Int)) async throws -> [Delivered] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT n.case_id, n.version, n.round, n.kind, coalesce(n.means, 'sms'), jiesu.micros(n.delivered_at)
                FROM jiesu.notice n WHERE n.state = 'delivered' AND NOT n.told
                    AND (n.case_id, n.version) > (\(last.caseID), \(Int32(last.version)))
                    AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = \(Self.service) AND p.case_id = n.case_id)
                    AND NOT (EXISTS (SELECT FROM jiesu.simulation) AND (
                        EXISTS (SELECT FROM jiesu.case_file f WHERE f.id = n.case_id
                            AND f.state IN ('registered', 'classified', 'reopened')
                            AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.case_id = f.id))
                        OR EXISTS (SELECT FROM jiesu.clock c WHERE c.case_id = n.case_id AND c.next_at <= jiesu.clock())))
                ORDER BY n.case_id, n.version LIMIT \(most)
                """)
        }.map { row in
            Delivered(
                caseID: try row.get(0), version: try row.get(1), round: try row.get(2), kind: try row.get(3),
                means: try row.get(4), at: Moment(microseconds: try row.get(5)))
        }
    }

    /// Who acts here, in events and among what is parked.
    static let service = "callback"

    /// The statement that says that the case knows.
    static func told(_ delivered: Delivered) -> Query {
        """
        UPDATE jiesu.notice SET told = true WHERE case_id = \(delivered.caseID) AND version = \(delivered.version)
        """
    }

    /// For gauges; counting stops at 100,000.
    func counts() async throws -> (waiting: Double, failed: Double) {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT (SELECT count(*)::float8 FROM (SELECT FROM jiesu.notice WHERE next_at IS NOT NULL LIMIT 100000) AS n),
                    (SELECT count(*)::float8 FROM (SELECT FROM jiesu.notice WHERE state = 'failed' LIMIT 100000) AS n)
                """)
        }.only()
        return (try row.get(0), try row.get(1))
    }
}
