import Casework
import Postgres

extension CaseStore {
    /// Registers contacts in one transaction, each on its own merits. Blocks nobody: a registration locks no case.
    ///
    /// Two batches with a key in common wait for each other, in order of keys, so they cannot deadlock.
    /// - Returns: what became of each, in the order given; receipts only for what is committed.
    /// - Throws: what the database says; then nothing was registered, or, after a failed commit, all or nothing: send
    ///   again.
    package func register(_ registrations: [Registration]) async throws -> [Registration.Outcome] {
        guard !registrations.isEmpty else { return [] }
        return try await pool.transaction { connection in
            let claims = try await claim(registrations, on: connection)
            let (_, rules, now) = try await facts(on: connection)
            let quoting = try await quoting(registrations, on: connection)
            let notes = try await noteNumbers(of: registrations, on: connection)
            var batch = CaseBatch(rules: rules, now: now)
            var accepted: [(id: Int64, registration: Registration)] = []
            var outcomes = registrations.map { _ in Registration.Outcome.unknownLine }
            var answered: [(index: Int, id: Int64, isNew: Bool)] = []
            // Keys of refused registrations and what was said to them.
            var dropped: [String: Registration.Outcome] = [:]

            for (index, registration) in registrations.enumerated() {
                let claim = claims[index]
                guard claim.isNew else {
                    if !claim.isSameRequest {
                        outcomes[index] = .keyReused
                    } else if let refusal = dropped[registration.key] {
                        // The twin of one that was just refused: its key stands for no case.
                        outcomes[index] = refusal
                    } else {
                        answered.append((index, claim.id, false))
                    }
                    continue
                }
                do throws(any Error) {
                    if let written = registration.written, written > now { throw Refusal.inFuture }
                    guard let policy = rules.profile(line: registration.line)?.policy else {
                        dropped[registration.key] = .unknownLine
                        continue
                    }
                    let command = Command(
                        id: "register", seen: .version(0), by: registration.actor,
                        order: .register(
                            registration.registered(under: policy, in: rules.directory), earlier: registration.earlier))
                    let knowledge = CaseBatch.Knowledge(earlierExists: quoting.contains(index))
                    if let answer = registration.answer, let note = notes[index] {
                        // What cannot be answered so is not registered either: whoever typed it is told, and nothing is half done.
                        var both = batch
                        try both.decide(command, on: claim.id, policy: policy, knowing: knowledge)
                        try both.decide(answer.command(by: registration.actor, note), on: claim.id)
                        batch = both
                    } else {
                        try batch.decide(command, on: claim.id, policy: policy, knowing: knowledge)
                    }
                    accepted.append((claim.id, registration))
                    answered.append((index, claim.id, true))
                } catch let refusal as Refusal {
                    outcomes[index] = .refused(refusal)
                    dropped[registration.key] = .refused(refusal)
                }
            }

            var writes = try append(batch)
            if !accepted.isEmpty { writes += submissions(accepted, now: now.microseconds) }
            writes += answers(registrations, claims, notes, in: batch)
            // A refused registration leaves its key free: put right, it may come again under the same one.
            if !dropped.isEmpty {
                writes.append("DELETE FROM jiesu.idempotency WHERE key = ANY(\(Array(dropped.keys)))")
            }
            writes.append("SELECT unnest(jiesu.query_codes(\(answered.map(\.id))))")
            let answers = try await connection.pipeline(writes)
            for (answer, row) in zip(answered, answers[answers.count - 1]) {
                guard let code = QueryCode(bytes: try row.get(0)) else { throw StoreError.unreadable("query_code") }
                let receipt = Registration.Receipt(number: CaseNumber(id: answer.id), code: code)
                outcomes[answer.index] = answer.isNew ? .registered(receipt) : .repeated(receipt)
            }
            return outcomes
        }
    }

    /// Which registrations quote an earlier case that there is, by index. A complainant must show that it is theirs; who works for
    /// the line is believed.
    private func quoting(_ registrations: [Registration], on connection: Connection) async throws -> Set<Int> {
        let quotes = registrations.indices.compactMap { index in registrations[index].earlier.map { (index, $0) } }
        guard !quotes.isEmpty else { return [] }
        let (theirs, others) = (
            quotes.filter { registrations[$0.0].actor == .complainant },
            quotes.filter { registrations[$0.0].actor != .complainant }
        )
        let existing = try await existing(others.map(\.1), on: connection)
        var found = Set(others.filter { existing.contains($0.1) }.map(\.0))
        if !theirs.isEmpty {
            let all = theirs.map { registrations[$0.0] }
            let own: [Int64] = try await connection.query(
                """
                SELECT jiesu.own_quotes(\(theirs.map { Int64($0.0) }), \(theirs.map(\.1)), \(all.map(\.earlierCode?.bytes)),
                    \(all.map(\.contact?.phone)), \(all.map(\.contact?.email)))
                """
            ).only().get(0)
            found.formUnion(own.map(Int.init))
        }
        return found
    }

    /// Who owns a key.
    private struct Claim {
        let id: Int64
        let isNew: Bool
        let isSameRequest: Bool
    }

