import Access
import CaseAPI
import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Pages
import Postgres
import Telemetry
import WorkPages

/// `jiesu-routing`: hands cases out, decides what organisations ask for, and offers to run the relay.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-routing") { CommonSettings(&$0, port: 8082) }
        let log = Logger(service: "routing", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("routing"), size: 4, log: log)
            let store = CaseStore(pool: pool, metrics: metrics)
            let (book, access) = (CentreBook(pool: pool, store: store), AccessStore(pool))
            let pages = CasePages(prefix: "/dispatch", book: book, access: access, supervision: book)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("routing"), log: log)
            return [
                watch,
                Relay(settings: settings.database("relay"), watch: watch, metrics: metrics, log: log),
                CaseConsumer(Dispatching(), store: store, watch: watch, metrics: metrics, log: log),
                Deciding(store: store, metrics: metrics, log: log),
                HandingOver(store: store, log: log), Cleaning(pool: pool, log: log),
                Sealing(pool: pool, log: log),
                StoreGauges(pool: pool, metrics: metrics, log: log),
                ClockOffset(pool: pool, metrics: metrics, log: log),
                Server(
                    name: "jiesu-routing", listen: settings.listen.description, certificate: settings.certificate,
                    routes: CaseRoutes(book: book, access: access).all
                        + pages.all + [pages.searches]
                        + AdminPages(access: access, pool: pool, store: store).all,
                    ready: { ["database": await pool.answers(), "broker": watch.broker != nil] },
                    problemPage: { Page.problem($0, home: "/dispatch") }, metrics: metrics, log: log),
            ]
        }
    }
}
