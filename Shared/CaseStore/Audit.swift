import Postgres

/// Checks the hash chains: every event's hash covers it and the one before, and each case's head is its last event's.
package enum Audit {
    package struct Report: Sendable, Equatable {
        package var chains = 0
        package var events = 0
        /// The first broken row of each broken chain, in order of case; at most 100 are kept.
        package var broken: [Break] = []
    }

    package struct Break: Sendable, Equatable {
        package let caseID: Int64
        package let version: Int
        /// `hash` (the row was changed), `gap` (a row is missing), `head` (the case's own row disagrees with its
        /// events).
        package let fault: String
    }

    /// Cases looked at in one query; bounds memory on the server, whatever the size of the table.
    private static let step: Int64 = 10_000

    /// Verifies all chains, or one case's. Reads only; does not disturb writers, and what is appended meanwhile is seen
    /// whole or not at all.
    /// - Parameter progress: called after each step with the last case id looked at.
    package static func verify(
        case only: Int64? = nil, pool: Pool, progress: (Int64) -> Void = { _ in }
    ) async throws -> Report {
        var report = Report()
        let last = try await pool.withConnection { connection in
            try await connection.query(
                "SELECT coalesce(greatest((SELECT max(id) FROM jiesu.case_file), (SELECT max(case_id) FROM jiesu.case_event)), 0)"
            ).only().get(0, as: Int64.self)
        }
        var from = only ?? 1
        let end = only ?? last
        while from <= end {
            let to = min(from + step - 1, end)
            let rows = try await pool.withConnection { connection in
                try await connection.query(
                    """
                    WITH chained AS (
                        SELECT e.case_id, e.version, e.hash,
                            row_number() OVER w AS expected,
                            sha256(coalesce(lag(e.hash) OVER w, ''::bytea) || jiesu.event_body(e.case_id, e.version, e.kind,
                                e.command, e.actor, e.round, e.policy, e.at, e.told, e.payload)) AS computed
                        FROM jiesu.case_event e WHERE e.case_id BETWEEN \(from) AND \(to)
                        WINDOW w AS (PARTITION BY e.case_id ORDER BY e.version)
                    ), rows AS (
                        SELECT case_id, count(*) AS events, max(version) AS version, (array_agg(hash ORDER BY version DESC))[1] AS head,
                            min(version) FILTER (WHERE version <> expected) AS gap,
                            min(version) FILTER (WHERE hash <> computed) AS wrong
                        FROM chained GROUP BY case_id
                    )
                    SELECT coalesce(r.case_id, f.id), coalesce(r.events, 0),
                        CASE WHEN r.wrong IS NOT NULL AND r.wrong < coalesce(r.gap, 2147483647) THEN 'hash'
                            WHEN r.gap IS NOT NULL THEN 'gap'
                            WHEN r.head IS DISTINCT FROM f.head OR r.version IS DISTINCT FROM f.version THEN 'head' END,
                        coalesce(least(r.wrong, r.gap), f.version, r.version)
                    FROM rows r
                    FULL JOIN (SELECT id, version, head FROM jiesu.case_file WHERE id BETWEEN \(from) AND \(to)) f
                        ON f.id = r.case_id
                    ORDER BY 1
                    """)
            }
            for row in rows {
                report.chains += 1
                report.events += try row.get(1, as: Int.self)
                if let fault = try row.get(2, as: String?.self), report.broken.count < 100 {
                    report.broken.append(
                        Break(caseID: try row.get(0), version: try row.get(3), fault: fault))
                }
            }
            progress(to)
            from = to + 1
        }
        return report
    }
}
