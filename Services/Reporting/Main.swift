import Access
import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-reporting`: makes facts of what happens to cases, and answers with rates.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-reporting") { CommonSettings(&$0, port: 8085) }
        let log = Logger(service: "reporting", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            var database = settings.database("reporting")
            // Facts that a crash takes back are made again, for the case's mark of them goes with them.
            database.session["synchronous_commit"] = "off"
            let pool = Pool(database, size: 4, log: log)
            let store = CaseStore(pool: pool)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("reporting"), log: log)
            let access = AccessStore(pool, log: log)
            let routes = ReportRoutes(
                store: ReportStore(pool: pool), cases: store,
                authorise: {
                    _ = try await access.authorised($0, any: ["leader", "unit_head", "supervisor", "auditor", "admin"])
                })
            return [
                watch, CaseConsumer(FactMaking(), store: store, watch: watch, metrics: metrics, log: log),
                Server(
                    name: "jiesu-reporting", listen: settings.listen.description, routes: access.routes + routes.all,
                    ready: { ["database": await pool.answers()] }, metrics: metrics, log: log),
            ]
        }
    }
}
