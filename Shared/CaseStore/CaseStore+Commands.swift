import Casework
import JSON
import Postgres
import WorkingTime

/// What organisations asked for in the table `command`: decided in order, each once, at the time when it was given.
extension CaseStore {
    /// A row of `command` that waits.
    private struct Waiting {
        let organisation: String
        let id: String
        let caseID: Int64
        let kind: String
        let round: Int
        let account: Int64
        let accountOrganisation: String?
        let roles: Set<String>
        let isDisabled: Bool
        let payload: String
        /// Number of the note that goes with it.
        let note: Int64?
        let given: Moment
        let absent: [Command.Absent]

        init(_ row: Row) throws {
            organisation = try row.get(0)
            caseID = try row.get(1)
            id = try row.get(2)
            kind = try row.get(3)
            round = try row.get(4)
            account = try row.get(5)
            payload = try row.get(6)
            note = (try? JSON.parse(payload))?["note"]?.int
            given = Moment(microseconds: try row.get(7))
            accountOrganisation = try row.get(8)
            roles = Set(try row.get(9, as: [String].self))
            isDisabled = try row.get(10)
            absent = try Command.Absent.list(try row.get(11))
        }

        /// Two desks may choose the same id.
        var commandID: String { "\(organisation)/\(id)" }
        /// Unique among all that wait.
        var key: String { "\(caseID)/\(commandID)" }

        /// - Throws: `Refusal` for what is no order, or for an account that cannot give it.
        func command() throws(Refusal) -> Command {
            guard let kind = Order.Kind(rawValue: kind) else { throw .incomplete("kind") }
            guard !isDisabled, accountOrganisation == organisation else { throw .notAllowed(kind.rawValue) }
            return Command(
                id: commandID, seen: .round(round),
                by: .account(account, organisation: organisation, roles: roles),
                order: try Order(kind: kind, payload: payload, organisation: organisation), absent: absent)
        }
    }

    /// What became of a command, as it stands in its row.
    private struct Outcome {
        let waiting: Waiting
        let code: String
        let detail: String?
        let version: Int?
    }

    /// Decides the commands that have waited longest, of each organisation some, so that none waits for another's flood;
    /// those of one case in the order in which they were given. One that is refused, or that the database refuses as data,
    /// costs the others nothing.
    /// - Parameter limit: cases in one transaction.
    /// - Returns: how many were decided.
    /// - Throws: what the database says; then nothing was decided, and the same may be tried again.
    package func decideCommands(limit: Int) async throws -> Int {
        let ids = try await pool.withConnection { connection in
            try await connection.query(
                """
                WITH RECURSIVE asking (organisation) AS (
                    SELECT min(organisation) FROM jiesu.command WHERE decided_at IS NULL
                    UNION ALL
                    SELECT (SELECT min(c.organisation) FROM jiesu.command c
                        WHERE c.decided_at IS NULL AND c.organisation > asking.organisation)
                    FROM asking WHERE asking.organisation IS NOT NULL
                ), oldest AS (
                    SELECT c.* FROM asking CROSS JOIN LATERAL (
                        SELECT case_id, received_at FROM jiesu.command c
                        WHERE c.organisation = asking.organisation AND c.decided_at IS NULL
                        ORDER BY c.received_at LIMIT \(Self.turn)) AS c
                    ORDER BY c.received_at LIMIT \(limit)
                )
                SELECT DISTINCT case_id FROM oldest
                """
            ).map { try $0.get(0, as: Int64.self) }
        }
        return ids.isEmpty ? 0 : try await decideCommands(of: ids)
    }

    private func decideCommands(of ids: [Int64]) async throws -> Int {
        do {
            return try await attempt(ids)
        } catch let error where error.isDataFault {
            guard ids.count > 1 else { return try await oneByOne(of: ids) }
            let half = ids.count / 2
            return try await decideCommands(of: Array(ids[..<half])) + decideCommands(of: Array(ids[half...]))
        }
    }

    /// The oldest command of a case by itself; the others wait for the next round.
    private func oneByOne(of ids: [Int64]) async throws -> Int {
        do {
            return try await attempt(ids, atMost: 1)
        } catch let error where error.isDataFault {
            return try await giveUp(ids, error)
        }
    }

    private func attempt(_ ids: [Int64], atMost most: Int = commandsAtOnce) async throws -> Int {
        let (decided, batch) = try await pool.transaction { connection in
            var batch = try await lock(ids, on: connection)
            // Before the commands are read: what is just being written may be older than those.
            let unsettled = try await unsettled(ids, in: batch, on: connection)
            let waiting = try await waiting(
                for: ids.filter { !unsettled.contains($0) }, atMost: most, on: connection)
            let outcomes = try await decide(waiting, in: &batch, on: connection)
            let writes = try append(batch)
            _ = try await connection.pipeline(writes + [settled(outcomes)])
            return (outcomes.count, batch)
        }
        count(firedBy: batch)
        return decided
    }

