import Casework
import CaseStore
import Kafka
import Postgres
import Telemetry

/// The topics that a suite needs.
enum Topics {
    struct Topic: Sendable, Equatable {
        let name: String
        let partitions: Int
    }

    /// Partitions of an organisation's inbox: one keeps the order that officers see, and no office needs more
    /// throughput.
    private static let inboxPartitions = 1
    private static let escalationPartitions = 3

    /// `jiesu.cases` with as many partitions as the database fixed at set-up, `jiesu.escalations`, `jiesu.digests`, and an inbox for each
    /// organisation that works on cases.
    static func wanted(_ pool: Pool) async throws -> [Topic] {
        let answers = try await pool.withConnection { connection in
            try await connection.pipeline([
                "SELECT value FROM jiesu.setting WHERE name = 'partitions'",
                "SELECT code FROM jiesu.organisation WHERE inbox ORDER BY code",
            ])
        }
        let cases = Topic(name: Destination.cases.topic, partitions: try answers[0].only().get(0))
        let escalations = Topic(name: Destination.escalations.topic, partitions: escalationPartitions)
        // One message a day.
        let digests = Topic(name: Destination.digests.topic, partitions: 1)
        return [cases, escalations, digests]
            + (try answers[1].map { row in
                Topic(name: Destination.inbox(try row.get(0)).topic, partitions: inboxPartitions)
            })
    }

    /// Makes those of `wanted` that the cluster has not; nothing that exists is changed.
    /// - Returns: the names of those that were made.
    /// - Throws: `CommandFailure` before anything is made, if `jiesu.cases` has other partitions than the database
    ///   says.
    static func make(
        _ wanted: [Topic], at settings: KafkaSettings, replication: Int? = nil, log: Logger
    ) async throws -> Set<String> {
        let admin = try Admin(settings, log: log)
        let existing = try await admin.topics()
        for topic in wanted where topic.name == Destination.cases.topic {
            guard existing[topic.name].map({ $0 == topic.partitions }) != false else {
                throw CommandFailure(
                    "\(topic.name) has \(existing[topic.name] ?? 0) partitions, the database says \(topic.partitions)",
                    hint: "a shard is a partition: make the topic anew with \(topic.partitions)")
            }
        }
        let missing = wanted.filter { existing[$0.name] == nil }
        try await admin.createTopics(
            missing.map { Admin.Topic($0.name, partitions: $0.partitions, replication: replication) })
        return Set(missing.map(\.name))
    }
}
