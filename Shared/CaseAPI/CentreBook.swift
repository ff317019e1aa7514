import CaseStore
import Casework
import Postgres
import WorkingTime

/// The centre's: every case, for whoever may see it (`mayRead`), and orders decided at once.
package struct CentreBook: CaseBook {
    let pool: Pool
    private let store: CaseStore

    package init(pool: Pool, store: CaseStore) {
        self.pool = pool
        self.store = store
    }

    package func rulebook() async throws -> Rulebook { try await store.rulebook() }
    package func now() async throws -> Moment { try await store.now() }

    package func cases(_ question: CaseList, for reader: String?) async throws -> CasePage {
        let after = question.after
        let rules = try await rulebook()
        let shown = Shown(to: reader, rules)
        let views = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at), jiesu.micros(f.limit_at)
                FROM jiesu.case_file f
                WHERE f.state = ANY(\(question.wanted))
                    AND jiesu.is_shown(f, \(reader), \(shown.above), \(shown.always), \(shown.disputed))
                    AND \(raw: State.condition(for: question.states))
                    AND (\(question.lead)::text IS NULL OR f.lead = \(question.lead))
                    AND (coalesce(f.limit_at, 'infinity'), f.id)
                        > (coalesce(jiesu.moment(\(after?.limit)), CASE WHEN \(after == nil) THEN '-infinity' ELSE 'infinity' END::timestamptz),
                            \(after?.id ?? 0))
                ORDER BY \(raw: CaseList.order) LIMIT \(question.limit + 1)
                """)
        }
        return try question.page(views) { try isReadable($0, by: reader, rules) }
    }

    package func views(of ids: [Int64], for reader: String?) async throws -> [CaseView] {
        let rules = try await rulebook()
        return try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.case_file f
                WHERE f.id = ANY(\(ids)) ORDER BY f.id DESC
                """)
        }.map { try CaseView($0, steps: []) }.filter { try isReadable($0, by: reader, rules) }
    }

    private func isReadable(_ view: CaseView, by reader: String?, _ rules: Rulebook) throws -> Bool {
        let file = view.row.file
        return mayRead(file, organisation: reader, under: try rules.policies(of: file), in: rules.directory)
    }

    package func view(_ id: Int64, for reader: String?) async throws -> CaseView? {
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.case_file f WHERE f.id = \(id)
                """,
                """
                SELECT e.kind, e.payload, jiesu.micros(e.at), e.actor FROM jiesu.case_event e WHERE e.case_id = \(id)
                ORDER BY e.version
                """,
            ])
        }
        guard let row = answers[0].first else { return nil }
        let view = try CaseView(row, steps: answers[1].map(CaseView.Step.init))
        return try isReadable(view, by: reader, try await rulebook()) ? view : nil
    }

    package func notes(of id: Int64) async throws -> [CaseNote] {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT number, jiesu.micros(at), organisation, text FROM jiesu.note WHERE case_id = \(id) ORDER BY number
                """)
        }.map(CaseNote.init)
    }

    package func callbacks(_ question: CallbackList, for reader: String?) async throws -> CallbackPage {
        let after = question.after
        let rules = try await rulebook()
        let shown = Shown(to: reader, rules)
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at), \(raw: CallbackList.columns) FROM jiesu.case_file f
                WHERE f.callback_by = 'centre' AND f.callback_at <= jiesu.clock()
                    AND jiesu.is_shown(f, \(reader), \(shown.above), \(shown.always), \(shown.disputed))
                    AND (\(after == nil) OR (\(raw: CallbackList.order)) > (\(after.map { !$0.isSupervised })::boolean,
                        \(after.map { !$0.isNamed })::boolean, jiesu.moment(\(after?.from)), \(after?.id)::bigint))
                ORDER BY \(raw: CallbackList.order) LIMIT \(question.limit + 1)
                """)
        }
        return try question.page(rows) { try isReadable($0, by: reader, rules) }
    }

    package func supervised(for reader: String?, limit: Int) async throws -> [CaseView] {
        let rules = try await rulebook()
        let shown = Shown(to: reader, rules)
        return try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT \(raw: CaseRow.columns), jiesu.micros(f.registered_at) FROM jiesu.case_file f
                WHERE f.supervised_until IS NOT NULL
                    AND jiesu.is_shown(f, \(reader), \(shown.above), \(shown.always), \(shown.disputed))
                ORDER BY f.supervised_until, f.id LIMIT \(limit)
                """)
        }.map { try CaseView($0, steps: []) }.filter { try isReadable($0, by: reader, rules) }
    }

    package func give(_ request: OrderRequest) async throws -> OrderOutcome {
        guard try await hasAttachments(request) else { return .unknownAttachment }
        var payload = request.payload
        var note: Note?
        if let text = request.note {
            let number: Int64 = try await pool.withConnection { connection in
                try await connection.query("SELECT nextval('jiesu.note_number_seq')").only().get(0)
            }
            payload = try OrderPayload.adding(note: number, to: payload)
            note = Note(number: number, text: text)
        }
        let order: Order
        do throws(Refusal) {
            order = try Order(kind: request.kind, payload: payload, organisation: request.organisation)
        } catch {
            return .refused(code: error.code, detail: error.explanation)
        }
        // Two at the centre may choose the same id.
        let command = Command(
            id: "\(request.organisation ?? "centre:\(request.account)")/\(request.id)", seen: .round(request.round),
            by: .account(request.account, organisation: request.organisation, roles: request.roles), order: order,
            absent: request.absent)
        return try await perform(command, of: request, note)
    }
}

