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

/// `jiesu-callback`: whom to ask afterwards, and what was said.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-callback") { CommonSettings(&$0, port: 8084) }
        let log = Logger(service: "callback", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("callback"), size: 4, log: log)
            let book = CentreBook(pool: pool, store: CaseStore(pool: pool, metrics: metrics))
            let access = AccessStore(pool)
            let routes = CaseRoutes(book: book, access: access)
            return [
                Server(
                    name: "jiesu-callback", listen: settings.listen.description,
                    routes: routes.all + CasePages(prefix: "/callback", book: book, access: access).all,
                    ready: { ["database": await pool.answers()] }, problemPage: { Page.problem($0, home: "/callback") },
                    metrics: metrics, log: log
                )
            ]
        }
    }
}
