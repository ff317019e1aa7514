import Access
import CaseAPI
import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-desk`: one organisation's own instance. Its database login says which organisation it speaks for.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-desk") { CommonSettings(&$0, port: 8090) }
        let log = Logger(service: "desk", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("desk"), size: 4, log: log)
            let routes = CaseRoutes(book: DeskBook(pool: pool), access: AccessStore(pool, log: log))
            return [
                Server(
                    name: "jiesu-desk", listen: settings.listen.description, routes: routes.all,
                    ready: { ["database": await pool.answers()] }, metrics: metrics, log: log)
            ]
        }
    }
}
