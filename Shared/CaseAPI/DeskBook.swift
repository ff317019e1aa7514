import CaseStore
import Casework
import Lifecycle
import Postgres
import WorkingTime

/// An organisation's own: its cases through views, its orders through the table `command`, by a database login that can do
/// nothing else. The centre decides; this one waits a moment for the answer.
package struct DeskBook: CaseBook {
    private let pool: Pool
    private let store: CaseStore
    private let patience: Duration

    /// - Parameter patience: how long an order is waited for before its sender is told that it waits.
    package init(pool: Pool, patience: Duration = .seconds(1)) {
        self.pool = pool
        store = CaseStore(pool: pool)
        self.patience = patience
    }

    package func rulebook() async throws -> Rulebook { try await store.rulebook() }
    package func now() async throws -> Moment { try await store.now() }

    /// What the desk sees is the database's to say, whoever looks.
    package func cases(_ question: CaseList, for reader: String?) async throws -> CasePage {
        let after = question.after
        let views = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at), jiesu.micros(f.limit_at)
                FROM jiesu.my_case f
                WHERE f.state = ANY(\(question.wanted)) AND \(raw: State.condition(for: question.states))
                    AND (\(question.lead)::text IS NULL OR f.lead = \(question.lead))
                    AND (coalesce(f.limit_at, 'infinity'), f.id)
                        > (coalesce(jiesu.moment(\(after?.limit)), CASE WHEN \(after == nil) THEN '-infinity' ELSE 'infinity' END::timestamptz),
                            \(after?.id ?? 0))
                ORDER BY \(raw: CaseList.order) LIMIT \(question.limit + 1)
                """)
        }
        return try question.page(views)
    }

    /// Of the cases that the organisation leads.
    package func callbacks(_ question: CallbackList, for reader: String?) async throws -> CallbackPage {
        let after = question.after
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at), \(raw: CallbackList.columns) FROM jiesu.my_case f
                WHERE f.callback_by = 'handler' AND f.callback_at <= jiesu.clock() AND f.lead = jiesu.my_organisation()
                    AND (\(after == nil) OR (\(raw: CallbackList.order)) > (\(after.map { !$0.isSupervised })::boolean,
                        \(after.map { !$0.isNamed })::boolean, jiesu.moment(\(after?.from)), \(after?.id)::bigint))
                ORDER BY \(raw: CallbackList.order) LIMIT \(question.limit + 1)
                """)
        }
        return try question.page(rows)
    }

    package func supervised(for reader: String?, limit: Int) async throws -> [CaseView] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.my_case f
                WHERE f.supervised_until IS NOT NULL ORDER BY f.supervised_until, f.id LIMIT \(limit)
                """)
        }.map { try CaseView($0, steps: []) }
    }

    /// The organisation's own, and the centre's.
    package func notes(of id: Int64) async throws -> [CaseNote] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT number, jiesu.micros(at), organisation, text FROM jiesu.my_note WHERE case_id = \(id) ORDER BY number
                """)
        }.map(CaseNote.init)
    }

    package func view(_ id: Int64, for reader: String?) async throws -> CaseView? {
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                "SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.my_case f WHERE f.id = \(id)",
                """
                SELECT e.kind, e.payload, jiesu.micros(e.at), e.actor FROM jiesu.my_event e WHERE e.case_id = \(id)
                ORDER BY e.version
                """,
            ])
        }
        return try answers[0].first.map { try CaseView($0, steps: answers[1].map(CaseView.Step.init)) }
    }

    /// Writes the order down, with its note, in one transaction; the time it came is the database's. Sent again it is the
    /// same order.
    package func give(_ request: OrderRequest) async throws -> OrderOutcome {
        if let known = try await outcome(of: request) { return known }
        do {
            try await write(request)
        } catch TransactionError.body(let error) where error is SentBefore {
            // At the same moment; what came of that one is the answer.
        } catch let error where error.sqlState == "42501" {
            // The case left this desk a moment ago.
            let refusal = Refusal.unknownCase
            return .refused(code: refusal.code, detail: refusal.explanation)
        } catch let error where error.sqlState == "23503" {
            return .unknownAttachment
        }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline, !Task.isCancelled {
            if let outcome = try await outcome(of: request), outcome != .waiting { return outcome }
            await sleep(for: .milliseconds(30))
        }
        return .waiting
    }

    package func views(of ids: [Int64], for reader: String?) async throws -> [CaseView] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.my_case f
                WHERE f.id = ANY(\(ids)) ORDER BY f.id DESC
                """)
        }.map { try CaseView($0, steps: []) }
    }

    private struct SentBefore: Error {}

    private func write(_ request: OrderRequest) async throws {
        try await pool.transaction { connection in
            var payload = request.payload
            if let note = request.note {
                let answers = try await connection.pipeline([
                    """
                    INSERT INTO jiesu.note (case_id, account, text)
                    VALUES (\(request.caseID), \(request.account), \(note))
                    """,
                    "SELECT currval('jiesu.note_number_seq')",
                ])
                payload = try OrderPayload.adding(note: try answers[1].only().get(0), to: payload)
            }
            let written = try await connection.execute(
                """
                INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
                VALUES (\(request.caseID), \(request.id), \(request.kind.rawValue), \(Int16(clamping: request.round)),
                    \(request.account), \(payload))
                ON CONFLICT DO NOTHING
                """)
            // Takes its note back with it.
            guard written == 1 else { throw SentBefore() }
        }
    }

    private func note(_ number: Int64?, of id: Int64) async throws -> String? {
        guard let number else { return nil }
        return try await pool.withConnection { connection in
            try await connection.query("SELECT text FROM jiesu.my_note WHERE case_id = \(id) AND number = \(number)")
        }.first?.get(0)
    }

    /// `nil`: never heard of it.
    private func outcome(of request: OrderRequest) async throws -> OrderOutcome? {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT c.outcome, c.detail, c.version, c.kind, c.round, c.payload FROM jiesu.my_command c
                WHERE c.case_id = \(request.caseID) AND c.id = \(request.id)
                """)
        }
        guard let row = rows.first else { return nil }
        let payload: String = try row.get(5)
        guard try row.get(3) == request.kind.rawValue, try row.get(4) == request.round,
            OrderPayload.same(payload, request.payload),
            try await note(OrderPayload.note(in: payload), of: request.caseID) == request.note
        else { return .refused(code: Refusal.idTaken.code, detail: Refusal.idTaken.explanation) }
        switch try row.get(0, as: String?.self) {
        case nil: return .waiting
        case "done": return .done(version: try row.get(2, as: Int?.self) ?? 0)
        case let code?: return .refused(code: code, detail: try row.get(1, as: String?.self) ?? "")
        }
    }
}
