import Lifecycle
import Postgres
import Telemetry

/// Looks at the tables every five seconds, for the gauges that no service could count for itself.
package struct StoreGauges: Service {
    package let name = "gauges"
    private let pool: Pool
    private let metrics: Metrics
    private let log: Logger

    package init(pool: Pool, metrics: Metrics, log: Logger) {
        self.pool = pool
        self.metrics = metrics
        self.log = log
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

    /// Counts stop at 100,000: an alert needs no more, and a count of millions would cost what it warns of.
    private func look() async throws {
        let (row, parked) = try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                """
                SELECT (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE NOT set_aside LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE set_aside LIMIT 100000) AS n),
                    coalesce((SELECT extract(epoch FROM jiesu.clock() - e.at)::float8
                        FROM (SELECT case_id, version FROM jiesu.outbox WHERE NOT set_aside ORDER BY id LIMIT 1) AS o
                        JOIN jiesu.case_event e USING (case_id, version)), 0),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file f WHERE state = 'registered' AND NOT EXISTS (
                        SELECT FROM jiesu.parked p WHERE p.service = 'classification' AND p.case_id = f.id) LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file f WHERE state = 'classified' AND NOT EXISTS (
                        SELECT FROM jiesu.parked p WHERE p.service = 'routing' AND p.case_id = f.id) LIMIT 100000) AS n)
                """,
                "SELECT service, count(*) FROM jiesu.parked GROUP BY service",
            ])
            return (try answers[0].only(), answers[1])
        }
        metrics.gauge(.outboxRows, "waiting").set(try row.get(0, as: Int.self))
        metrics.gauge(.outboxRows, "set_aside").set(try row.get(1, as: Int.self))
        metrics.gauge(.outboxOldestSeconds).set(try row.get(2, as: Double.self))
        metrics.gauge(.owedRows, "classification").set(try row.get(3, as: Int.self))
        metrics.gauge(.owedRows, "routing").set(try row.get(4, as: Int.self))
        var byService: [[String]: Double] = [:]
        for row in parked { byService[[try row.get(0)]] = Double(try row.get(1, as: Int.self)) }
        metrics.replace(.parkedRows, with: byService)
    }
}
