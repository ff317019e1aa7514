import Casework
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
/// A topic that is not there, or that refuses (not authorised), has its rows set aside, in order; the others go on. It
/// is tried again from time to time (`RelayTopics`) with its oldest row alone; when that is taken, the other rows
/// follow, round by round. Nothing is sent to a topic before it was seen with all partitions that we name: one that is
/// made in the middle of a round would refuse the first rows and take later ones, and readers are promised a case's
/// events in order.
package final class Relay: Service {
    /// Advisory lock of the one relay; any number that nobody else uses. "jiesu" in ASCII.
    package static let lock: Int64 = 0x6A_69_65_73_75
    /// Rows in one round: each is some 8 KB in memory on its way, as a row, a message and librdkafka's copy, headers
    /// and all.
    private static let limit = 2000

    /// From one round to the next while nothing is left behind: what comes in between goes along. Many small rounds would take the
    /// processor from whoever makes the events, and from the broker.
    private static let pace = Duration.milliseconds(40)

    package let name = "relay"
    private let settings: ConnectionSettings
    private let watch: BrokerWatch
    private let retry: Duration
    private let relayed: Counter
    private let log: Logger

    /// - Parameters:
    ///   - settings: of a connection of the relay's own, outside any pool. Its keepalive and user time-out are seconds,
    ///     so that a dead machine loses the lock soon.
    ///   - retry: how long a topic that refused is left alone at first; default 10 s.
    package init(
        settings: ConnectionSettings, watch: BrokerWatch, retry: Duration = .seconds(10), metrics: Metrics, log: Logger
    ) {
        var settings = settings
        // The outbox is read by its indexes, in their order: by the statistics of a table that fills and empties all
        // day, all of a topic's rows would be sorted for the next two thousand.
        settings.session["enable_sort"] = "off"
        // A deletion that a crash takes back is an announcement sent twice, which readers recognise.
        settings.session["synchronous_commit"] = "off"
        self.settings = settings
        self.watch = watch
        self.retry = retry
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
        var floor = OutboxFloor()
        var topics = RelayTopics(refusing: try await connection.setAsideTopics(), first: retry, at: .now)
        while !Task.isCancelled, watch.broker == broker {
            let aside = try await readSetAside(&topics, on: connection)
            let (waiting, oldest) = try await OutboxBatch.waiting(
                above: floor.id, limit: Self.limit, on: connection)
            let heads = [aside, waiting].compactMap(\.entries.first)
            guard !heads.isEmpty else {
                topics.forgive()
                floor.roundEnded(oldest: oldest, last: nil)
                await sleep(for: idle.next())
                continue
            }
            idle = IdlePause()
            let wanted = Set((aside.entries + waiting.entries.filter { !topics.refuses($0.topic) }).map(\.topic))
            // A generation that was raised since belongs to another broker, or to topics that are being refilled.
            guard heads.allSatisfy({ $0.event.generation == broker.generation }),
                await look(for: wanted, &topics, with: producer, partitions: partitions)
            else {
                await sleep(for: .milliseconds(200))
                continue
            }
            let next = ContinuousClock.now + Self.pace
            let round = RelayRound(aside: aside, waiting: waiting, topics: topics)
            let errors = await deliver(round.sent, with: producer, to: broker, partitions: partitions, on: connection)
            let outcome = round.outcome(errors)
            try await connection.settle(outcome, tried: round.tried)
            relayed.add(outcome.delivered.count + outcome.deliveredAside.count)
            if let failure = outcome.failure {
                log.warning("producer is replaced", ["reason": "\(failure)"])
                return
            }
            note(outcome, of: round, &topics)
            floor.roundEnded(oldest: oldest, last: waiting.isWhole ? nil : waiting.entries.last?.id)
            if floor.mark == nil { floor.mark = try await OutboxBatch.mark(on: connection) }
            if waiting.isWhole { await sleep(for: next - .now) }
        }
    }

    /// Rows that are set aside of the topic that is due: one at first.
    private func readSetAside(_ topics: inout RelayTopics, on connection: Connection) async throws -> OutboxBatch {
        guard let due = topics.due(at: .now) else { return .empty }
        let aside = try await OutboxBatch.setAside(due.topic, limit: due.isProbe ? 1 : Self.limit, on: connection)
        if aside.entries.isEmpty { topics.isOpen(due.topic) }
        return aside
    }

    /// Asks the broker about topics that were not seen yet; `false` while it does not say.
    private func look(
        for wanted: Set<String>, _ topics: inout RelayTopics, with producer: Producer, partitions: Int64
    ) async -> Bool {
        guard !wanted.allSatisfy(topics.isSeen) else { return true }
        do {
            let counts = try await producer.topics()
            let existing = counts.filter { $0.value >= ($0.key == Destination.cases.topic ? partitions : 1) }
            for topic in topics.see(Set(existing.keys), wanted: wanted, at: .now).sorted() {
                log.error("topic is not there, or lacks partitions; its rows are set aside", ["topic": topic])
            }
            return true
        } catch {
            log.warning("topics cannot be listed", ["reason": "\(error)"])
            return false
        }
    }

    private func note(_ outcome: RelayRound.Outcome, of round: RelayRound, _ topics: inout RelayTopics) {
        for (topic, error) in outcome.refused.sorted(by: { $0.key < $1.key }) {
            let wait = topics.refused(topic, at: .now)
            log.error("topic refuses; its rows are set aside", ["topic": topic, "reason": "\(error)", "again": wait])
        }
        guard let topic = round.tried, outcome.refused[topic] == nil else { return }
        if round.opens {
            topics.isOpen(topic)
            log.info("topic takes messages again", ["topic": topic])
        } else {
            topics.took(topic, at: .now)
        }
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

extension Connection {
    /// Deletes exactly what was delivered and sets aside what its topic refused, so that order is kept within a topic.
    /// By id: a statement that looked for the topics' rows would read all that waits, in every round.
    fileprivate func settle(_ outcome: RelayRound.Outcome, tried: String?) throws {
        var queries: [Query] = []
        if !outcome.delivered.isEmpty {
            queries.append("DELETE FROM jiesu.outbox WHERE id = ANY(\(outcome.delivered)) AND NOT set_aside")
        }
        if let topic = tried, !outcome.deliveredAside.isEmpty {
            queries.append(
                "DELETE FROM jiesu.outbox WHERE set_aside AND topic = \(topic) AND id = ANY(\(outcome.deliveredAside))")
        }
        if !outcome.setAside.isEmpty {
            queries.append(
                "UPDATE jiesu.outbox SET set_aside = true WHERE id = ANY(\(outcome.setAside)) AND NOT set_aside")
        }
        if !queries.isEmpty { _ = try pipeline(queries) }
    }

    /// Topics that have rows set aside.
    fileprivate func setAsideTopics() throws -> Set<String> {
        Set(
            try query("SELECT DISTINCT topic FROM jiesu.outbox WHERE set_aside").map { try $0.get(0, as: String.self) })
    }
}
