import Access
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
    /// When the next limit of those who work on it ends.
    let limit: Moment?
    /// What was answered last, if it was answered to the complainant in writing here.
    let answer: String?

    /// What was answered went to the centre, and was not told since.
    private func isResultUntold(in steps: ArraySlice<Step>) -> Bool {
        guard let last = steps.lastIndex(where: { $0.event.kind == .replied }),
            case .replied(let reply) = steps[last].event, reply.to == .centre
        else { return false }
        return !steps[last...].contains { step in
            if case .informed(let informed) = step.event { informed.what == .result && informed.reached } else { false }
        }
    }

    /// The round of handling, from 1.
    var round: Int { steps.count { $0.event.kind == .reopened } + 1 }
    private var stepsOfRound: ArraySlice<Step> { steps[(steps.lastIndex { $0.event.kind == .reopened } ?? 0)...] }

    /// There is an answer, and the complainant knows it.
    private var isAnswered: Bool { [.replied, .closed].contains(state) && !isResultUntold(in: stepsOfRound) }

    /// Whether the complainant may apply for a review, by a scheme that gives one.
    func isReviewable(_ review: Review?) -> Bool {
        guard let review, review.onRequest else { return false }
        return isAnswered && review.allows(roundAfter: round)
    }

    /// In this round there is something to rate and nobody has yet.
    var isRatable: Bool {
        isAnswered
            && !stepsOfRound.contains { step in
                // What whoever did the work wrote down does not take the complainant's word away.
                if case .rated(let rated) = step.event { rated.by != .handler } else { false }
            }
    }
}

/// An earlier case of somebody who calls, as an operator sees it.
struct CallersCase {
    let number: CaseNumber
    let state: State
    let subject: String?
    let policy: Policy.Version
    let registered: Moment
}

/// Intake's own reading: one case, for whoever holds number and code.
struct IntakeStore {
    let pool: Pool

    /// The earlier cases that came with this number, the youngest first, as far as `session` may see them (`mayRead`); on record, for
    /// the account that looks.
    func cases(of phone: String, for session: Session, _ rules: Rulebook) async throws -> [CallersCase] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at)
                FROM jiesu.callers_cases(\(session.account), \(phone)) AS c JOIN jiesu.case_file f ON f.id = c.case_id
                ORDER BY f.id DESC
                """)
        }.compactMap { row in
            guard let file = try Self.file(row, for: session, rules) else { return nil }
            return CallersCase(
                number: CaseNumber(id: file.id), state: file.state, subject: file.subject,
                policy: try rules.profile(of: file).policy.version, registered: Moment(microseconds: try row.get(20)))
        }
    }

    /// `nil`: a case that `session` may not see.
    private static func file(_ row: Row, for session: Session, _ rules: Rulebook) throws -> Case? {
        let file = try CaseRow(row).file
        let policies = try rules.policies(of: file)
        let isSeen = mayRead(file, organisation: session.organisation, under: policies, in: rules.directory)
        return isSeen ? file : nil
    }

    /// The open cases most like what is typed, the likest first, at most five, as far as `session` may see them; on record, for the account
    /// that looks.
    /// - Parameter regions: where the matter can lie; `nil`: not known.
    func cases(
        like typed: String, in regions: [String]?, for session: Session, _ rules: Rulebook
    ) async throws -> [LikeCase] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at), l.likeness, l.common
                FROM jiesu.like_cases(
                    \(session.account), \(typed), \(regions.map { "{\($0.joined(separator: ","))}" })::text[], 5
                ) WITH ORDINALITY AS l JOIN jiesu.case_file f ON f.id = l.case_id ORDER BY l.ordinality
                """)
        }.compactMap { row in
            guard let file = try Self.file(row, for: session, rules) else { return nil }
            return LikeCase(
                number: CaseNumber(id: file.id), likeness: try row.get(21), common: try row.get(22), state: file.state,
                subject: file.subject, policy: try rules.profile(of: file).policy.version, region: file.region,
                lead: file.lead, registered: Moment(microseconds: try row.get(20)))
        }
    }

    /// What a correction of a case must know: its round, the number that the next submission gets, and whether there is a name and a way to
    /// reach the person once those that are given are written down. `nil`: there is no such case.
    func correctable(
        _ id: Int64, hasName: Bool, hasWay: Bool
    ) async throws -> (round: Int, submission: Int, isReachable: Bool)? {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT f.round, c.number, c.reachable FROM jiesu.case_file f
                CROSS JOIN jiesu.correctable(f.id, \(hasName), \(hasWay)) AS c WHERE f.id = \(id)
                """
            ).first
        }
        return try row.map { (try $0.get(0), try $0.get(1), try $0.get(2)) }
    }

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
                SELECT f.state, f.policies[1], e.kind, e.payload, jiesu.micros(e.at), jiesu.micros(f.limit_at),
                    jiesu.answer(f.id, \(code.bytes))
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
            },
            limit: try first.get(5, as: Int64?.self).map(Moment.init(microseconds:)), answer: try first.get(6))
    }
}