/// What `jiesu.is_shown` must know of a reader, so that a list is cut after what they may see, not before.
struct Shown {
    /// The reader's organisation and all whom it reports to, with those that they succeeded.
    let above: [String]
    /// Policies that let it see their cases.
    let always: [String]
    /// Policies that let it see those whose competence was disputed.
    let disputed: [String]

    init(to reader: String?, _ rules: Rulebook) {
        let directory = rules.directory
        above =
            reader.map { reader in
                directory.organisations.keys.filter { directory.isUnder(reader, anyOf: [$0]) }
            } ?? []
        let held = Set(reader.flatMap { directory.organisations[$0]?.roles } ?? [])
        func readable(isDisputed: Bool) -> [String] {
            rules.profiles.filter { !held.isDisjoint(with: $0.value.policy.readers(isDisputed: isDisputed)) }
                .map(\.key.stored)
        }
        always = readable(isDisputed: false)
        disputed = readable(isDisputed: true)
    }
}

extension OrderOutcome {
    /// It names an attachment that its sender's organisation did not put to this case.
    static let unknownAttachment: OrderOutcome = {
        let refusal = Refusal.incomplete("attachments")
        return .refused(code: refusal.code, detail: refusal.explanation)
    }()
}

extension CentreBook {
    /// Whether what the order names is attached to this case, by the sender's own organisation. A desk's is checked by the database.
    private func hasAttachments(_ request: OrderRequest) async throws -> Bool {
        let named = OrderPayload.attachments(in: request.payload)
        guard !named.isEmpty else { return true }
        let found: Int = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT count(*) FROM jiesu.attachment WHERE id = ANY(\(named)) AND case_id = \(request.caseID)
                    AND account IS NOT NULL AND organisation IS NOT DISTINCT FROM \(request.organisation)
                """)
        }.only().get(0)
        return found == Set(named).count
    }

    private struct Note {
        let number: Int64
        let text: String
    }

    /// The note is written when the order happens, and only then: refused, or sent again, it leaves none.
    private func perform(_ command: Command, of request: OrderRequest, _ note: Note?) async throws -> OrderOutcome {
        let results = try await store.perform([.init(caseID: request.caseID, command: command)]) { results in
            guard let note, case .success(.happens) = results[0] else { return [] }
            return [
                """
                INSERT INTO jiesu.note (case_id, number, organisation, account, text) OVERRIDING SYSTEM VALUE
                VALUES (\(request.caseID), \(note.number), \(request.organisation), \(request.account), \(note.text))
                """
            ]
        }
        switch results[0] {
        case .success:
            guard let view = try await view(request.caseID, for: nil) else {
                return .refused(code: "unknown_case", detail: "")
            }
            return .done(version: view.row.file.version)
        case .failure(let refusal): return .refused(code: refusal.code, detail: refusal.explanation)
        }
    }
}

extension State {
    /// What somebody still has to do something about.
    package static let open = Set(allCases.filter { !$0.isFinal })

    /// What a list of open cases says of a table or view called `f` so that PostgreSQL finds them by the indexes of open ones:
    /// a parameter's states are not known when it plans.
    static func condition(for states: Set<State>) -> StaticString {
        states.isSubset(of: open) ? "f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')" : "true"
    }
}

extension CaseView {
    /// A row of `CaseRow.columns` and when it was registered.
    init(_ row: Row, steps: [Step]) throws {
        self.init(row: try CaseRow(row), registeredAt: Moment(microseconds: try row.get(20)), steps: steps)
    }
}

extension CaseView.Step {
    /// Kind, payload, time and actor.
    init(_ row: Row) throws {
        let word: String = try row.get(0)
        guard let kind = Event.Kind(rawValue: word) else { throw StoreError.unreadable("an event \(word)") }
        self.init(
            event: try Event(kind: kind, payload: try row.get(1)), at: Moment(microseconds: try row.get(2)),
            actor: try row.get(3))
    }
}
