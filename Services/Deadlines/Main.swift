import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-deadlines`: fires targets, warnings, limits and escalation steps, once each.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-deadlines") { CommonSettings(&$0, port: 8083) }
        let log = Logger(service: "deadlines", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("deadlines"), size: 4, log: log)
            let store = CaseStore(pool: pool)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("deadlines"), log: log)
            let membership = Membership(
                count: Int(try await store.rulebook().partitions), watch: watch, log: log)
            return [
                watch, membership, ClockOffset(pool: pool, metrics: metrics, log: log),
                Watching(store: store, membership: membership, metrics: metrics, log: log),
                Server(
                    name: "jiesu-deadlines", listen: settings.listen.description, certificate: settings.certificate,
                    routes: [],
                    ready: { ["database": await pool.answers()] }, metrics: metrics, log: log),
            ]
        }
    }
}
