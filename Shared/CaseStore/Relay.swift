import Kafka
import Lifecycle
import Postgres
import Synchronization
import Telemetry

/// Carries the outbox to the broker: read in order, produce, wait for every acknowledgement, delete exactly what was
/// read.
///
/// Many processes offer to run it, one does: whoever holds a session advisory lock, on the very connection that reads
/// and deletes. If that connection goes, so does the lock, and everything still on its way is abandoned before another
/// try; what was delivered and not deleted is delivered again, and readers know it by case and version.
///
/// A topic that is not there, or that refuses (not authorised), has its rows set aside, in order; the others go on. Every
/// ten seconds it is looked for again. Nothing is sent to a topic before it was seen: one that is made in the middle of a
/// round would refuse the first rows and take later ones, and readers are promised a case's events in order.
package final class Relay: Service {
    /// Advisory lock of the one relay; any number that nobody else uses. "jiesu" in ASCII.
    package static let lock: Int64 = 0x6A_69_65_73_75
    /// Rows in one round: each is some 8 KB in memory on its way, as a row, a message and librdkafka's copy, headers
    /// and all.
    private static let limit = 2000

    package let name = "relay"
    private let settings: ConnectionSettings
    private let watch: BrokerWatch
    private let relayed: Counter
    private let log: Logger

    /// - Parameter settings: of a connection of the relay's own, outside any pool. Its keepalive and user time-out are
    ///   seconds, so that a dead machine loses the lock soon.
    package init(settings: ConnectionSettings, watch: BrokerWatch, metrics: Metrics, log: Logger) {
        self.settings = settings
        self.watch = watch
        relayed = metrics.counter(.relayed)
        self.log = log
    }

    package func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(settings)
                backoff.reset()
                do {
                    try await offer(on: connection)
                } catch {
                    await connection.close()
                    throw error
                }
                await connection.close()
            } catch {
                log.warning("relay lost its database", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    /// Waits for the lock and then leads until stopped.
    private func offer(on connection: Connection) async throws {
        while !Task.isCancelled {
            let row = try await connection.query("SELECT pg_try_advisory_lock(\(Self.lock))").only()
            if try row.get(0, as: Bool.self) {
                log.info("relay leads")
                try await lead(on: connection)
                return
            }
            await sleep(for: .seconds(1))
        }
    }

    private func lead(on connection: Connection) async throws {
        let partitions: Int64 = try await connection.query("SELECT value FROM jiesu.setting WHERE name = 'partitions'")
            .only().get(0)
        while !Task.isCancelled {
            guard let broker = watch.broker else {
                // The connection is asked all the same: its loss must be noticed.
                _ = try await connection.query("SELECT 1")
                await sleep(for: .milliseconds(200))
                continue
            }
            let producer: Producer
            do {
                producer = try Producer(watch.settings(for: broker), log: log)
            } catch {
                log.error("no producer", ["reason": "\(error)"])
                await sleep(for: .seconds(1))
                continue
            }
            do {
                try await carry(with: producer, to: broker, partitions: partitions, on: connection)
            } catch {
                await producer.end()
                throw error
            }
            await producer.end()
        }
    }

    /// Until the broker changes, the producer is beyond use, or the service stops.
    private func carry(
        with producer: Producer, to broker: Broker, partitions: Int64, on connection: Connection
    ) async throws {
        var idle = IdlePause()
        var known: Set<String> = []
        var refusing: Set<String> = []
        var nextRetry = ContinuousClock.now
        while !Task.isCancelled, watch.broker == broker {
            if ContinuousClock.now >= nextRetry {
                refusing = try await release(at: broker, on: connection)
                nextRetry = .now + .seconds(10)
            }
            let batch = try OutboxBatch(try await connection.query(OutboxBatch.query(limit: Self.limit)))
            guard let first = batch.entries.first else {
                await sleep(for: idle.next())
                continue
            }
            idle = IdlePause()
            // A generation that was raised since belongs to another broker, or to topics that were refilled.
            guard first.event.generation == broker.generation else {
                await sleep(for: .milliseconds(200))
                continue
            }
            if !known.union(refusing).isSuperset(of: batch.entries.map(\.topic)) {
                guard let existing = await topics(at: broker) else {
                    await sleep(for: .milliseconds(200))
                    continue
                }
                known = existing
                note(Set(batch.entries.map(\.topic)).subtracting(known), &refusing)
            }
            let entries = batch.entries.filter { !refusing.contains($0.topic) }
            let errors = await deliver(entries, with: producer, to: broker, partitions: partitions, on: connection)
            let delivered = entries.indices.filter { errors[$0] == nil }.map { entries[$0].id }
            note(Set(entries.indices.filter { errors[$0]?.refusesTopic == true }.map { entries[$0].topic }), &refusing)
            known.subtract(refusing)
            try await connection.settle(delivered: delivered, refusing: refusing.sorted())
            relayed.add(delivered.count)
            if let fatal = errors.lazy.compactMap({ $0 }).first(where: { !$0.refusesTopic }) {
                log.warning("producer is replaced", ["reason": "\(fatal)"])
                return
            }
        }
    }

    private func note(_ refused: Set<String>, _ refusing: inout Set<String>) {
        for topic in refused.subtracting(refusing).sorted() {
            log.error("topic refuses; its rows are set aside", ["topic": topic])
        }
        refusing.formUnion(refused)
    }

    /// The topics that are there now; `nil` while the broker does not say.
    private func topics(at broker: Broker) async -> Set<String>? {
        do {
            return Set(try await Admin(watch.settings(for: broker), log: log).topics().keys)
        } catch {
            log.warning("topics cannot be listed", ["reason": "\(error)"])
            return nil
        }
    }

    /// Lets rows that were set aside try again where their topic is there now.
    /// - Returns: the topics that still refuse.
    private func release(at broker: Broker, on connection: Connection) async throws -> Set<String> {
        let refusing = try await connection.setAsideTopics()
        guard !refusing.isEmpty, let existing = await topics(at: broker) else { return refusing }
        let back = refusing.intersection(existing)
        if !back.isEmpty { log.info("topics are back", ["topics": back.sorted().joined(separator: " ")]) }
        try await connection.release(back.sorted())
        return refusing.subtracting(back)
    }

    /// Sends a batch and waits for every acknowledgement. While the broker is away this waits, and so does everything
    /// behind it: that is the order. It ends early, with errors, when the connection goes (another relay may lead
    /// then), when the broker has moved, and three seconds after the service was told to stop.
    private func deliver(
        _ entries: [OutboxBatch.Entry], with producer: Producer, to broker: Broker, partitions: Int64,
        on connection: Connection
    ) async -> [KafkaError?] {
        let watchdog = Task { [watch] in
            while true {
                await sleep(for: .seconds(1))
                if Task.isCancelled { return }
                let isConnected = (try? await connection.query("SELECT 1")) != nil
                guard isConnected, watch.broker == broker else { return producer.abandon() }
            }
        }
        defer { watchdog.cancel() }
        return await withTaskCancellationHandler {
            await producer.send(entries.map { OutboxBatch.message($0, partitions: partitions) })
        } onCancel: {
            Task {
                await sleep(for: .seconds(3))
                producer.abandon()
            }
        }
    }
}

/// 20 ms while work was there a moment ago, up to 100 ms when there is none.
private struct IdlePause {
    private var milliseconds = 10

    mutating func next() -> Duration {
        milliseconds = min(milliseconds * 2, 100)
        return .milliseconds(milliseconds)
    }
}

extension Producer {
    /// Nothing of it may still be sent when another round, or another relay, begins.
    fileprivate func end() async {
        abandon()
        _ = await waitUntilGone()
    }
}

extension KafkaError {
    /// The topic is not there or not for us; waiting alone does not help. Other topics are not concerned.
    fileprivate var refusesTopic: Bool { !isRetriable && !isFatal }
}

extension Connection {
    /// Deletes what was delivered and sets aside all that waits for topics that refuse, so that order is kept within a
    /// topic.
    fileprivate func settle(delivered: [Int64], refusing: [String]) throws {
        var queries: [Query] = []
        if !delivered.isEmpty {
            queries.append("DELETE FROM jiesu.outbox WHERE id = ANY(\(delivered)) AND NOT set_aside")
        }
        if !refusing.isEmpty {
            queries.append(
                "UPDATE jiesu.outbox SET set_aside = true WHERE topic = ANY(\(refusing)) AND NOT set_aside")
        }
        if !queries.isEmpty { _ = try pipeline(queries) }
    }

    /// Topics that have rows set aside.
    fileprivate func setAsideTopics() throws -> Set<String> {
        Set(
            try query("SELECT DISTINCT topic FROM jiesu.outbox WHERE set_aside").map { try $0.get(0, as: String.self) })
    }

    /// Lets what was set aside for these topics try again, in its place in the order.
    fileprivate func release(_ topics: [String]) throws {
        _ = try execute("UPDATE jiesu.outbox SET set_aside = false WHERE set_aside AND topic = ANY(\(topics))")
    }
}
