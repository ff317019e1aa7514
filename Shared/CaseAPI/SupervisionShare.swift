import Postgres
import WorkingTime

/// How many cases of a scheme should have been put under supervision (督办) in a month, and how many were (R-SV-02, E-26).
package struct SupervisionShare: Sendable, Equatable {
    package let profile: String
    /// Share of last month's accepted cases, in per cent.
    package let quota: Int
    /// Cases accepted last month.
    package let accepted: Int
    /// Cases that were put under supervision this month, each once however often it was; none where it was waived.
    package let supervised: Int

    package init(profile: String, quota: Int, accepted: Int, supervised: Int) {
        self.profile = profile
        self.quota = quota
        self.accepted = accepted
        self.supervised = supervised
    }

    /// The least number that is not below the share.
    package var needed: Int { (accepted * quota + 99) / 100 }
    /// Shown, never made up for.
    package var shortage: Int { max(0, needed - supervised) }
}

extension SupervisionShare {
    /// How far each scheme with a quota (profile and per cent) met it in `month`, by what was accepted in the month before, as far as facts
    /// are made of it.
    package static func all(
        _ quotas: [(profile: String, quota: Int)], in month: Month, after before: Month, on pool: Pool
    ) async throws -> [SupervisionShare] {
        func bounds(_ month: Month) -> (from: Int64, end: Int64) {
            (month.first.start.microseconds, month.last.advanced(by: 1).start.microseconds)
        }
        let (this, last) = (bounds(month), bounds(before))
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT (SELECT count(*) FROM jiesu.report_fact r JOIN jiesu.case_file f ON f.id = r.case_id
                        WHERE r.latest AND r.accepted_at >= jiesu.moment(\(last.from)) AND r.accepted_at < jiesu.moment(\(last.end))
                            AND EXISTS (SELECT FROM unnest(f.policies) AS v (policy) WHERE split_part(policy, '@', 1) = p.profile)),
                    (SELECT count(DISTINCT e.case_id) FROM jiesu.case_event e JOIN jiesu.case_file f ON f.id = e.case_id
                        WHERE e.kind = 'supervised' AND e.at >= jiesu.moment(\(this.from)) AND e.at < jiesu.moment(\(this.end))
                            AND EXISTS (SELECT FROM unnest(f.policies) AS v (policy) WHERE split_part(policy, '@', 1) = p.profile)
                            AND NOT EXISTS (SELECT FROM jiesu.case_event w WHERE w.case_id = e.case_id
                                AND w.kind = 'supervision_reviewed' AND (w.payload::jsonb -> 'exception')::boolean
                                AND w.payload::jsonb -> 'order' = e.payload::jsonb -> 'order'))
                FROM unnest(\(quotas.map(\.profile))) WITH ORDINALITY AS p (profile, i) ORDER BY p.i
                """)
        }
        return try zip(quotas, rows).map { quota, row in
            SupervisionShare(
                profile: quota.profile, quota: quota.quota, accepted: try row.get(0), supervised: try row.get(1))
        }
    }
}
