import Casework
import Lifecycle
import Postgres
import WorkingTime

extension CaseStore {
    /// A command and the case it is for.
    package struct Addressed: Sendable {
        package let caseID: Int64
        package let command: Command
        /// When it was given; `nil`: now.
        package let given: Moment?

        package init(caseID: Int64, command: Command, given: Moment? = nil) {
            self.caseID = caseID
            self.command = command
            self.given = given
        }
    }

    /// Performs commands in one transaction, each on its own merits: a refused one costs the others nothing. One that
    /// was performed before answers what it did then. What organisations asked of these cases before it came is decided first: it
    /// is waited for, a second at most.
    ///
    /// - Parameter more: statements that belong into the same transaction, by what became of the commands.
    /// - Returns: what became of each, in the order given.
    /// - Throws: `EarlierCommandsWait`; what the database says; then nothing happened, or, after a failed commit, all or
    ///   nothing: send again.
    package func perform(
        _ commands: [Addressed], with more: @Sendable ([Result<Decision, Refusal>]) -> [Query] = { _ in [] }
    ) async throws -> [Result<Decision, Refusal>] {
        let deadline = ContinuousClock.now + .seconds(1)
        var came: Moment?
        while true {
            if let results = try await attempt(commands, came: &came, with: more) { return results }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { throw EarlierCommandsWait() }
            await sleep(for: .milliseconds(30))
        }
    }

    /// - Parameter came: when the commands came, by the first attempt: what is asked later waits for them, not they for it.
    /// - Returns: `nil` if something that was asked before waits, or is just being written.
    private func attempt(
        _ commands: [Addressed], came: inout Moment?, with more: @Sendable ([Result<Decision, Refusal>]) -> [Query]
    ) async throws -> [Result<Decision, Refusal>]? {
        let before = came
        let (results, batch) = try await pool.transaction { connection in
            let ids = commands.map(\.caseID)
            var batch = try await lock(ids, on: connection)
            let unsettled = try await unsettled(ids, in: batch, on: connection)
            let waiting = try await oldestCommands(of: ids, on: connection)
            if !unsettled.isEmpty || waiting.values.contains(where: { $0 <= before ?? batch.now }) {
                // What was done before is answered whatever waits.
                let done = try await done(commands, in: batch, on: connection)
                guard done.count == commands.count else {
                    return ([Result<Decision, Refusal>]?.none, batch)
                }
            }
            let results = try await decide(commands, in: &batch, leaving: waiting, on: connection)
            _ = try await connection.pipeline(try append(batch) + more(results))
            return (results, batch)
        }
        count(firedBy: batch)
        came = before ?? batch.now
        return results
    }

    /// An organisation asked something of the case before, and nobody decides it.
    package struct EarlierCommandsWait: Retriable {
        package let isRetriable = true
    }

    /// Decides commands for cases that are locked, in their order. What was due before one was given is fired first: nobody may
    /// have watched, and an answer that came too late would stop its clock with nothing to say that it was missed.
    ///
    /// - Parameter waiting: when the oldest command was given that waits for a case and is none of these; nothing fires over it.
    func decide(
        _ commands: [Addressed], in batch: inout CaseBatch, leaving waiting: [Int64: Moment] = [:],
        on connection: Connection
    ) async throws -> [Result<Decision, Refusal>] {
        let done = try await done(commands, in: batch, on: connection)
        let existing = try await existing(commands.compactMap(\.command.earlier), on: connection)
        return try commands.map { addressed in
            if case .round = addressed.command.seen {
                let given = addressed.given ?? min(batch.now, waiting[addressed.caseID] ?? batch.now)
                try batch.fire(on: addressed.caseID, before: given)
            }
            let knowledge = CaseBatch.Knowledge(
                done: done[CaseBatch.DoneKey(caseID: addressed.caseID, command: addressed.command.id)] ?? [],
                earlierExists: addressed.command.earlier.map(existing.contains))
            do throws(any Error) {
                return .success(
                    try batch.decide(
                        addressed.command, on: addressed.caseID, given: addressed.given, knowing: knowledge))
            } catch let refusal as Refusal {
                return .failure(refusal)
            }
        }
    }

    /// What the commands did before. Only one whose case went on since it looked can have been performed.
    private func done(
        _ commands: [Addressed], in batch: CaseBatch, on connection: Connection
    ) async throws -> [CaseBatch.DoneKey: [Event]] {
        let late = commands.filter { addressed in
            switch addressed.command.seen {
            case .version(let seen): (batch.files[addressed.caseID]?.version ?? 0) > seen
            case .round: true
            }
        }
        guard !late.isEmpty else { return [:] }
        let rows = try await connection.query(
            """
            SELECT e.case_id, e.command, e.kind, e.payload
            FROM unnest(\(late.map(\.caseID)), \(late.map(\.command.id))) AS n (case_id, command)
            JOIN jiesu.case_event e ON e.case_id = n.case_id AND e.command = n.command
            ORDER BY e.case_id, e.version
            """)
        var done: [CaseBatch.DoneKey: [Event]] = [:]
        for row in rows {
            let key = CaseBatch.DoneKey(caseID: try row.get(0), command: try row.get(1))
            guard let kind = Event.Kind(rawValue: try row.get(2)) else {
                throw StoreError.unreadable("case_event of case \(key.caseID)")
            }
            done[key, default: []].append(try Event(kind: kind, payload: try row.get(3)))
        }
        return done
    }

    /// Which of these cases exist.
    func existing(_ ids: [Int64], on connection: Connection) async throws -> Set<Int64> {
        guard !ids.isEmpty else { return [] }
        let rows = try await connection.query("SELECT id FROM jiesu.case_file WHERE id = ANY(\(ids))")
        return Set(try rows.map { try $0.get(0, as: Int64.self) })
    }
}

extension Command {
    /// The earlier case that the command speaks of.
    var earlier: Int64? {
        switch order {
        case .register(_, let earlier): earlier
        case .link(let linked): linked.earlier
        default: nil
        }
    }
}
