import CaseStore
import Casework
import Postgres
import WorkingTime

/// A missed limit that went up a step.
package struct Escalation: Sendable {
    package let file: Case
    package let at: Moment
    package let fired: ClockFired
}

extension CentreBook {
    /// What was escalated last, the latest first, of cases that `reader` may see.
    package func escalations(for reader: String?, limit: Int) async throws -> [Escalation] {
        let rules = try await rulebook()
        let shown = Shown(to: reader, rules)
        return try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), e.payload, jiesu.micros(e.at) FROM jiesu.case_event e
                JOIN jiesu.case_file f ON f.id = e.case_id
                WHERE e.kind = 'escalated'
                    AND jiesu.is_shown(f, \(reader), \(shown.above), \(shown.always), \(shown.disputed))
                ORDER BY e.at DESC, e.case_id LIMIT \(limit)
                """)
        }.compactMap { row -> Escalation? in
            let file = try CaseRow(row).file
            guard mayRead(file, organisation: reader, under: try rules.policies(of: file), in: rules.directory),
                case .escalated(let fired) = try Event(kind: .escalated, payload: try row.get(20))
            else { return nil }
            return Escalation(file: file, at: Moment(microseconds: try row.get(21)), fired: fired)
        }
    }

    /// How far the schemes that have a quota met it this month; of these profiles, or of all.
    package func shares(of profiles: [String]? = nil) async throws -> (month: Month, shares: [SupervisionShare])? {
        guard let month = Month(of: try await now().day), let before = month.before else { return nil }
        let quotas = try await rulebook().newest.compactMap { policy in
            policy.supervise?.quota.map { (profile: policy.version.profile, quota: $0) }
        }.filter { profiles?.contains($0.profile) ?? true }
        return (month, try await SupervisionShare.all(quotas, in: month, after: before, on: pool))
    }
}
