import Lifecycle
import Postgres
import Telemetry

/// Looks at the tables from time to time, for the gauges that no service could count for itself. While they cannot be
/// read, the gauges are not there.
package struct StoreGauges: Service {
    package let name = "gauges"
    private let pool: Pool
    private let pause: Duration
    private let metrics: Metrics
    private let log: Logger

    /// - Parameter pause: between two looks; default 5 s.
    package init(pool: Pool, pause: Duration = .seconds(5), metrics: Metrics, log: Logger) {
        self.pool = pool
        self.pause = pause
        self.metrics = metrics
        self.log = log
    }

    package func run() async throws {
        while !Task.isCancelled {
            do {
                try await look()
            } catch {
                log.warning("gauges cannot be read", ["reason": "\(error)"])
                for metric in [
                    Metric.outboxRows, .outboxOldestSeconds, .owedRows, .commandsWaiting, .parkedRows, .archiveFailing,
                    .archiveAgeSeconds,
                ] {
                    metrics.replace(metric, with: [:])
                }
            }
            await sleep(for: pause)
        }
    }

    /// Counts stop at 100,000: an alert needs no more, and a count of millions would cost what it warns of.
    private func look() async throws {
        let (row, parked, archive) = try await pool.withConnection { connection in
            let answers = try await connection.pipeline([
                """
                SELECT (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE NOT set_aside LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.outbox WHERE set_aside LIMIT 100000) AS n),
                    coalesce((SELECT extract(epoch FROM clock_timestamp() - queued_at)::float8
                        FROM jiesu.outbox WHERE NOT set_aside ORDER BY id LIMIT 1), 0),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file f WHERE state = 'registered' AND NOT EXISTS (
                        SELECT FROM jiesu.parked p WHERE p.service = 'classification' AND p.case_id = f.id) LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file f WHERE state = 'classified' AND NOT EXISTS (
                        SELECT FROM jiesu.parked p WHERE p.service = 'routing' AND p.case_id = f.id) LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.case_file f WHERE reported < version AND NOT EXISTS (
                        SELECT FROM jiesu.parked p WHERE p.service = 'reporting' AND p.case_id = f.id) LIMIT 100000) AS n),
                    (SELECT count(*) FROM (SELECT FROM jiesu.command WHERE decided_at IS NULL LIMIT 100000) AS n)
                """,
                "SELECT service, count(*) FROM jiesu.parked GROUP BY service",
                """
                SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)::int,
                    extract(epoch FROM clock_timestamp()
                        - coalesce(last_archived_time, stats_reset, pg_postmaster_start_time()))::float8
                FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'
                """,
            ])
            return (try answers[0].only(), answers[1], answers[2].first)
        }
        metrics.replace(.outboxRows, with: [["waiting"]: try row.get(0), ["set_aside"]: try row.get(1)])
        metrics.replace(.outboxOldestSeconds, with: [[]: try row.get(2)])
        metrics.replace(
            .owedRows,
            with: [
                ["classification"]: try row.get(3), ["routing"]: try row.get(4), ["reporting"]: try row.get(5),
            ])
        metrics.replace(.commandsWaiting, with: [[]: try row.get(6)])
        var byService: [[String]: Double] = [:]
        for row in parked { byService[[try row.get(0)]] = try row.get(1) }
        metrics.replace(.parkedRows, with: byService)
        metrics.replace(.archiveFailing, with: try archive.map { [[]: try $0.get(0)] } ?? [:])
        metrics.replace(.archiveAgeSeconds, with: try archive.map { [[]: try $0.get(1)] } ?? [:])
    }
}