    /// A command that cannot be written is answered with the database's reason.
    private func giveUp(_ ids: [Int64], _ error: any Error) async throws -> Int {
        let code = error.sqlState.map { "sqlstate_\($0)" } ?? "unreadable"
        return try await pool.transaction { connection in
            let waiting = try await waiting(for: ids, atMost: 1, on: connection)
            let outcomes = waiting.map { Outcome(waiting: $0, code: code, detail: nil, version: nil) }
            _ = try await connection.execute(settled(outcomes))
            return outcomes.count
        }
    }

    /// Commands of one organisation that are looked for at a time.
    private static let turn = 50
    /// Commands of one case in one transaction; each may hold 16 KiB. The others, all of them younger, wait for the next one.
    private static let commandsAtOnce = 50

    private func waiting(
        for ids: [Int64], atMost most: Int, on connection: Connection
    ) async throws -> [Waiting] {
        try await connection.query(
            """
            SELECT c.organisation, c.case_id, c.id, c.kind, c.round, c.account, c.payload,
                jiesu.micros(g.given_at), a.organisation, jiesu.roles_at(c.account, c.xmin),
                coalesce(a.disabled_at <= g.given_at, false), jiesu.stood_in(c.account, g.given_at, c.xmin)
            FROM unnest(\(ids)) AS n (case_id) CROSS JOIN LATERAL (
                SELECT c.*, c.xmin FROM jiesu.command c WHERE c.case_id = n.case_id AND c.decided_at IS NULL
                ORDER BY c.received_at, c.organisation, c.id LIMIT \(most)) AS c
            CROSS JOIN LATERAL (SELECT jiesu.given_at(c.received_at, c.xmin)) AS g (given_at)
            JOIN jiesu.account a ON a.id = c.account
            ORDER BY 8, c.organisation, c.id
            """
        ).map(Waiting.init)
    }

    private func decide(
        _ waiting: [Waiting], in batch: inout CaseBatch, on connection: Connection
    ) async throws -> [Outcome] {
        var commands: [Addressed] = []
        var refused: [String: Refusal] = [:]
        let noted = try await noted(waiting, on: connection)
        for one in waiting {
            do throws(Refusal) {
                if one.note != nil, !noted.contains(one.key) { throw .incomplete("note") }
                commands.append(Addressed(caseID: one.caseID, command: try one.command(), given: one.given))
            } catch {
                refused[one.key] = error
            }
        }
        var rest = try await decide(commands, in: &batch, on: connection)[...]
        return waiting.map { one in
            let result = refused[one.key].map { .failure($0) } ?? rest.removeFirst()
            switch result {
            case .success:
                return Outcome(
                    waiting: one, code: "done", detail: nil, version: batch.files[one.caseID]?.version)
            case .failure(let refusal):
                return Outcome(waiting: one, code: refusal.code, detail: refusal.explanation, version: nil)
            }
        }
    }

    /// Those whose note is one that their organisation wrote about their case: a desk may write any number into a payload.
    private func noted(_ waiting: [Waiting], on connection: Connection) async throws -> Set<String> {
        let speaking = waiting.filter { $0.note != nil }
        guard !speaking.isEmpty else { return [] }
        return Set(
            try await connection.query(
                """
                SELECT n.key
                FROM unnest(\(speaking.map(\.key)), \(speaking.map(\.caseID)), \(speaking.map(\.organisation)),
                    \(speaking.map(\.note))) AS n (key, case_id, organisation, number)
                JOIN jiesu.note t ON t.case_id = n.case_id AND t.number = n.number AND t.organisation = n.organisation
                """
            ).map { try $0.get(0, as: String.self) })
    }

    private func settled(_ outcomes: [Outcome]) -> Query {
        """
        UPDATE jiesu.command c SET decided_at = jiesu.clock(), outcome = n.outcome, detail = n.detail, version = n.version
        FROM unnest(\(outcomes.map(\.waiting.organisation)), \(outcomes.map(\.waiting.caseID)), \(outcomes.map(\.waiting.id)),
            \(outcomes.map(\.code)), \(outcomes.map(\.detail)), \(outcomes.map { $0.version.map(Int32.init) }))
            AS n (organisation, case_id, id, outcome, detail, version)
        WHERE c.organisation = n.organisation AND c.case_id = n.case_id AND c.id = n.id
        """
    }
}
