import Casework
import Postgres
import WorkingTime

/// The daily digests of all chains (`043_digest.sql`): made here, kept by outsiders, compared here.
///
/// What one proves, to whoever kept its hash outside: each case that had changed by then had, at the version that it had then, the
/// hash that it has now, and so (if the chains are whole: `Audit.verify`) no event up to that version was changed, added in between,
/// or taken away since, nor any digest before this one.
///
/// What it does not prove: that an event was true when it was written; that it was not changed before the first digest after it; that
/// nothing was left out that was never written down; anything of typed texts, names and papers, which no event holds. A database that was
/// put back to an earlier state makes other digests of the days that it lost, and says so by that. Nor does one prove anything
/// at all by the tables alone: who may write them may make all digests anew, and only a value kept outside shows it.
package enum Digests {
    /// Cases in one transaction; so many rows are locked at most.
    private static let batch: Int32 = 1000

    /// Makes the digest of the day that is over, if none covers it yet. Bounded by what changed; may be ended and begun again at any point.
    /// - Returns: its number, and how long until another may be due, by legal time.
    package static func seal(pool: Pool) async throws -> (made: Int?, next: Duration) {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT jiesu.digest_due(), extract(epoch FROM date_trunc('day', local.now) + interval '1 day' - local.now)::float8
                FROM (SELECT jiesu.clock() AT TIME ZONE 'Asia/Shanghai') AS local (now)
                """)
        }.only()
        let next = Duration.seconds(try row.get(1, as: Double.self))
        guard try row.get(0, as: Bool.self) else { return (nil, next) }
        var after: Int64? = 0
        while let last = after {
            // What changes meanwhile behind us is tomorrow's: so this ends.
            after = try await pool.withConnection { connection in
                try await connection.query("SELECT jiesu.digest_cases(\(last), \(batch))").only().get(0)
            }
        }
        let made: Int? = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.seal_digest()").only().get(0)
        }
        return (made, next)
    }

    /// The statement that announces digests once more, for who fills topics again.
    /// - Parameter since: those made since then; `nil`: all.
    static func again(since: Moment?) -> Query {
        """
        INSERT INTO jiesu.outbox (case_id, version, topic) SELECT 0, number, \(Destination.digests.topic) FROM jiesu.digest
        WHERE \(since?.microseconds) IS NULL OR sealed_at >= jiesu.moment(\(since?.microseconds)) ORDER BY number
        """
    }

    /// A digest's day, `2026-01-31`, and its hash in lower-case hexadecimal, as somebody kept them.
    package struct Kept: Sendable, Equatable {
        package let day: String
        package let hash: String

        package init(day: String, hash: String) {
            self.day = day
            self.hash = hash
        }
    }

    package struct Report: Sendable, Equatable {
        package var digests = 0
        /// Chain heads that were compared.
        package var heads = 0
        /// The last one.
        package var last: Kept?
        /// Cases that are not what they were, and digests that do not fit; at most 100.
        package var faults: [Fault] = []
    }

    package enum Fault: Sendable, Equatable {
        /// A case had another hash at this version, or was there, when the digest of this day was made.
        case changed(caseID: Int64, version: Int, day: String)
        /// The digest does not follow from what it covers and the one before: its rows were changed.
        case broken(day: String)
        /// What was kept outside of this day is another hash than the city has now; `nil`: it has none.
        case disagrees(day: String, has: String?)
    }

    /// Pieces compared in one query, which bounds memory: a piece has a thousand cases.
    private static let pieces = 10

    /// Compares every digest with the events, and with what was kept outside. Reads only.
    package static func verify(kept: [Kept] = [], pool: Pool) async throws -> Report {
        var report = Report()
        var after: (digest: Int32, id: Int64)? = (0, 0)
        while let last = after { after = try await comparePieces(after: last, &report, pool) }
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT to_char(d.day, 'YYYY-MM-DD'), encode(d.hash, 'hex'),
                    d.hash = jiesu.digest_hash(d.number, d.day, d.sealed_at, d.cases, d.events, d.previous)
                        AND d.previous = coalesce(lag(d.hash) OVER w, '') AND d.number = row_number() OVER w
                FROM jiesu.digest d WINDOW w AS (ORDER BY d.number) ORDER BY d.number
                """)
        }
        var hashes: [String: String] = [:]
        for row in rows {
            let one = Kept(day: try row.get(0), hash: try row.get(1))
            hashes[one.day] = one.hash
            report.last = one
            if !(try row.get(2, as: Bool.self)) { report.add(.broken(day: one.day)) }
        }
        report.digests = rows.count
        for one in kept where hashes[one.day] != one.hash {
            report.add(.disagrees(day: one.day, has: hashes[one.day]))
        }
        return report
    }

    /// Looks at some pieces; what belongs to no digest yet proves nothing and is passed over.
    /// - Returns: where to go on; `nil`: these were the last.
    private static func comparePieces(
        after last: (digest: Int32, id: Int64), _ report: inout Report, _ pool: Pool
    ) async throws -> (digest: Int32, id: Int64)? {
        // `LATERAL … LIMIT 1`, so that each event is looked up by its key, however many the planner expects.
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT p.digest, p.id, to_char(d.day, 'YYYY-MM-DD'), cardinality(p.cases), p.hash = h.hash, h.cases, h.versions
                FROM (SELECT * FROM jiesu.digest_piece WHERE (digest, id) > (\(last.digest), \(last.id))
                        ORDER BY digest, id LIMIT \(pieces)) AS p
                    JOIN jiesu.digest d ON d.number = p.digest
                    CROSS JOIN LATERAL (
                        SELECT sha256(string_agg(jiesu.digest_line(n.case_id, n.version, coalesce(e.hash, '')), ''::bytea ORDER BY n.i))
                                AS hash,
                            array_agg(n.case_id ORDER BY n.i) FILTER (WHERE e.is_other) AS cases,
                            array_agg(n.version ORDER BY n.i) FILTER (WHERE e.is_other) AS versions
                        FROM unnest(p.cases, p.versions) WITH ORDINALITY AS n (case_id, version, i)
                            CROSS JOIN LATERAL (
                                SELECT found.hash, found.hash IS NULL
                                    OR substr(found.hash, 1, 8) <> substr(p.heads, n.i::int * 8 - 7, 8) AS is_other
                                FROM (SELECT (SELECT v.hash FROM jiesu.case_event v
                                    WHERE v.case_id = n.case_id AND v.version = n.version)) AS found (hash)) AS e
                    ) AS h
                ORDER BY p.digest, p.id
                """)
        }
        for row in rows {
            let day: String = try row.get(2)
            report.heads += try row.get(3, as: Int.self)
            let cases: [Int64] = try row.get(5, as: [Int64]?.self) ?? []
            let versions: [Int32] = try row.get(6, as: [Int32]?.self) ?? []
            for (id, version) in zip(cases, versions) {
                report.add(.changed(caseID: id, version: Int(version), day: day))
            }
            // What the first bytes do not show, or the piece itself was changed.
            if !(try row.get(4, as: Bool.self)), cases.isEmpty { report.add(.broken(day: day)) }
        }
        guard rows.count == pieces, let end = rows.last else { return nil }
        return (try end.get(0), try end.get(1))
    }
}

extension Digests.Report {
    fileprivate mutating func add(_ fault: Digests.Fault) {
        if faults.count < 100, !faults.contains(fault) { faults.append(fault) }
    }
}
