internal import CRdKafka
import Telemetry
import Lifecycle

/// Makes and lists topics, and says who may use them. The embedded broker can do neither on request: topics of its own are made by
/// `EmbeddedBroker`, and it lets everybody do everything.
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
        client = try Client(RD_KAFKA_PRODUCER, configuration, Callbacks(log: log, tls: settings.tls))
    }

    /// Makes the topics; one that exists is left as it is. Blocks its own queue, at most for `within`. All others are
    /// made when one is refused; throws the first refusal.
    package func createTopics(_ topics: [Topic], within: Duration = .seconds(30)) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        let request = try TopicRequest(topics)
        try request.send(client.pointer, within)
    }

    /// The whole access list. Blocks its own queue, at most for `within`.
    ///
    /// Empty also where there is none or we may not ask, for librdkafka 2.0.2 does not look whether the broker refused: `add` tells.
    package func accessRules(within: Duration = .seconds(10)) throws(KafkaError) -> [AccessRule] {
        let request = try AccessRequest()
        return try request.list(client.pointer, within)
    }

    /// Adds these; those that are there already stay as they are. Blocks its own queue, at most for `within`. All others are added
    /// when one is refused; throws the first refusal, `isWithoutAuthorizer` where there is no list. A broker goes by them a little
    /// later.
    package func add(_ rules: [AccessRule], within: Duration = .seconds(30)) throws(KafkaError) {
        guard !rules.isEmpty else { return }
        let request = try AccessRequest(rules, areFilters: false)
        try request.make(client.pointer, within)
    }

    /// Takes exactly these away, those that are there. Blocks its own queue, at most for `within`.
    package func remove(_ rules: [AccessRule], within: Duration = .seconds(30)) throws(KafkaError) {
        guard !rules.isEmpty else { return }
        let request = try AccessRequest(rules, areFilters: true)
        try request.takeBack(client.pointer, within)
    }

    /// All topics that we may see, and how many partitions each has. Blocks its own queue, at most for `within`.
    package func topics(within: Duration = .seconds(10)) throws(KafkaError) -> [String: Int] {
        try client.partitionCounts(within: within)
    }
}
