import Foundation
import Kafka
import Telemetry

/// A Kafka for one test: an embedded broker of its own, or the running one that `JIESU_TEST_KAFKA` (host:port) names,
/// shared by all tests and therefore used under names that nobody else has.
package struct TestBroker: Sendable {
    package enum Kind: String, Sendable {
        case embedded, real
    }

    /// What a suite should run against: always the embedded one, and the real one where there is one.
    package static let kinds: [Kind] = address == nil ? [.embedded] : [.embedded, .real]

    private static let address = ProcessInfo.processInfo.environment["JIESU_TEST_KAFKA"]

    /// `nil` for the real one, which tests must not disturb.
    package let embedded: EmbeddedBroker?
    package let settings: KafkaSettings

    package init(_ kind: Kind = .embedded) throws {
        switch kind {
        case .embedded:
            let broker = try EmbeddedBroker(log: .silent)
            embedded = broker
            settings = KafkaSettings(brokers: broker.bootstrap)
        case .real:
            embedded = nil
            settings = KafkaSettings(brokers: Self.address ?? "127.0.0.1:9092")
        }
    }

    /// A new topic with a name of its own.
    package func topic(partitions: Int) async throws -> String {
        let name = Self.uniqueName()
        if let embedded {
            try embedded.createTopic(name, partitions: partitions)
        } else {
            try await Admin(settings, log: .silent).createTopics([.init(name, partitions: partitions)])
        }
        return name
    }

    /// A name that no other test has, for a group or a topic that must not exist.
    package static func uniqueName() -> String { "test.\(UUID().uuidString.lowercased())" }
}

extension Logger {
    /// For tests that provoke failures and check them otherwise.
    package static let silent = Logger(service: "test", level: .error, sink: { _ in })
}
