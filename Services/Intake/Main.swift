import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Postgres
import Telemetry

/// `jiesu-intake`: registers complaints that come over HTTP.
@main
enum Main {
    static func main() async {
        let (settings, line) = ServiceSettings.read(listen: "127.0.0.1:8080") { environment in
            environment.text("JIESU_LINE", default: "12345", expected: "the telephone number of the city's line")
        }
        let log = Logger(service: "intake", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            let pool = Pool(try settings.database("intake"), size: 8, log: log)
            let cases = CaseStore(pool: pool)
            let routes = ComplaintRoutes(
                registrar: Registrar(cases, log: log), store: IntakeStore(pool: pool), cases: cases, line: line)
            return [
                Server(
                    name: "jiesu-intake", listen: settings.listen, routes: routes.all,
                    ready: { ["database": await pool.answers()] }, metrics: metrics, log: log)
            ]
        }
    }
}
