import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Postgres
import Support
import Testing
import WorkPages

@testable import Callback

/// What was not delivered, as callback agents see it.
@Suite(.timeLimit(.minutes(3)))
struct NoticePagesTests {
    /// The site with two failed notices: of a case, and of one that an organisation is complained about in.
    private final class Site: Sendable {
        let fixture: NoticeFixture
        let port: Int
        let number: CaseNumber
        let other: CaseNumber
        private let task: Task<Void, any Error>

        init() async throws {
            fixture = try await NoticeFixture()
            try await fixture.notices.announce(sends: true)
            let ids = [try await fixture.register(), try await fixture.register()]
            (number, other) = (CaseNumber(id: ids[0]), CaseNumber(id: ids[1]))
            try await fixture.give(
                .classify(
                    Finding(
                        nature: "complaint", subject: "urban_construction", urgency: "ordinary",
                        accused: ["city-hotline"])),
                to: ids[1])
            try await fixture.execute(
                "UPDATE jiesu.notice SET state = 'failed', next_at = NULL, attempts = 8, means = 'sms', error = 'status 503'"
            )
            for (name, organisation, roles) in [
                ("agent", nil, "{callback_agent}"), ("officer", nil, "{officer}"),
                ("hotline", "city-hotline", "{callback_agent}"), ("stranger", "city-health", "{callback_agent}"),
            ] as [(String, String?, String)] {
                try await fixture.execute(
                    """
                    INSERT INTO jiesu.account (name, title, organisation, roles, password)
                    VALUES (\(name), \(name), \(organisation), \(roles)::text[], jiesu.password_hash('a good password'))
                    """)
            }
            let access = AccessStore(fixture.pool)
            let book = CentreBook(pool: fixture.pool, store: fixture.store)
            let pages = CasePages(prefix: "/callback", book: book, access: access, also: [NoticePages.way])
            let list = NoticeList(notices: fixture.notices, book: book)
            let server = Server(
                name: "callback", listen: "127.0.0.1:0",
                routes: CaseRoutes(book: book, access: access).all + pages.all
                    + NoticeRoutes(list: list, access: access, reportToken: nil).all
                    + NoticePages(site: pages.site, list: list).all,
                problemPage: { Page.problem($0, home: "/callback") }, log: .silent)
            try server.start()
            port = server.port ?? 0
            task = Task { try await server.run() }
        }

        deinit { task.cancel() }

        func ask(
            _ name: String, _ method: String, _ path: String
        ) async throws -> Client.Answer {
            let client = Client(port: port)
            let logIn = try await client.send(
                "POST", "/api/v1/log-in", json: ["name": .string(name), "password": "a good password"])
            let token = try #require(logIn.json?["token"]?.string, "\(logIn.text)")
            return try await client.send(method, path, headers: ["Authorization": "Bearer \(token)"])
        }

        func numbers(_ name: String) async throws -> [String] {
            let answer = try await ask(name, "GET", "/api/v1/notices")
            return (answer.json?["notices"]?.array ?? []).compactMap { $0["number"]?.string }
        }
    }

    @Test func `a list shows what failed to whoever may see the case, and never how the person is reached`()
        async throws
    {
        let site = try await Site()
        let answer = try await site.ask("agent", "GET", "/api/v1/notices?state=failed")
        #expect(try await site.numbers("agent") == [site.number.description, site.other.description])
        #expect(!answer.text.contains(NoticeFixture.phone) && !answer.text.contains("示例人"))
        let first = try #require(answer.json?["notices"]?[0])
        #expect(first["title"] == "登记告知" && first["attempts"] == 8 && first["error"] == "status 503")
        #expect(try await site.numbers("hotline") == [site.number.description], "nothing of a case about oneself")
        #expect(try await site.numbers("stranger") == [])
        #expect(try await site.ask("officer", "GET", "/api/v1/notices").status == 403)
        #expect(try await site.ask("agent", "GET", "/api/v1/notices?state=waiting").json?["notices"] == [])

        let again = "/api/v1/notices/\(site.other)/1/again"
        #expect(try await site.ask("hotline", "POST", again).status == 404)
        #expect(try await site.ask("officer", "POST", again).status == 403)
        #expect(try await site.ask("agent", "POST", again).status == 204)
        #expect(try await site.ask("agent", "POST", again).status == 404, "it waits by now")
        #expect(
            try await site.fixture.number(
                """
                SELECT count(*) FROM jiesu.notice n JOIN jiesu.account a ON a.id = n.asked_by
                WHERE n.case_id = \(site.other.id) AND a.name = 'agent' AND n.state = 'waiting' AND n.attempts = 0
                """) == 1)
        #expect(
            try await site.ask("agent", "GET", "/api/v1/notices?state=waiting").json?["notices"]?.array?.count == 1)
    }

    @Test(arguments: [true, false])
    func `an agent has what failed sent again in a browser`(javaScript: Bool) async throws {
        let site = try await Site()
        try await Browser.with(javaScript: javaScript) { browser in
            func look(_ name: String) async throws {
                #expect(try await browser.faults(of: name, judged: javaScript) == [])
            }
            try await browser.open("http://127.0.0.1:\(site.port)/callback")
            try await browser.type("agent", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.follow("header nav a[href='/callback/notices']")
            #expect(try await browser.text(of: "h1") == "没有送达的告知")
            #expect(try await browser.text(of: "tbody").contains(site.number.description))
            try await look("notices-failed")
            try await browser.follow("td form button")
            #expect(
                try await browser.text(of: "[role=status]") == "\(site.number) 的告知会再发一次。")
            try await look("notices-again")
            try await browser.open("http://127.0.0.1:\(site.port)/callback/notices?state=waiting")
            #expect(try await browser.text(of: "tbody").contains(site.number.description))
            try await look("notices-waiting")
        }
    }
}
