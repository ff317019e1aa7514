import Casework
import Postgres

/// The rates of one scheme, each against its own population and its own limits (K-18, R-RP-38).
struct SchemeRates: Sendable, Equatable {
    let profile: String
    let all: Rates
    /// Of those of its cases that were put under supervision; of each its last rating (R-SV-07).
    let supervised: Rates

    subscript(target: Target) -> Rate {
        switch target.population {
        case .all: all[target.measure]
        case .supervised: supervised[target.measure]
        }
    }
}

/// What was said by whom (R-CB-30): the two rates of ratings of one origin.
struct OriginRates: Sendable, Equatable {
    let origin: Rated.By
    let resolution: Rate
    let satisfaction: Rate
}

extension ReportStore {
    /// Of the cases that were registered in `period`, in order of the profiles' names. A case counts with each scheme that governs it.
    func schemes(in period: Period) async throws -> [SchemeRates] {
        let (from, end) = (period.from.start.microseconds, period.to.advanced(by: 1).start.microseconds)
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                WITH own AS (
                    SELECT case_id, round, profile, latest, state, resolved, satisfaction, closed_at,
                        profile = ANY(limited_by) AS limited,
                        CASE WHEN missed = '{}' THEN missed ELSE
                            ARRAY(SELECT m FROM unnest(missed) AS m WHERE split_part(m, '/', 1) = profile) END AS missed,
                        EXISTS (SELECT FROM jiesu.report_fact s WHERE s.supervised AND s.case_id = r.case_id) AS watched
                    FROM jiesu.report_fact r, unnest(profiles) AS profile
                    WHERE registered_at >= jiesu.moment(\(from)) AND registered_at < jiesu.moment(\(end))
                ), f AS (
                    SELECT profile, watched, true AS rates, \(raw: Self.counted),
                        coalesce(satisfaction = ANY(\(Self.satisfied)), false) AS satisfied,
                        row_number() OVER (PARTITION BY profile, case_id
                            ORDER BY satisfaction IS NOT NULL DESC, round DESC) = 1 AS last
                    FROM own
                )
                SELECT profile, \(raw: Self.figures),
                    count(*) FILTER (WHERE watched AND closing), count(*) FILTER (WHERE watched AND closing_whole),
                    count(*) FILTER (WHERE watched AND on_time), count(*) FILTER (WHERE watched AND on_time_whole),
                    count(*) FILTER (WHERE watched AND last AND resolution),
                    count(*) FILTER (WHERE watched AND last AND resolution_whole),
                    count(*) FILTER (WHERE watched AND last AND satisfied),
                    count(*) FILTER (WHERE watched AND last AND satisfaction_whole)
                FROM f GROUP BY profile ORDER BY profile COLLATE "C"
                """)
        }
        return try rows.map { row in
            func rates(_ column: Int) throws(PostgresError) -> Rates {
                func rate(_ column: Int) throws(PostgresError) -> Rate {
                    Rate(numerator: try row.get(column), denominator: try row.get(column + 1))
                }
                return Rates(
                    closing: try rate(column), onTime: try rate(column + 2), resolution: try rate(column + 4),
                    satisfaction: try rate(column + 6))
            }
            return SchemeRates(profile: try row.get(0), all: try rates(2), supervised: try rates(10))
        }
    }

    /// By who wrote the ratings down, of the cases that were registered in `period`; all of them, in the order of `Rated.By`.
    func origins(in period: Period) async throws -> [OriginRates] {
        let (from, end) = (period.from.start.microseconds, period.to.advanced(by: 1).start.microseconds)
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT rated_by, count(*) FILTER (WHERE resolved), count(resolved),
                    count(*) FILTER (WHERE satisfaction = ANY(\(Self.satisfied))), count(satisfaction)
                FROM jiesu.report_fact
                WHERE registered_at >= jiesu.moment(\(from)) AND registered_at < jiesu.moment(\(end)) AND rated_by IS NOT NULL
                GROUP BY rated_by
                """)
        }
        var found: [String: OriginRates] = [:]
        for row in rows {
            let word: String = try row.get(0)
            guard let origin = Rated.By(rawValue: word) else { continue }
            found[word] = OriginRates(
                origin: origin, resolution: Rate(numerator: try row.get(1), denominator: try row.get(2)),
                satisfaction: Rate(numerator: try row.get(3), denominator: try row.get(4)))
        }
        let none = Rate(numerator: 0, denominator: 0)
        return Rated.By.allCases.map {
            found[$0.rawValue] ?? OriginRates(origin: $0, resolution: none, satisfaction: none)
        }
    }
}
