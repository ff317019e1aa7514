import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-routing`: hands classified cases out, and offers to run the relay.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-routing") { CommonSettings(&$0, port: 8082) }
        let log = Logger(service: "routing", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("routing"), size: 4, log: log)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("routing"), log: log)
            return [
                watch,
                Relay(settings: settings.database("relay"), watch: watch, metrics: metrics, log: log),
                CaseConsumer(
                    Dispatching(), store: CaseStore(pool: pool), watch: watch, metrics: metrics, log: log),
                StoreGauges(pool: pool, metrics: metrics, log: log),
                Server(
                    name: "jiesu-routing", listen: settings.listen.description, routes: [],
                    ready: { ["database": await pool.answers(), "broker": watch.broker != nil] }, metrics: metrics,
                    log: log),
            ]
        }
    }
}
