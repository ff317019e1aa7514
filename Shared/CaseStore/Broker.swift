import Kafka
import Lifecycle
import Postgres
import Synchronization
import Telemetry

/// A broker and the generation of its topics.
package struct Broker: Sendable, Equatable {
    package let address: String
    package let generation: Int64
}

/// Knows where the broker is.
///
/// With `JIESU_KAFKA_BROKERS` that is an address that stays. Without it the embedded broker's address stands in the
/// database, and changes each time that broker starts; so it is read once a second.
package final class BrokerWatch: Service {
    package let name = "broker-watch"
    private let pool: Pool
    private let fixed: KafkaSettings
    private let log: Logger
    private let known = Mutex<Broker?>(nil)

    /// - Parameter settings: `brokers` empty means: ask the database.
    package init(pool: Pool, settings: KafkaSettings, log: Logger) {
        self.pool = pool
        self.fixed = settings
        self.log = log
    }

    /// The broker as last heard of; `nil` while there is none.
    package var broker: Broker? { known.withLock { $0 } }

    /// How to reach `broker`.
    package func settings(for broker: Broker) -> KafkaSettings {
        var settings = fixed
        settings.brokers = broker.address
        return settings
    }

    package func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                try await look()
                backoff.reset()
                await sleep(for: .seconds(1))
            } catch {
                log.warning("broker address cannot be read", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    private func look() async throws {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT (SELECT address FROM jiesu.broker), (SELECT value FROM jiesu.setting WHERE name = 'generation')
                """)
        }
        let row = try rows.only()
        let address = fixed.brokers.isEmpty ? try row.get(0, as: String?.self) : fixed.brokers
        let generation: Int64 = try row.get(1)
        let broker = address.map { Broker(address: $0, generation: generation) }
        let changed = known.withLock { known in
            defer { known = broker }
            return known != broker
        }
        if changed { log.info("broker", ["address": broker?.address ?? "none", "generation": generation]) }
    }
}
