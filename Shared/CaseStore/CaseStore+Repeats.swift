import Casework
import Postgres

/// Complaints about the same matter: each is counted at the first of them, in a transaction of that case's own.
extension CaseStore {
    /// Tells first cases of those that repeat them and were not counted yet; with each, of those that were counted at it before it was
    /// known to be a repetition itself. One that was withdrawn or turned away is not worked on: then the next of the matter counts, if there
    /// is one. What an organisation asked of the first case is decided before: a limit that its reply met does
    /// not fire over it.
    /// - Returns: how many were counted.
    package func tellRepeats(limit: Int) async throws -> Int {
        try await pool.transaction { connection in
            // The first of the chain; earlier cases have lower ids, so that the walk ends. `LATERAL … LIMIT 1` keeps the planner, which
            // expects hundreds, from reading the whole table for a hash join, fifty times a second.
            let rows = try await connection.query(
                """
                WITH RECURSIVE chain (id, first) AS (
                    SELECT id, earlier FROM (
                        SELECT id, earlier FROM jiesu.case_file WHERE earlier IS NOT NULL AND NOT repeat_told ORDER BY id
                        LIMIT \(limit)) AS n
                    UNION ALL
                    SELECT c.id, f.earlier FROM chain c CROSS JOIN LATERAL (
                        SELECT f.earlier FROM jiesu.case_file f
                        WHERE f.id = c.first AND f.earlier IS NOT NULL AND f.earlier < f.id LIMIT 1) AS f
                )
                SELECT c.id, c.first, coalesce((f.course::json ->> 'complaints')::int, 1)
                FROM (
                    SELECT r.id, CASE WHEN f.state <> ALL ('{withdrawn,redirected,refused}') THEN f.id ELSE coalesce((
                        SELECT min(o.id) FROM jiesu.case_file o
                        WHERE (o.earlier = f.id OR o.id IN (SELECT m.first FROM chain m WHERE m.id = r.id)) AND o.id < r.id
                            AND o.state <> ALL ('{withdrawn,redirected,refused}')), f.id) END AS first
                    FROM (SELECT id, min(first) AS root FROM chain GROUP BY id) AS r
                    CROSS JOIN LATERAL (
                        SELECT f.id, f.state FROM jiesu.case_file f WHERE f.id = r.root LIMIT 1) AS f) AS c
                JOIN jiesu.case_file f ON f.id = c.id
                WHERE NOT EXISTS (SELECT FROM jiesu.command w WHERE w.case_id = c.first AND w.decided_at IS NULL)
                ORDER BY c.id
                """)
            let pairs = try rows.map { row in
                (
                    id: try row.get(0, as: Int64.self), first: try row.get(1, as: Int64.self),
                    count: try row.get(2, as: Int.self)
                )
            }
            guard !pairs.isEmpty else { return 0 }
            let firsts = Array(Set(pairs.map(\.first)))
            var batch = try await lock(firsts, on: connection)
            // What was asked, or is just being asked, while the locks were waited for is decided first too.
            let unsettled = try await unsettled(firsts, in: batch, on: connection)
            let waiting = try await oldestCommands(of: firsts, on: connection)
            let counted = pairs.filter { !unsettled.contains($0.first) && waiting[$0.first] == nil }
            let commands = counted.compactMap { pair -> Addressed? in
                guard let file = batch.files[pair.first] else { return nil }
                return Addressed(
                    caseID: pair.first,
                    command: Command(
                        id: "repeat:\(pair.id)", seen: .round(file.round), by: .service("routing"),
                        order: .repeat(by: pair.id, count: pair.count)))
            }
            _ = try await decide(commands, in: &batch, on: connection)
            _ = try await connection.pipeline(
                try append(batch) + [
                    "UPDATE jiesu.case_file SET repeat_told = true WHERE id = ANY(\(counted.map(\.id)))"
                ])
            return counted.count
        }
    }
}
