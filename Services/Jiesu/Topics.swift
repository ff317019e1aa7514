import Casework
import CaseStore
import Postgres

/// The topics that a suite needs.
enum Topics {
    struct Topic: Sendable, Equatable {
        let name: String
        let partitions: Int
    }

    /// Partitions of an organisation's inbox: one keeps the order that officers see, and no office needs more throughput.
    private static let inboxPartitions = 1

    /// `jiesu.cases` with as many partitions as the database fixed at set-up, and an inbox for each organisation that works on
    /// cases.
    static func wanted(_ pool: Pool) async throws -> [Topic] {
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                "SELECT value FROM jiesu.setting WHERE name = 'partitions'",
                "SELECT code FROM jiesu.organisation WHERE inbox ORDER BY code",
            ])
        }
        let cases = Topic(name: Destination.cases.topic, partitions: try answers[0].only().get(0))
        return [cases]
            + (try answers[1].map { row in
                Topic(name: Destination.inbox(try row.get(0)).topic, partitions: inboxPartitions)
            })
    }
}
