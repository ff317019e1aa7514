import CaseStore
import Casework
import Kafka
import Lifecycle
import Synchronization
import Telemetry

/// Shares the shards with other watchers through the consumer group. The messages themselves say nothing that the tables do not.
final class Membership: Service {
    let name = "membership"
    private let watch: BrokerWatch
    private let log: Logger
    private let state: Mutex<Shards>

    init(count: Int, watch: BrokerWatch, log: Logger) {
        self.watch = watch
        self.log = log
        state = Mutex(Shards(count: count))
    }

    /// The shards that are ours now.
    var shards: [Int] { state.withLock { $0.owned.sorted() } }

    func run() async throws {
        while !Task.isCancelled {
            guard let broker = watch.broker else {
                await sleep(for: .milliseconds(200))
                continue
            }
            do {
                try await belong(to: broker)
            } catch {
                log.warning("broker trouble", ["reason": "\(error)"])
                await sleep(for: .seconds(1))
            }
        }
    }

    private func belong(to broker: Broker) async throws {
        let consumer = try Consumer(
            watch.settings(for: broker), group: "jiesu-deadlines", topics: [Destination.cases.topic], log: log)
        state.withLock { $0.joined() }
        do {
            while !Task.isCancelled, watch.broker == broker {
                let batch = try await consumer.next(max: 5000, within: .milliseconds(200))
                for change in batch.changes {
                    apply(change)
                    if case .won(let partitions) = change { try await consumer.pause(partitions) }
                }
                if !batch.messages.isEmpty { try await commit(batch, to: consumer) }
            }
        } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
    }

    private func apply(_ change: AssignmentChange) {
        let shards = state.withLock { state in
            state.apply(change)
            return state.owned.sorted()
        }
        log.info("shards", ["owned": shards.map(String.init).joined(separator: ",")])
    }

    private func commit(_ batch: Batch, to consumer: Consumer) async throws(KafkaError) {
        do throws(KafkaError) {
            try await consumer.commit(batch)
        } catch  where error.isRetriable {
            log.info("offsets not committed", ["reason": "\(error)"])
        }
    }
}
