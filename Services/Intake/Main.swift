import Access
import CaseStore
import Configuration
import Foundation
import HTTP
import Lifecycle
import Pages
import Postgres
import Telemetry
import WorkPages

/// `jiesu-intake`: registers complaints that come over HTTP.
@main
enum Main {
    static func main() async {
        let (settings, line) = Environment.orExit(program: "jiesu-intake") { environment in
            (
                CommonSettings(&environment, port: 8080),
                environment.value(
                    "JIESU_INTAKE_LINE", .text("a telephone number", example: "12345"), default: "12345",
                    "the line that a complaint is for if it names none")
            )
        }
        let log = Logger(service: "intake", level: settings.logLevel)
        await Lifecycle.main(log: log) {
            let metrics = Metrics()
            var database = settings.database("intake")
            // Whoever complains does not wait a minute for a server that has stopped answering.
            database.silenceAtMost = .seconds(10)
            let pool = Pool(database, size: 8, log: log)
            let cases = CaseStore(pool: pool, metrics: metrics)
            let routes = ComplaintRoutes(
                registrar: Registrar(cases, log: log), store: IntakeStore(pool: pool), cases: cases, line: line)
            let access = AccessStore(pool)
            let photos = PhotoStore(pool: Pool(database, size: 2, log: log))
            let voice = VoiceRoutes(store: routes.store, cases: cases)
            let operators = OperatorPages(
                site: WorkSite(prefix: "/operator", access: access, ways: OperatorPages.ways),
                complaints: routes, photos: photos, log: log)
            return [
                ClockOffset(pool: pool, metrics: metrics, log: log),
                Server(
                    name: "jiesu-intake", listen: settings.listen.description, certificate: settings.certificate,
                    routes: routes.all + OperatorRoutes(complaints: routes, access: access).all + voice.all
                        + PhotoRoutes(photos: photos, access: access).all
                        + CitizenPages(complaints: routes, voice: voice, photos: photos, log: log).all + operators.all,
                    ready: {
                        // A line that no profile governs would turn every complaint away that names none.
                        let known = (try? await cases.rulebook())?.profile(line: line) != nil
                        return ["database": await pool.answers(), "line": known]
                    }, problemPage: { Page.problem($0) }, metrics: metrics, log: log),
            ]
        }
    }
}
