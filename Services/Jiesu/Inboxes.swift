import CaseStore
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
    private let read = Atomic<Int>(0)
    private let consumer: Consumer

    /// - Parameter group: a name of its own reads everything from the beginning.
    init(_ settings: KafkaSettings, organisations: [String], group: String, log: Logger) throws {
        consumer = try Consumer(
            settings, group: group, topics: organisations.map { Destination.inbox($0).topic }, log: log)
    }

    /// Where a case has arrived.
    func arrivals(of id: Int64) -> [Arrival] { arrivals.withLock { $0[id] ?? [] } }

    /// Messages that were read, repetitions included.
    var messages: Int { read.load(ordering: .relaxed) }

    /// Cases that arrived anywhere.
    var count: Int { arrivals.withLock { $0.count } }

    /// Whose inbox a topic is.
    static func organisation(_ topic: String) -> String { String(topic.dropFirst(Destination.inbox("").topic.count)) }

    /// Listens while `body` runs; what hinders the listening ends both. Once.
    func whileListening<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await accompanied(by: { try await self.listen() }, body)
    }

    /// Listens until cancelled. Nothing is committed: nobody goes on after it, and what comes twice is known.
    private func listen() async throws {
        while !Task.isCancelled {
            let batch = try await consumer.next(max: 1000, within: .milliseconds(100))
            guard !batch.messages.isEmpty else { continue }
            read.add(batch.messages.count, ordering: .relaxed)
            let now = ContinuousClock.now
            arrivals.withLock { arrivals in
                for message in batch.messages {
                    // What is no event of the suite's is nobody's arrival.
                    guard let id = try? CloudEvent.Notice(header: message.header).caseID else { continue }
                    let organisation = Self.organisation(message.topic)
                    if arrivals[id]?.contains(where: { $0.organisation == organisation }) != true {
                        arrivals[id, default: []].append(Arrival(organisation: organisation, at: now))
                    }
                }
            }
        }
        await consumer.close()
    }
}
