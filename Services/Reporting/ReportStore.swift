import Casework
import Postgres

/// Reporting's own reading: rates, computed from facts.
struct ReportStore {
    let pool: Pool

    /// Grades that count as satisfied.
    static let satisfied = Satisfaction.allCases.filter(\.isSatisfied).map(\.rawValue)

    /// In which figures a row of `report_fact` is counted: in a population (`_whole`), and among those of it that a rate is about. With
    /// `satisfied` beside it, which is by the grades above. A round decides on punctuality when it is the first, in remit, and
    /// closed or late.
    static let counted: StaticString = """
        latest AS registered, latest AND state NOT IN ('redirected', 'refused', 'withdrawn') AS closing_whole,
        latest AND state = 'closed' AS closing,
        round = 1 AND state NOT IN ('redirected', 'refused')
            AND (missed <> '{}' OR limited AND (closed_at IS NOT NULL OR NOT latest)) AS on_time_whole,
        round = 1 AND state NOT IN ('redirected', 'refused')
            AND missed = '{}' AND limited AND (closed_at IS NOT NULL OR NOT latest) AS on_time,
        resolved IS NOT NULL AS resolution_whole, coalesce(resolved, false) AS resolution,
        satisfaction IS NOT NULL AS satisfaction_whole
        """

    /// What a group is made of, from rows of `counted`, and of `rates`: whether they count for rates at all.
    static let figures: StaticString = """
        count(*) FILTER (WHERE registered),
        count(*) FILTER (WHERE rates AND closing), count(*) FILTER (WHERE rates AND closing_whole),
        count(*) FILTER (WHERE rates AND on_time), count(*) FILTER (WHERE rates AND on_time_whole),
        count(*) FILTER (WHERE rates AND resolution), count(*) FILTER (WHERE rates AND resolution_whole),
        count(*) FILTER (WHERE rates AND satisfied), count(*) FILTER (WHERE rates AND satisfaction_whole)
        """

    /// The rates of the cases that were registered in `period`. What each counts is told by `Measure.definition`.
    /// - Parameter within: only those of this subject, if the groups are organisations, or of this organisation.
    func rates(by grouping: Grouping, within: String? = nil, in period: Period) async throws -> RatesReport {
        let (from, end) = (period.from.start.microseconds, period.to.advanced(by: 1).start.microseconds)
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                """
                SELECT grouping(code) = 1, code, \(raw: Self.figures)
                FROM (
                    SELECT CASE \(grouping.rawValue) WHEN 'organisation' THEN lead ELSE subject END AS code,
                        true AS rates, \(raw: Self.counted), satisfaction = ANY(\(Self.satisfied)) AS satisfied
                    FROM jiesu.report_fact
                    WHERE registered_at >= jiesu.moment(\(from)) AND registered_at < jiesu.moment(\(end))
                        AND (\(within == nil) OR CASE \(grouping.rawValue) WHEN 'organisation' THEN subject ELSE lead END = \(within))
                ) AS f
                GROUP BY GROUPING SETS ((code), ()) ORDER BY 1, code COLLATE "C"
                """,
                "SELECT count(*) FROM (SELECT FROM jiesu.case_file WHERE reported < version LIMIT 100000) AS n",
            ])
        }
        var groups: [RatesReport.Group] = []
        for row in answers[0] { groups.append(try RatesReport.Group(row)) }
        // The row for all stands last, also where there are no facts at all.
        let total = groups.removeLast()
        return RatesReport(
            grouping: grouping, period: period, groups: groups, total: total, waiting: try answers[1].only().get(0))
    }
}

extension RatesReport.Group {
    /// - Parameters:
    ///   - code: the column of the group's code.
    ///   - figures: the first column of `ReportStore.figures`.
    init(_ row: Row, code: Int = 1, figures: Int = 2) throws(PostgresError) {
        func rate(_ column: Int) throws(PostgresError) -> Rate {
            Rate(numerator: try row.get(figures + column), denominator: try row.get(figures + column + 1))
        }
        self.init(
            code: try row.get(code), registered: try row.get(figures),
            rates: Rates(closing: try rate(1), onTime: try rate(3), resolution: try rate(5), satisfaction: try rate(7)))
    }
}
