import Lifecycle
import Postgres
import Telemetry

/// What a consumer tells about its work.
struct ConsumerMetrics: Sendable {
    private let lagGauge: Gauge
    private let handler: Histogram
    private let parkedTotal: Counter

    init(_ metrics: Metrics, service: String) {
        lagGauge = metrics.gauge(
            "jiesu_consumer_lag", "Messages of jiesu.cases that were not yet looked at.", labels: ["service": service])
        handler = metrics.histogram(
            "jiesu_handler_seconds", "Time for one batch of cases, transaction included.", labels: ["service": service])
        parkedTotal = metrics.counter(
            "jiesu_parked_total", "What was set aside because it could not be handled.", labels: ["service": service])
    }

    func lag(_ messages: Int64) { lagGauge.set(Double(messages)) }
    func handled(in duration: Duration) { handler.observe(duration) }
    func parked(_ count: Int) { parkedTotal.add(count) }
}

/// What the relay tells about its work.
struct RelayMetrics: Sendable {
    private let relayedTotal: Counter

    init(_ metrics: Metrics) {
        relayedTotal = metrics.counter("jiesu_relayed_total", "Announcements that the broker acknowledged.")
    }

    func relayed(_ count: Int) { relayedTotal.add(count) }
}

/// Looks at the tables every five seconds, for the gauges that no service could count for itself.
package struct StoreGauges: Service {
    package let name = "gauges"
    private let pool: Pool
    private let log: Logger
    private let waiting: Gauge
    private let setAside: Gauge
    private let oldest: Gauge
    private let parked: Gauge
    private let owed: [(service: String, gauge: Gauge)]

    package init(pool: Pool, metrics: Metrics, log: Logger) {
        self.pool = pool
        self.log = log
        waiting = metrics.gauge(
            "jiesu_outbox_rows", "Announcements that wait for the broker; counted to 100,000.",
            labels: ["state": "waiting"])
        setAside = metrics.gauge(
            "jiesu_outbox_rows", "Announcements that wait for the broker; counted to 100,000.",
            labels: ["state": "set_aside"])
        oldest = metrics.gauge(
            "jiesu_outbox_oldest_seconds", "Age of the event that has waited longest for the broker.")
        parked = metrics.gauge("jiesu_parked_rows", "What was set aside because it could not be handled.")
        owed = ["classification", "routing"].map { service in
            (
                service,
                metrics.gauge(
                    "jiesu_owed_rows", "Cases that a service has still to look at; counted to 100,000.",
                    labels: ["service": service])
            )
        }
    }

    package func run() async throws {
        while !Task.isCancelled {
            do {
                try await look()
            } catch {
                log.warning("gauges cannot be read", ["reason": "\(error)"])
            }
            await sleep(for: .seconds(5))
        }
    }

    private func look() async throws {
        let row = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE NOT set_aside LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE set_aside LIMIT 100000) AS n),
                    coalesce((SELECT extract(epoch FROM jiesu.clock() - e.at)::float8
                        FROM (SELECT case_id, version FROM jiesu.outbox WHERE NOT set_aside ORDER BY id LIMIT 1) AS o
                        JOIN jiesu.case_event e USING (case_id, version)), 0),
                    (SELECT count(*) FROM jiesu.parked),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file WHERE state = 'registered' LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file WHERE state = 'classified' LIMIT 100000) AS n)
                """
            ).only()
        }
        waiting.set(try row.get(0, as: Int.self))
        setAside.set(try row.get(1, as: Int.self))
        oldest.set(try row.get(2, as: Double.self))
        parked.set(try row.get(3, as: Int.self))
        for (index, one) in owed.enumerated() { one.gauge.set(try row.get(4 + index, as: Int.self)) }
    }
}
