import Casework
import CaseStore
import Postgres
import WorkingTime

/// What a complainant may see of a case.
struct Progress {
    struct Step {
        let event: Event
        let at: Moment
    }

    let number: CaseNumber
    let state: State
    let policy: Policy.Version
    let steps: [Step]
}

/// Intake's own reading: one case, for whoever holds number and code.
struct IntakeStore {
    let pool: Pool

    /// The round of handling that a case is in; `nil` as for `progress`.
    func round(of number: CaseNumber, code: QueryCode) async throws -> Int? {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT f.round FROM jiesu.case_file f
                WHERE f.id = \(number.id) AND (jiesu.query_codes(ARRAY[f.id]))[1] = \(code.bytes)
                """
            ).first?.get(0, as: Int.self)
        }
    }

    /// `nil` if there is no such case or the code is not its code; the caller cannot tell which.
    func progress(of number: CaseNumber, code: QueryCode) async throws -> Progress? {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT f.state, f.policies[1], e.kind, e.payload, jiesu.micros(e.at)
                FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id
                WHERE f.id = \(number.id) AND (jiesu.query_codes(ARRAY[f.id]))[1] = \(code.bytes)
                ORDER BY e.version
                """)
        }
        guard let first = rows.first else { return nil }
        guard let state = State(rawValue: try first.get(0)) else {
            throw StoreError.unreadable("case_file \(number.id)")
        }
        return Progress(
            number: number, state: state, policy: try Policy.Version(stored: try first.get(1)),
            steps: try rows.map { row in
                guard let kind = Event.Kind(rawValue: try row.get(2)) else {
                    throw StoreError.unreadable("case_event of case \(number.id)")
                }
                return Progress.Step(
                    event: try Event(kind: kind, payload: try row.get(3)), at: Moment(microseconds: try row.get(4)))
            })
    }
}
