import CaseStore
import Postgres

/// The SQL of webhooks: what is to be sent to organisations (`044_webhooks.sql`).
struct WebhookStore: Sendable {
    let pool: Pool

    init(_ pool: Pool) {
        self.pool = pool
    }

    /// One message that is ours to send for as long as the lease lasts.
    struct Claim: Sendable {
        let organisation: String
        let event: CloudEvent
        /// This one counted.
        let attempts: Int
    }

    /// Organisations that something is to be sent to now, whoever has waited longest first.
    /// - Parameter busy: those that are passed over.
    func due(except busy: Set<String>, most: Int) async throws -> [String] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT w.organisation FROM jiesu.webhook w CROSS JOIN LATERAL (
                    SELECT d.next_at FROM jiesu.webhook_delivery d
                    WHERE d.organisation = w.organisation AND d.next_at <= statement_timestamp() ORDER BY d.next_at LIMIT 1) AS d
                WHERE w.organisation <> ALL(\(busy.sorted())) ORDER BY d.next_at LIMIT \(most)
                """)
        }.map { try $0.get(0) }
    }

    /// Takes at most so many that are due, each for as long as `lease`: whoever dies meanwhile leaves them to the next.
    /// - Returns: where they go, and what; no two of one case. `nil`: there is no webhook any more.
    func claim(
        of organisation: String, most: Int, lease: Duration
    ) async throws -> (url: String, claims: [Claim])? {
        let (urls, rows) = try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                "SELECT url FROM jiesu.webhook WHERE organisation = \(organisation)",
                """
                WITH due AS MATERIALIZED (
                    SELECT case_id, version FROM jiesu.webhook_delivery
                    WHERE organisation = \(organisation) AND next_at <= statement_timestamp()
                    ORDER BY next_at LIMIT \(most) FOR UPDATE SKIP LOCKED
                )
                UPDATE jiesu.webhook_delivery d SET attempts = d.attempts + 1,
                    next_at = clock_timestamp() + make_interval(secs => \(lease / .seconds(1)))
                FROM due WHERE d.organisation = \(organisation) AND d.case_id = due.case_id AND d.version = due.version
                RETURNING d.case_id, d.version, d.attempts
                """,
            ])
            return (answers[0], answers[1])
        }
        guard let url = try urls.first.map({ try $0.get(0, as: String.self) }) else { return nil }
        let keys = try rows.map { (caseID: try $0.get(0, as: Int64.self), version: try $0.get(1, as: Int32.self)) }
        guard !keys.isEmpty else { return (url, []) }
        let events = try await pool.withConnection { try await CloudEvent.read(keys, on: $0) }
        var attempts: [Key: Int] = [:]
        for (row, key) in zip(rows, keys) { attempts[Key(id: key.caseID, version: Int(key.version))] = try row.get(2) }
        let claims = events.compactMap { event in
            attempts[Key(id: event.caseID, version: event.version)].map {
                Claim(organisation: organisation, event: event, attempts: $0)
            }
        }
        return (url, claims)
    }

    private struct Key: Hashable {
        let id: Int64
        let version: Int
    }

    /// `webhook-signature` of each of these contents.
    func signatures(of organisation: String, _ contents: [String]) async throws -> [String] {
        try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.webhook_signatures(\(organisation), \(contents))").only()
                .get(0, as: [String]?.self) ?? []
        }
    }

    /// It was taken; the next of its case may go.
    func taken(_ claim: Claim) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.query(
                "SELECT jiesu.webhook_done(\(claim.organisation), \(claim.event.caseID), \(Int32(claim.event.version)))"
            )
        }
    }

    /// It was not taken.
    /// - Parameter pause: until the next attempt; `nil`: there is none, and a person must see to it.
    func failed(_ claim: Claim, error: String, retryIn pause: Duration?) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.webhook_delivery SET error = \(error),
                    state = CASE WHEN \(pause != nil) THEN 'waiting' ELSE 'dead' END,
                    next_at = clock_timestamp() + make_interval(secs => \(pause.map { $0 / .seconds(1) }))
                WHERE organisation = \(claim.organisation) AND case_id = \(claim.event.caseID)
                    AND version = \(Int32(claim.event.version)) AND attempts = \(Int32(claim.attempts))
                """)
        }
    }

    /// For gauges; counting stops at 100,000.
    func counts() async throws -> (waiting: Double, dead: Double) {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT (SELECT count(*)::float8 FROM (
                        SELECT FROM jiesu.webhook_delivery WHERE state = 'waiting' LIMIT 100000) AS n),
                    (SELECT count(*)::float8 FROM (SELECT FROM jiesu.webhook_delivery WHERE state = 'dead' LIMIT 100000) AS n)
                """)
        }.only()
        return (try row.get(0), try row.get(1))
    }
}
