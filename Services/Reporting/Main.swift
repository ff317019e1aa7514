import Access
import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Pages
import Policies
import Postgres
import Telemetry
import WorkPages

/// `jiesu-reporting`: makes facts of what happens to cases, and answers with rates.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-reporting") { CommonSettings(&$0, port: 8085) }
        let log = Logger(service: "reporting", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("reporting"), size: 4, log: log)
            let store = CaseStore(pool: pool)
            var making = settings.database("reporting-facts")
            // Facts that a crash takes back are made again, for the case's mark of them goes with them.
            making.session["synchronous_commit"] = "off"
            let facts = CaseStore(pool: Pool(making, size: 2, log: log))
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("reporting"), log: log)
            let access = AccessStore(pool)
            let readers: [Role] = ["leader", "unit_head", "supervisor", "auditor", "admin"]
            let routes = ReportRoutes(
                store: ReportStore(pool: pool), cases: store,
                authorise: { _ = try await access.authorised($0, any: readers) })
            let pages = ReportPages(
                access: access, store: routes.store, cases: store, readers: readers)
            let open = PublicPages(store: routes.store, cases: store, rules: try Publication.shipped())
            return [
                watch, ClockOffset(pool: pool, metrics: metrics, log: log),
                CaseConsumer(FactMaking(), store: facts, watch: watch, metrics: metrics, log: log),
                Server(
                    name: "jiesu-reporting", listen: settings.listen.description, certificate: settings.certificate,
                    routes: access.routes + routes.all + pages.all + open.all,
                    ready: { ["database": await pool.answers()] }, problemPage: { Page.problem($0, home: "/reports") },
                    metrics: metrics, log: log
                ),
            ]
        }
    }
}
