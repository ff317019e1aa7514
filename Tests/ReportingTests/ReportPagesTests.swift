import Access
import Casework
import HTTP
import Pages
import Postgres
import Support
import Testing
import WorkPages

@testable import Reporting

/// The reports in a browser.
struct ReportPagesTests {
    /// Two people, and the pages over the fixture's facts, served until the last reference goes.
    private final class Served: Sendable {
        let port: Int
        private let serving: Task<Void, any Error>

        init() async throws {
            let fixture = try await ReportingFixture()
            let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("city-urban")]
            try await fixture.add(1, handled + [Life.replied, Life.rated(.satisfied), Life.closed])
            try await fixture.add(2, handled + [Life.missed("close")])
            try await fixture.add(3, [])
            try await fixture.makeAll()
            let pool = try fixture.database.pool(size: 3)
            for (name, roles) in [("reader", ["supervisor"]), ("officer", ["officer"])] {
                _ = try await pool.withConnection {
                    try await $0.execute(
                        """
                        INSERT INTO jiesu.account (name, title, roles, password)
                        VALUES (\(name), \(name), \(roles), jiesu.password_hash('a good password'))
                        """)
                }
            }
            let pages = ReportPages(
                access: AccessStore(pool), store: fixture.reports, cases: fixture.cases,
                readers: ["supervisor"])
            let server = Server(
                name: "reports", listen: "127.0.0.1:0", routes: pages.all, problemPage: { Page.problem($0) },
                log: .silent)
            try server.start()
            port = server.port ?? 0
            serving = Task { try await server.run() }
        }

        deinit { serving.cancel() }

        func get(_ target: String, as name: String) async throws -> Client.Answer {
            let client = Client(port: port)
            let logIn = try await client.send(
                "POST", "/reports/log-in", headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array("name=\(name)&password=a%20good%20password".utf8))
            let cookie = try #require(logIn.headers["Set-Cookie"]?.split(separator: ";").first.map(String.init))
            return try await client.send("GET", target, headers: ["Accept": "text/html", "Cookie": cookie])
        }
    }

    private static let january = "from=1970-01-01&to=1970-01-31"

    @Test func `whoever may read reports reads them, as a table and as a file, and nobody else`() async throws {
        let served = try await Served()
        let page = try await served.get("/reports/rates?\(Self.january)", as: "reader")
        #expect(page.status == 200, "\(page.text)")
        #expect(page.text.contains("栖澜市城乡建设和城市管理局") && page.text.contains("33.33 %"))
        #expect(
            page.text.contains("满意率的分子") && page.text.contains("无数据") && page.text.contains(Measure.onTime.definition))
        let file = try await served.get("/reports/rates.csv?by=subject&\(Self.january)", as: "reader")
        #expect(file.headers["Content-Type"]?.hasPrefix("text/csv") == true && file.text.contains("信息通信"))
        #expect(try await served.get("/reports/rates?from=1970-02-30&to=x", as: "reader").status == 422)
        for path in ["rates", "rates.csv"] {
            let refused = try await served.get("/reports/\(path)?\(Self.january)", as: "officer")
            #expect(refused.status == 403 && !refused.text.contains("33.33"))
            #expect(try await Client(port: served.port).send("GET", "/reports/\(path)").status == 303)
        }
    }

    @Test func `from a figure one gets to the cases behind it, and from there to the case`() async throws {
        let served = try await Served()
        let page = try await served.get("/reports/rates?\(Self.january)", as: "reader")
        let link =
            "/reports/figure?by=organisation&amp;within=&amp;\(Self.january.replacing("&", with: "&amp;"))&amp;of=satisfaction&amp;part=counted&amp;group=city-urban"
        #expect(page.text.contains(link), "\(page.text)")
        let number = CaseNumber(id: 1).description
        let list = try await served.get(link.replacing("&amp;", with: "&"), as: "reader")
        #expect(list.text.contains("/reports/cases/\(number)") && list.text.contains("满意率的分子"))
        #expect(!list.text.contains(CaseNumber(id: 2).description))
        let file = try await served.get("/reports/cases/\(number)", as: "reader")
        #expect(file.status == 200 && file.text.contains("经过") && !file.text.contains("/text"))
        let all = try await served.get(
            "/reports/figure?by=organisation&within=&\(Self.january)&of=registered&part=whole&group=city-urban",
            as: "reader")
        #expect(all.text.contains(number) && all.text.contains(CaseNumber(id: 2).description), "\(all.text)")
        #expect(try await served.get("/reports/figure?of=closing&\(Self.january)", as: "officer").status == 403)
        #expect(try await served.get("/reports/figure?of=closing&from=x", as: "reader").status == 422)
    }

    @Test func `each scheme is shown against its own population, with the rates that it wants`() async throws {
        let served = try await Served()
        let page = try await served.get("/reports/schemes?\(Self.january)", as: "reader")
        #expect(page.status == 200 && page.text.contains("督办工单市民满意率") && page.text.contains("50 %"))
        #expect(page.text.contains("R-SV-07") && page.text.contains("测试"))
        let rates = try await served.get("/reports/rates?\(Self.january)", as: "reader")
        #expect(rates.text.contains("评价从何而来") && rates.text.contains("办理单位自己回访"))
        for name in ["本月", "上月", "本季", "上季", "今年", "去年"] { #expect(rates.text.contains(">\(name)</a>")) }
    }

    @Test(arguments: [true, false])
    func `a supervisor reads them in a browser`(javaScript: Bool) async throws {
        let served = try await Served()
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(served.port)/reports")
            try await browser.type("reader", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "h1").hasPrefix("统计："))
            try await browser.open("http://127.0.0.1:\(served.port)/reports/rates?\(Self.january)")
            #expect(try await browser.text(of: "table").contains("33.33 %"))
            #expect(try await browser.faults(of: "reports", judged: javaScript) == [])
            try await browser.follow("tbody td a")
            #expect(try await browser.text(of: "table").contains(CaseNumber(id: 1).description))
            #expect(try await browser.faults(of: "reports-figure", judged: javaScript) == [])
            try await browser.follow("tbody td a")
            #expect(try await browser.text(of: "h1").hasPrefix("工单"))
            #expect(try await browser.faults(of: "reports-case", judged: javaScript) == [])
            try await browser.open("http://127.0.0.1:\(served.port)/reports/schemes?\(Self.january)")
            #expect(try await browser.faults(of: "reports-schemes", judged: javaScript) == [])
        }
    }
}
