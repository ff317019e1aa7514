internal import CRdKafka
import Telemetry
import Lifecycle

/// Makes and lists topics. The embedded broker cannot make them on request: there, ask `EmbeddedBroker`.
package actor Admin {
    /// A topic to make.
    package struct Topic: Sendable, Equatable {
        package var name: String
        package var partitions: Int
        /// Copies of each partition; `nil`: what the cluster does by default.
        package var replication: Int?
        /// Kafka's topic settings, such as `retention.ms`.
        package var settings: [String: String]

        package init(_ name: String, partitions: Int, replication: Int? = nil, settings: [String: String] = [:]) {
            self.name = name
            self.partitions = partitions
            self.replication = replication
            self.settings = settings
        }
    }

    private nonisolated let executor = BlockingExecutor(label: "kafka.admin")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let client: Client

    /// Connects in the background; does not block. Throws when a setting is refused.
    package init(_ settings: KafkaSettings, log: Logger) throws(KafkaError) {
        let configuration = try settings.configuration()
        client = try Client(RD_KAFKA_PRODUCER, configuration, Callbacks(log: log))
    }

    /// Makes the topics; one that exists is left as it is. Blocks its own queue, at most for `within`. All others are
    /// made when one is refused; throws the first refusal.
    package func createTopics(_ topics: [Topic], within: Duration = .seconds(30)) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        let request = try TopicRequest(topics)
        try request.send(client.pointer, within)
    }

    /// All topics that we may see, and how many partitions each has. Blocks its own queue, at most for `within`.
    package func topics(within: Duration = .seconds(10)) throws(KafkaError) -> [String: Int] {
        try client.partitionCounts(within: within)
    }
}
