import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-classification`: finds out what registered complaints are.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-classification") { CommonSettings(&$0, port: 8081) }
        let log = Logger(service: "classification", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("classification"), size: 4, log: log)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("classification"), log: log)
            var limits = CaseConsumer<Examining>.Limits()
            // Each comes with its text: half as many as elsewhere keep a backlog within 60 MB.
            limits.batch = 250
            return [
                watch, ClockOffset(pool: pool, metrics: metrics, log: log),
                CaseConsumer(
                    Examining(), store: CaseStore(pool: pool, metrics: metrics), watch: watch, limits: limits,
                    metrics: metrics, log: log),
                TextIndexing(pool: pool, log: log),
                Server(
                    name: "jiesu-classification", listen: settings.listen.description,
                    certificate: settings.certificate, routes: [],
                    ready: { ["database": await pool.answers(), "broker": watch.broker != nil] }, metrics: metrics,
                    log: log),
            ]
        }
    }
}
