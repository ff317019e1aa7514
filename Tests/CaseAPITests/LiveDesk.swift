import Access
import CaseAPI
import CaseStore
import HTTP
import Kafka
import Lifecycle
import Postgres
import Support
import WorkPages

@testable import Desk

/// A desk with its live events, in this process, under its own log-in, as long as one test needs it.
struct LiveDesk {
    let port: Int
    let token: String
    private let tasks: [Task<Void, any Error>]

    /// - Parameters:
    ///   - account: one of the fixture's people.
    ///   - pace: default: looks often, which no test has to wait for.
    init(
        _ fixture: DeskFixture, _ organisation: String = "city-urban", account: String = "officer",
        pace: LiveNews.Pace = .quick
    ) async throws {
        let pool = Pool(try fixture.database.settings(as: "jiesu_desk_\(organisation)"), size: 3, log: .silent)
        let access = AccessStore(pool)
        let watch = BrokerWatch(pool: pool, settings: KafkaSettings(brokers: ""), log: .silent)
        let book = NewsBook(pool: pool)
        let news = LiveNews(book: book, pace: pace, log: .silent)
        let pages = CasePages(
            prefix: "/desk", book: DeskBook(pool: pool), access: access, events: "/desk/events")
        let routes = access.routes + EventRoutes(news: news, access: access).all + pages.all
        let server = Server(name: "desk", listen: "127.0.0.1:0", routes: routes, log: .silent)
        try server.start()
        let services: [any Service] = [
            watch, news, InboxAlarm(book: book, watch: watch, bell: news.bell, log: .silent), server,
        ]
        tasks = services.map { service in Task { try await service.run() } }
        port = server.port ?? 0
        let answer = try await Client(port: port).send(
            "POST", "/api/v1/log-in", json: ["name": .string(account), "password": "a good password"])
        token = answer.json?["token"]?.string ?? ""
    }

    func listener() -> EventListener { EventListener(port: port, token: token) }

    /// As a process is stopped: the server first.
    func stop() async throws {
        for task in tasks.reversed() {
            task.cancel()
            try await task.value
        }
    }
}

extension LiveNews.Pace {
    static var quick: LiveNews.Pace {
        var pace = LiveNews.Pace()
        pace.sweep = .milliseconds(50)
        pace.pause = .milliseconds(1)
        return pace
    }
}