    /// Claims the keys, each with a new case id; keys that are taken keep theirs. A key that comes twice in a batch is
    /// taken by the first.
    private func claim(_ registrations: [Registration], on connection: Connection) async throws -> [Claim] {
        var first: [String: Int] = [:]
        for (index, one) in registrations.enumerated() where first[one.key] == nil { first[one.key] = index }
        let unique = first.values.sorted().map { registrations[$0] }
        let rows = try await connection.query(
            """
            INSERT INTO jiesu.idempotency (key, request, case_id)
            SELECT n.key, sha256(n.request), nextval('jiesu.case_id')
            FROM unnest(\(unique.map(\.key)), \(unique.map(\.request))) AS n (key, request)
            ORDER BY n.key
            ON CONFLICT (key) DO NOTHING
            RETURNING key, case_id
            """)
        var ids: [String: Int64] = [:]
        for row in rows { ids[try row.get(0)] = try row.get(1) }
        var owners: [(id: Int64, isSame: Bool)?] = registrations.map { _ in nil }
        let others = registrations.indices.filter {
            ids[registrations[$0].key] == nil || first[registrations[$0].key] != $0
        }
        if !others.isEmpty {
            let taken = try await connection.query(
                """
                SELECT n.i, k.case_id, k.request = sha256(n.request)
                FROM unnest(\(others.map { Int64($0) }), \(others.map { registrations[$0].key }),
                    \(others.map { registrations[$0].request })) AS n (i, key, request)
                JOIN jiesu.idempotency k ON k.key = n.key
                """)
            for row in taken { owners[try row.get(0)] = (try row.get(1), try row.get(2)) }
        }
        return try registrations.enumerated().map { index, one in
            if let owner = owners[index] { return Claim(id: owner.id, isNew: false, isSameRequest: owner.isSame) }
            guard let id = ids[one.key] else { throw StoreError.unreadable("idempotency") }
            return Claim(id: id, isNew: true, isSameRequest: true)
        }
    }

    /// A number for the note of each registration that was answered at once, by index.
    private func noteNumbers(of registrations: [Registration], on connection: Connection) async throws -> [Int: Int64] {
        let answered = registrations.indices.filter { registrations[$0].answer != nil }
        guard !answered.isEmpty else { return [:] }
        let numbers = try await connection.query(
            "SELECT nextval('jiesu.note_number_seq') FROM generate_series(1, \(Int64(answered.count)))"
        ).map { try $0.get(0, as: Int64.self) }
        return Dictionary(uniqueKeysWithValues: zip(answered, numbers))
    }

    /// The words of what was answered at once.
    private func answers(
        _ registrations: [Registration], _ claims: [Claim], _ notes: [Int: Int64], in batch: CaseBatch
    ) -> [Query] {
        notes.compactMap { index, number in
            guard let answer = registrations[index].answer, claims[index].isNew, batch.files[claims[index].id] != nil,
                case .account(let account, let organisation, _) = registrations[index].actor
            else { return nil }
            return """
                INSERT INTO jiesu.note (case_id, number, organisation, account, text) OVERRIDING SYSTEM VALUE
                VALUES (\(claims[index].id), \(number), \(organisation), \(account), \(answer.text))
                """
        }
    }

    /// What was written, beside the case. A complainant who gave nothing has no row.
    private func submissions(_ accepted: [(id: Int64, registration: Registration)], now: Int64) -> [Query] {
        let all = accepted.map(\.registration)
        let contacts = accepted.filter { $0.registration.contact?.isEmpty == false }.map {
            ($0.id, $0.registration.contact!)
        }
        return [
            """
            WITH person AS (
                INSERT INTO jiesu.complainant (id, name, phone, email, address)
                SELECT n.id, n.name, n.phone, n.email, n.address
                FROM unnest(\(contacts.map(\.0)), \(contacts.map(\.1.name)), \(contacts.map(\.1.phone)),
                    \(contacts.map(\.1.email)), \(contacts.map(\.1.address))) AS n (id, name, phone, email, address)
            )
            INSERT INTO jiesu.submission
                (case_id, number, complainant, channel, received_at, written_at, title, text, place, about, particulars)
            SELECT n.case_id, 1, n.complainant, n.channel, jiesu.moment(\(now)), jiesu.moment(n.written), n.title, n.text,
                n.place, n.about, n.particulars::jsonb
            FROM unnest(\(accepted.map(\.id)), \(accepted.map { $0.registration.contact?.isEmpty == false ? $0.id : nil }),
                \(all.map(\.channel)), \(all.map { $0.written?.microseconds }), \(all.map(\.title)), \(all.map(\.text)),
                \(all.map(\.place)), \(all.map(\.about)), \(all.map { $0.particulars?.text }))
                AS n (case_id, complainant, channel, written, title, text, place, about, particulars)
            """
        ]
    }
}

extension Registration.Answer {
    fileprivate func command(by actor: Actor, _ note: Int64) -> Command {
        Command(
            id: "answer", seen: .round(1), by: actor,
            order: .answerAtOnce(
                AnsweredAtOnce(nature: nature, subject: subject, urgency: urgency, note: Int(note))))
    }
}

extension Registration {
    /// A region that nobody knows stays as it is, and is then refused.
    fileprivate func registered(under policy: Policy, in directory: Directory) -> Registered {
        Registered(
            channel: channel, source: source, identity: identity, policies: [policy.version],
            region: region.map { directory.region(called: $0) ?? $0 }, happened: happened?.microseconds,
            contactable: contact?.isReachable)
    }
}
