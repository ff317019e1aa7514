import Casework
import Postgres

extension CaseStore {
    /// What became of the cases of an organisation that is no more.
    package struct HandingOver: Sendable, Equatable {
        package var done = 0
        /// Cases that could not be handed over now, and why: something asked before waits, or they cannot be read.
        package var left: [Int64: String] = [:]

        package init(done: Int = 0) { self.done = done }
    }

    /// Hands over what `organisation`, which is disabled, still has to do: to its successor, else to a person. Case by case, each once;
    /// whoever breaks off begins again.
    /// - Throws: what the database says; what was done until then stays done.
    package func handOver(from organisation: String) async throws -> HandingOver {
        let ids = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.cases_of(\(organisation)) ORDER BY 1")
        }.map { try $0.get(0, as: Int64.self) }
        var all = HandingOver()
        for start in stride(from: 0, to: ids.count, by: Self.handedOverAtOnce) {
            let part = Array(ids[start..<min(start + Self.handedOverAtOnce, ids.count)])
            try await handOver(part, from: organisation, &all)
        }
        return all
    }

    /// Cases in one transaction.
    private static let handedOverAtOnce = 100

    private func handOver(_ ids: [Int64], from organisation: String, _ all: inout HandingOver) async throws {
        let rounds = try await pool.withConnection { connection in
            try await connection.query("SELECT id, round FROM jiesu.case_file WHERE id = ANY(\(ids)) ORDER BY id")
        }
        let commands = try rounds.map { row in
            Addressed(
                caseID: try row.get(0),
                command: Command(
                    id: "hand_over:\(organisation)", seen: .round(try row.get(1)), by: .service("organisation"),
                    order: .handOver(from: organisation)))
        }
        do {
            for (command, result) in zip(commands, try await perform(commands)) {
                switch result {
                case .success: all.done += 1
                case .failure(let refusal): all.left[command.caseID] = refusal.code
                }
            }
        } catch let error where error is EarlierCommandsWait || error.isDataFault {
            // Narrowed down, so that one case costs the others nothing.
            guard ids.count > 1 else {
                all.left[ids[0]] = error is EarlierCommandsWait ? "earlier_commands_wait" : "unreadable"
                return
            }
            try await handOver(Array(ids[..<(ids.count / 2)]), from: organisation, &all)
            try await handOver(Array(ids[(ids.count / 2)...]), from: organisation, &all)
        }
    }
}
