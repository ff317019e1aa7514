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

/// `jiesu-callback`: who speaks with complainants: what they are told, whom to ask afterwards, and what was said. It sends organisations
/// that cannot read Kafka what goes to their inbox, too.
@main
enum Main {
    static func main() async {
        let settings = Environment.orExit(program: "jiesu-callback", CallbackSettings.init)
        let log = Logger(service: "callback", level: settings.common.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(settings.common.database("callback"), size: 8, log: log)
            let store = CaseStore(pool: pool, metrics: metrics)
            let book = CentreBook(pool: pool, store: store)
            let access = AccessStore(pool)
            let notices = NoticeStore(pool)
            let pages = CasePages(prefix: "/callback", book: book, access: access, also: [NoticePages.way])
            let list = NoticeList(notices: notices, book: book)
            return [
                ClockOffset(pool: pool, metrics: metrics, log: log),
                NoticeSender(
                    notices: notices, store: store, sms: settings.sms, mail: settings.mail,
                    publicURL: settings.publicURL, reports: settings.reportToken != nil, metrics: metrics, log: log),
                NoticeTeller(notices: notices, store: store, log: log),
                WebhookSender(
                    webhooks: WebhookStore(Pool(settings.common.database("webhooks"), size: 4, log: log)),
                    proxy: settings.webhookProxy, metrics: metrics, log: log),
                Server(
                    name: "jiesu-callback", listen: settings.common.listen.description,
                    certificate: settings.common.certificate,
                    routes: CaseRoutes(book: book, access: access).all + pages.all
                        + NoticeRoutes(list: list, access: access, reportToken: settings.reportToken).all
                        + NoticePages(site: pages.site, list: list).all,
                    ready: { ["database": await pool.answers()] }, problemPage: { Page.problem($0, home: "/callback") },
                    metrics: metrics, log: log),
            ]
        }
    }
}
