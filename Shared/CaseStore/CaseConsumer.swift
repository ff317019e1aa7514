import Casework
import Kafka
import Lifecycle
import Postgres
import Telemetry

/// The loop of a service that works on cases: woken by messages, sent to the tables by the sweep.
///
/// A message only says which case to look at; what is owed is read from the tables. So a message that comes twice, late
/// or never costs at most the time until the next sweep. Offsets are committed after the work.
package final class CaseConsumer<Worker: CaseTask>: Service {
    /// Bounds of the loop, each with its default.
    package struct Limits: Sendable {
        /// Cases in one transaction.
        package var batch = 500
        /// Messages that are read at a time; most tell a service nothing that concerns it.
        package var messages = 1500
        /// How long to wait for a first message.
        package var wait = Duration.milliseconds(100)
        /// Time from the start of a transaction to the next one's, at least. What comes alone is worked on at once; under load
        /// what comes meanwhile goes along, for many small transactions would take the processor from the other services.
        package var pace = Duration.milliseconds(40)
        /// Time between two sweeps of the tables.
        package var sweep = Duration.seconds(60)

        package init() {}
    }

    package let name: String
    private let worker: Worker
    private let store: CaseStore
    private let watch: BrokerWatch
    private let limits: Limits
    private let metrics: Metrics
    private let log: Logger

    package init(
        _ worker: Worker, store: CaseStore, watch: BrokerWatch, limits: Limits = Limits(), metrics: Metrics, log: Logger
    ) {
        name = "consumer \(worker.service)"
        self.worker = worker
        self.store = store
        self.watch = watch
        self.limits = limits
        self.metrics = metrics
        self.log = log
    }

    package func run() async throws {
        var nextSweep = ContinuousClock.now
        while !Task.isCancelled {
            // A broker that is new may have lost everything: whatever it should have told us is in the tables.
            let broker = watch.broker
            await sweep()
            nextSweep = .now + limits.sweep
            guard let broker else {
                while watch.broker == nil, !Task.isCancelled, ContinuousClock.now < nextSweep {
                    await sleep(for: .milliseconds(200))
                }
                continue
            }
            do {
                try await consume(from: broker, nextSweep: &nextSweep)
            } catch {
                log.warning("broker trouble", ["reason": "\(error)"])
                await sleep(for: .seconds(1))
            }
        }
    }

    private func consume(from broker: Broker, nextSweep: inout ContinuousClock.Instant) async throws {
        let consumer = try Consumer(
            watch.settings(for: broker), group: "jiesu-\(worker.service)", topics: [Destination.cases.topic], log: log)
        var nextLag = ContinuousClock.now
        // Whoever reads nothing knows of no lag.
        defer { metrics.replace(.consumerLag, with: [:]) }
        do {
            while !Task.isCancelled, watch.broker == broker {
                let batch = try await consumer.next(max: limits.messages, within: limits.wait)
                if !batch.messages.isEmpty {
                    let next = ContinuousClock.now + limits.pace
                    // Stopped in the middle: what was not done must come again.
                    guard await handle(batch.messages, of: broker.generation) else { break }
                    try await commit(batch, to: consumer)
                    if batch.messages.count < limits.messages { await sleep(for: next - .now) }
                }
                if ContinuousClock.now >= nextSweep {
                    await sweep()
                    nextSweep = .now + limits.sweep
                }
                if ContinuousClock.now >= nextLag {
                    measureLag(await consumer.lag())
                    nextLag = .now + .seconds(5)
                }
            }
        } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
    }

    /// Refused in a rebalance, or not answered in an outage: whoever has the partition gets these once more, and that
    /// is harmless.
    private func commit(_ batch: Batch, to consumer: Consumer) async throws(KafkaError) {
        do throws(KafkaError) {
            try await consumer.commit(batch)
        } catch  where error.isRetriable {
            log.info("offsets not committed", ["reason": "\(error)"])
        }
    }

    private func measureLag(_ lag: [TopicPartition: Int64]) {
        var values: [[String]: Double] = [:]
        for (partition, messages) in lag { values[[partition.topic, String(partition.partition)]] = Double(messages) }
        metrics.replace(.consumerLag, with: values)
    }

    /// Whether all of it was done; `false` if the service was stopped first.
    private func handle(_ messages: [IncomingMessage], of generation: Int64) async -> Bool {
        var origins: [Int64: IncomingMessage] = [:]
        for message in messages {
            do throws(CloudEvent.Notice.Fault) {
                let notice = try CloudEvent.Notice(header: message.header)
                // The sweep since has seen what it told of; and it may tell of cases that a restored database never had.
                if let old = notice.generation, old < generation { continue }
                if let kind = notice.kind, worker.wakesOn.contains(kind) { origins[notice.caseID] = message }
            } catch {
                guard await park(message, reason: error.rawValue, detail: "not an event of this suite") else {
                    return false
                }
            }
        }
        let ids = origins.keys.sorted()
        for start in stride(from: 0, to: ids.count, by: limits.batch) {
            let some = Array(ids[start..<min(start + limits.batch, ids.count)])
            guard await work(on: some, from: origins) else { return false }
        }
        return true
    }

    /// Sets a message aside; `false` if the service was stopped first.
    private func park(_ message: IncomingMessage, reason: String, detail: String) async -> Bool {
        let parked = Parked(
            service: worker.service, reason: reason, detail: detail,
            origin: Parked.Origin(
                topic: message.topic, partition: message.partition, offset: message.offset, message: message.value ?? []
            ))
        let done: Void? = await persist("message cannot be parked") { [store] in try await store.park(parked) }
        return done != nil
    }

    /// Works off everything that the tables say is owed.
    private func sweep() async {
        var last: Int64 = 0
        while !Task.isCancelled {
            let ids = await persist("owed cases cannot be read") { [worker, store, limits, last] in
                try await store.owed(to: worker, after: last, limit: limits.batch)
            }
            guard let ids, let greatest = ids.last else { return }
            log.debug("swept", ["cases": ids.count])
            guard await work(on: ids) else { return }
            last = greatest
        }
    }

    /// Whether all of it was done; `false` if the service was stopped first.
    /// - Parameter origins: the messages that named these cases; a case of the tables has none and needs none.
    private func work(on ids: [Int64], from origins: [Int64: IncomingMessage] = [:]) async -> Bool {
        guard !ids.isEmpty else { return true }
        // Only the try that succeeds is measured: how long an outage lasts says nothing about the handler.
        let handled = await persist("batch waits") { [worker, store] in
            let start = ContinuousClock.now
            let work = try await worker.work(on: ids, in: store)
            return (work: work, time: ContinuousClock.now - start)
        }
        guard let (work, time) = handled else { return false }
        metrics.histogram(.handlerSeconds, worker.service, work.parked + work.unknown.count > 0 ? "parked" : "done")
            .observe(time)
        for id in work.unknown {
            guard let origin = origins[id] else { continue }
            guard await park(origin, reason: Refusal.unknownCase.code, detail: "there is no case \(id)") else {
                return false
            }
        }
        return true
    }

    /// Tries until it works or the service stops: whatever is not a fault of the data means that something is down, and
    /// waiting is right. `nil` if it was stopped first.
    private func persist<T: Sendable>(_ message: StaticString, _ body: @Sendable () async throws -> T) async -> T? {
        var backoff = Backoff()
        while true {
            do {
                return try await body()
            } catch {
                log.warning(message, ["reason": "\(error)"])
                guard !Task.isCancelled else { return nil }
                await sleep(for: backoff.next())
            }
        }
    }
}
