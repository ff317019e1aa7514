import CaseStore
import Casework
import Postgres

/// A round of a case that a figure counts.
struct CountedRound: Sendable {
    let row: CaseRow
    let round: Int
    /// The round's, then or now.
    let state: State
}

extension ReportStore {
    /// The rounds behind a figure of `rates`, in order of case and round, as many of them as `limit`.
    /// - Parameter after: the last one that is known already.
    func rounds(
        behind figure: Figure, by grouping: Grouping, within: String?, in period: Period,
        after: (id: Int64, round: Int) = (0, 0), limit: Int
    ) async throws -> [CountedRound] {
        let (from, end) = (period.from.start.microseconds, period.to.advanced(by: 1).start.microseconds)
        let measure = figure.measure?.rawValue ?? "registered"
        return try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), n.round, n.state FROM (
                    SELECT case_id, round, state FROM (
                        SELECT case_id, round, state, lead, subject, \(raw: Self.counted),
                            coalesce(satisfaction = ANY(\(Self.satisfied)), false) AS satisfied
                        FROM jiesu.report_fact
                        WHERE registered_at >= jiesu.moment(\(from)) AND registered_at < jiesu.moment(\(end))
                            AND (\(within == nil)
                                OR CASE \(grouping.rawValue) WHEN 'organisation' THEN subject ELSE lead END = \(within))
                            AND (\(figure.group == .all)
                                OR CASE \(grouping.rawValue) WHEN 'organisation' THEN lead ELSE subject END
                                    IS NOT DISTINCT FROM \(figure.group.code))
                    ) AS f
                    WHERE CASE \(measure) WHEN 'registered' THEN registered WHEN 'closing' THEN closing_whole
                            WHEN 'on_time' THEN on_time_whole WHEN 'resolution' THEN resolution_whole ELSE satisfaction_whole END
                        AND CASE \(figure.part.rawValue) WHEN 'whole' THEN true ELSE
                            CASE \(measure) WHEN 'registered' THEN registered WHEN 'closing' THEN closing
                                WHEN 'on_time' THEN on_time WHEN 'resolution' THEN resolution ELSE satisfied END
                            = (\(figure.part == .counted)) END
                        AND (case_id, round) > (\(after.id), \(Int16(clamping: after.round)))
                    ORDER BY case_id, round LIMIT \(limit)
                ) AS n JOIN jiesu.case_file f ON f.id = n.case_id
                ORDER BY n.case_id, n.round
                """)
        }.map { row in
            guard let state = State(rawValue: try row.get(21)) else {
                throw StoreError.unreadable("report_fact of a case")
            }
            return CountedRound(row: try CaseRow(row), round: try row.get(20), state: state)
        }
    }
}
