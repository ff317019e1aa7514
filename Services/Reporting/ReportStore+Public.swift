import Casework
import Postgres
import WorkingTime

extension ReportStore {
    /// What the public may see of the cases that were registered in `period`, which is of whole months.
    ///
    /// A case is counted if a scheme that governs it publishes anything, and by what one of them publishes and none keeps secret.
    /// - Parameters:
    ///   - schemes: what each scheme publishes, by its profile.
    ///   - least: a count below it is hidden.
    func open(
        _ schemes: [(profile: String, openness: Openness)], in period: Period, least: Int
    ) async throws -> PublicReport {
        let (from, end) = (period.from.start.microseconds, period.to.advanced(by: 1).start.microseconds)
        let publishing = schemes.filter { $0.openness.published != nil }.map(\.profile)
        func open(_ field: Openness.Field) -> [String] {
            schemes.filter { $0.openness.published?.contains(field) == true }.map(\.profile)
        }
        func secret(_ field: Openness.Field) -> [String] {
            schemes.filter { $0.openness.secret.contains(field) }.map(\.profile)
        }
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT grouping(month, subject, organisation), coalesce(month, subject, organisation), \(raw: Self.figures)
                FROM (
                    SELECT to_char(registered_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
                        CASE WHEN profiles && \(open(.subject)) AND NOT profiles && \(secret(.subject)) THEN subject END
                            AS subject,
                        CASE WHEN profiles && \(open(.organisation)) AND NOT profiles && \(secret(.organisation)) THEN lead END
                            AS organisation,
                        profiles && \(open(.rates)) AND NOT profiles && \(secret(.rates)) AS rates,
                        \(raw: Self.counted), satisfaction = ANY(\(Self.satisfied)) AS satisfied
                    FROM jiesu.report_fact
                    WHERE registered_at >= jiesu.moment(\(from)) AND registered_at < jiesu.moment(\(end))
                        AND profiles && \(publishing)
                ) AS f
                GROUP BY GROUPING SETS ((month), (subject), (organisation), ())
                ORDER BY 1, coalesce(month, subject, organisation) COLLATE "C"
                """)
        }
        var groups: [Int: [RatesReport.Group]] = [:]
        for row in rows { groups[try row.get(0), default: []].append(try RatesReport.Group(row)) }
        // `grouping` has a bit for each column that a row is not of.
        let months = groups[3] ?? []
        // The row for all is there also where there are no facts at all.
        let all = groups[7, default: []].removeLast()
        let empty = Rate(numerator: 0, denominator: 0)
        let every = period.months.map { month in
            months.first { $0.code == month }
                ?? RatesReport.Group(
                    code: month, registered: 0,
                    rates: Rates(closing: empty, onTime: empty, resolution: empty, satisfaction: empty))
        }
        return PublicReport(
            period: period,
            counted: [(.month, every), (.subject, groups[5] ?? []), (.organisation, groups[6] ?? [])], total: all,
            least: least)
    }
}
