import Foundation
import Kafka
import Synchronization

/// Everything that stands on a suite's topics, read as an outsider would, over all brokers that come and go.
package final class WireLog: Sendable {
    /// One message that is an event, as its headers tell.
    package struct Entry: Sendable {
        package let message: IncomingMessage
        /// Generation of the broker that it was read from.
        package let broker: Int64
        package let id: String
        package let caseID: Int64
        package let version: Int
        package let kind: String
        package let hash: String

        init?(_ message: IncomingMessage, broker: Int64) {
            guard let id = message.header("ce_id"), let caseID = message.header("ce_subject").flatMap({ Int64($0) }),
                let version = message.header("ce_caseversion").flatMap({ Int($0) }),
                let type = message.header("ce_type"), let hash = message.header("ce_hash")
            else { return nil }
            self.message = message
            self.broker = broker
            self.id = id
            self.caseID = caseID
            self.version = version
            kind = String(type.split(separator: ".").last ?? "")
            self.hash = hash
        }
    }

    private struct Place: Hashable {
        let broker: Int64
        let partition: TopicPartition
    }

    private struct State {
        var messages: [(broker: Int64, message: IncomingMessage)] = []
        /// Offset of the next message that is new; a reader that lost its place gives some again.
        var next: [Place: Int64] = [:]
        /// What the reader is at.
        var doing = "nothing"
    }

    private let suite: SuiteUnderTest
    private let state = Mutex(State())

    package init(_ suite: SuiteUnderTest) {
        self.suite = suite
    }

    /// What the reader is at, for whoever waits in vain.
    package var doing: String { state.withLock { $0.doing } }

    private func note(_ doing: String) { state.withLock { $0.doing = doing } }

    /// All messages in the order of each partition.
    package var messages: [IncomingMessage] { state.withLock { $0.messages.map(\.message) } }

    /// Those that are events.
    package var entries: [Entry] {
        state.withLock { $0.messages.compactMap { Entry($0.message, broker: $0.broker) } }
    }

    /// Reads until cancelled.
    package func follow() async throws {
        while !Task.isCancelled {
            note("asking for the broker")
            let (broker, settings) = try await broker()
            let organisations = try await suite.rows("SELECT code FROM jiesu.organisation WHERE inbox")
            let inboxes = try organisations.map { "jiesu.inbox.\(try $0.get(0, as: String.self))" }
            let consumer = try Consumer(
                settings, group: TestBroker.uniqueName(), topics: ["jiesu.cases", "jiesu.escalations"] + inboxes,
                log: .silent)
            note("reading generation \(broker)")
            do {
                try await read(consumer, of: broker)
            } catch let error as KafkaError where !Task.isCancelled {
                // The broker went; the next one is asked for.
                note("trouble with generation \(broker): \(error)")
            }
            note("closing the consumer of generation \(broker)")
            await consumer.close()
        }
    }

    /// Until another broker takes over.
    private func read(_ consumer: Consumer, of broker: Int64) async throws {
        var nextLook = ContinuousClock.now
        while !Task.isCancelled {
            let batch = try await consumer.next(max: 1000, within: .milliseconds(200))
            state.withLock { state in
                for message in batch.messages {
                    let place = Place(broker: broker, partition: message.topicPartition)
                    guard message.offset >= state.next[place, default: 0] else { continue }
                    state.next[place] = message.offset + 1
                    state.messages.append((broker, message))
                }
            }
            if ContinuousClock.now > nextLook {
                guard try await self.broker().generation == broker else { return }
                nextLook = .now + .milliseconds(500)
            }
        }
    }

    private func broker() async throws -> (generation: Int64, settings: KafkaSettings) {
        // Both in one look, as they change together.
        let row = try await suite.rows(
            """
            SELECT (SELECT value FROM jiesu.setting WHERE name = 'generation'),
                coalesce((SELECT address FROM jiesu.broker), '')
            """
        ).only()
        return (try row.get(0), try suite.outsideKafka ?? KafkaSettings(brokers: row.get(1)))
    }
}
