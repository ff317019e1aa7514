import Casework
import Foundation
import Kafka
import Lifecycle
import Postgres
import Telemetry

/// `jiesu broker`
enum BrokerCommand: OperatorCommand {
    static let name = "broker"
    static let synopsis = "[--data DIR]"
    static let summary = "runs the embedded broker for one machine, until Ctrl-C"
    static let details = """
        librdkafka's development broker: it listens on 127.0.0.1 on a port of its own choosing, keeps nothing on disk and some
        megabytes in memory. It writes its address into the database and raises the generation, which refills the
        organisations' topics. For trying out and for tests; a city runs Apache Kafka and sets JIESU_KAFKA_BROKERS.
        """
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let reach = try Reach(arguments)
        let log = Logger(service: "broker")
        try await Lifecycle.run([EmbeddedBrokerService(pool: try reach.pool(), log: log)], grace: .seconds(5), log: log)
        return 0
    }
}

/// The embedded broker and its row in the database.
struct EmbeddedBrokerService: Service {
    let name = "broker"
    let pool: Pool
    let log: Logger
    /// Making topics and closing block.
    private let executor = BlockingExecutor(label: "broker")

    init(pool: Pool, log: Logger) {
        self.pool = pool
        self.log = log
    }

    func run() async throws {
        let topics = try await Topics.wanted(pool)
        let broker = try await executor.run { [log] () throws(KafkaError) in
            try EmbeddedBroker(topics: topics.map { ($0.name, $0.partitions) }, log: log)
        }
        do {
            try await serve(broker, Set(topics.map(\.name)))
        } catch {
            await executor.run { broker.close() }
            throw error
        }
        await executor.run { broker.close() }
    }

    private func serve(_ broker: EmbeddedBroker, _ topics: Set<String>) async throws {
        var made = topics
        // Generation and address change together: who reads one reads the other.
        let generation = try await pool.transaction { connection in
            let generation: Int64 = try await connection.query("SELECT jiesu.raise_generation()").only().get(0)
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.broker (address) VALUES (\(broker.bootstrap))
                ON CONFLICT (only_row) DO UPDATE SET address = excluded.address
                """)
            return generation
        }
        log.info("broker serves", ["address": broker.bootstrap, "generation": generation])
        // Only its own process can make a topic here, so a new organisation's is looked for.
        while !Task.isCancelled {
            await sleep(for: .seconds(1))
            do {
                for topic in try await Topics.wanted(pool) where !made.contains(topic.name) {
                    try await executor.run { () throws(KafkaError) in
                        try broker.createTopic(topic.name, partitions: topic.partitions)
                    }
                    made.insert(topic.name)
                }
            } catch {
                log.warning("topics cannot be looked for", ["reason": "\(error)"])
            }
        }
    }
}
