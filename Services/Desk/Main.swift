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

/// `jiesu-desk`: one organisation's own instance. Its database login says which organisation it speaks for.
@main
enum Main {
    static func main() async {
        let (settings, organisation) = Environment.orExit(program: "jiesu-desk") { environment in
            (
                CommonSettings(&environment, port: 8090),
                environment.optional(
                    "JIESU_ORG", .text("an organisation's code", example: "wangting-urban"),
                    "whose desk this is: with a database login that speaks for another it is never ready")
            )
        }
        let log = Logger(service: "desk", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.database("desk"), size: 4, log: log)
            let access = AccessStore(pool)
            let desk = DeskBook(pool: pool)
            let watch = BrokerWatch(pool: pool, settings: settings.kafka("desk"), log: log)
            let book = NewsBook(pool: pool)
            let news = LiveNews(book: book, log: log)
            return [
                watch, news, ClockOffset(pool: pool, metrics: metrics, log: log),
                InboxAlarm(book: book, watch: watch, bell: news.bell, organisation: organisation, log: log),
                Server(
                    name: "jiesu-desk", listen: settings.listen.description, certificate: settings.certificate,
                    routes: CaseRoutes(book: desk, access: access).all
                        + CasePages(prefix: "/desk", book: desk, access: access, events: "/desk/events").all
                        + EventRoutes(news: news, access: access).all,
                    ready: {
                        let isOurs = try? await book.speaks(for: organisation)
                        return ["database": isOurs != nil, "organisation": isOurs ?? true]
                    }, problemPage: { Page.problem($0, home: "/desk") },
                    metrics: metrics, log: log
                ),
            ]
        }
    }
}
