import Casework
import Kafka
import Synchronization
import Telemetry

/// Listens to every organisation's topic and remembers when each case arrived where.
final class Inboxes: Sendable {
    struct Arrival: Sendable {
        let organisation: String
        let at: ContinuousClock.Instant
    }

    private let arrivals = Mutex<[Int64: [Arrival]]>([:])
    private let consumer: Consumer

    /// - Parameter group: a name of its own reads everything from the beginning.
    init(_ settings: KafkaSettings, organisations: [String], group: String, log: Logger) throws {
        consumer = try Consumer(
            settings, group: group, topics: organisations.map { Destination.inbox($0).topic }, log: log)
    }

    /// Where a case has arrived.
    func arrivals(of id: Int64) -> [Arrival] { arrivals.withLock { $0[id] ?? [] } }

    /// Cases that arrived anywhere.
    var count: Int { arrivals.withLock { $0.count } }

    /// Listens until cancelled.
    func listen() async throws {
        let prefix = Destination.inbox("").topic
        while !Task.isCancelled {
            let batch = try await consumer.next(max: 1000, within: .milliseconds(100))
            guard !batch.messages.isEmpty else { continue }
            let now = ContinuousClock.now
            arrivals.withLock { arrivals in
                for message in batch.messages {
                    guard message.header("ce_type") == "jiesu.case.dispatched",
                        let id = message.header("ce_subject").flatMap({ Int64($0) })
                    else { continue }
                    let organisation = String(message.topic.dropFirst(prefix.count))
                    if arrivals[id]?.contains(where: { $0.organisation == organisation }) != true {
                        arrivals[id, default: []].append(Arrival(organisation: organisation, at: now))
                    }
                }
            }
            try await consumer.commit(batch)
        }
        await consumer.close()
    }
}
