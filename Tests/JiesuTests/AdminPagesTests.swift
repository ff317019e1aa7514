import Access
import CaseAPI
import CaseStore
import Foundation
import HTTP
import Pages
import Postgres
import Support
import Testing
import WorkPages

@testable import Jiesu
@testable import Routing

/// The administrator's pages, served by jiesu-routing under its own database login, which can do nothing of it without an administrator.
@Suite struct AdminPagesTests {
    private final class Site: Sendable {
        let city: City
        let port: Int
        private let tasks: [Task<Void, any Error>]

        init() async throws {
            city = try await City()
            for (name, organisation, roles) in [
                ("chief", nil, ["admin"]), ("clerk", nil, ["dispatcher"]), ("boss", "city-urban", ["admin", "leader"]),
            ] as [(String, String?, [String])] {
                _ = try await city.texts(
                    """
                    INSERT INTO jiesu.account (name, title, organisation, roles, password)
                    VALUES (\(name), \(name), \(organisation), \(roles), jiesu.password_hash('a good password')) RETURNING name
                    """)
            }
            let pool = try city.pool(as: "jiesu_routing")
            let (store, access) = (CaseStore(pool: pool), AccessStore(pool))
            let server = Server(
                name: "routing", listen: "127.0.0.1:0",
                routes: CasePages(prefix: "/dispatch", book: CentreBook(pool: pool, store: store), access: access).all
                    + AdminPages(access: access, pool: pool, store: store).all,
                problemPage: { Page.problem($0, home: "/dispatch") }, log: .silent)
            try server.start()
            port = server.port ?? 0
            let handing = HandingOver(store: store, log: .silent)
            tasks = [Task { try await server.run() }, Task { try await handing.run() }]
        }

        deinit { tasks.forEach { $0.cancel() } }

        func logIn(_ name: String) async throws -> Admin {
            let admin = Admin(port)
            let answer = try await admin.post("/log-in", ["name": [name], "password": ["a good password"]])
            try #require(answer.status == 303, "\(answer.text)")
            return admin
        }
    }

    /// A browser without JavaScript on these pages.
    private final class Admin {
        private let client: Client
        private var cookie: String?
        private var token: String?

        init(_ port: Int) { client = Client(port: port) }

        func get(_ path: String) async throws -> Client.Answer {
            let answer = try await send("GET", path, [])
            token =
                answer.text.firstMatch(of: /name=["']form_token["'] value=["']([0-9a-f]+)["']/).map { String($0.1) }
                ?? token
            return answer
        }

        /// Sends a form with this log-in's word.
        func post(_ path: String, _ fields: [String: [String]] = [:]) async throws -> Client.Answer {
            let token = token.map { [("form_token", $0)] } ?? []
            return try await send("POST", path, token + fields.flatMap { name, values in values.map { (name, $0) } })
        }

        private func send(_ method: String, _ path: String, _ fields: [(String, String)]) async throws -> Client.Answer
        {
            var unreserved = CharacterSet.alphanumerics
            unreserved.insert(charactersIn: "-._~")
            let body = fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")" }
                .joined(separator: "&")
            var headers: Headers = ["Accept": "text/html"]
            if method == "POST" { headers["Content-Type"] = "application/x-www-form-urlencoded" }
            headers["Cookie"] = cookie
            let answer = try await client.send(method, "/admin\(path)", headers: headers, body: Array(body.utf8))
            if let set = answer.headers["Set-Cookie"] { cookie = set.split(separator: ";").first.map(String.init) }
            return answer
        }
    }

    private func secret(_ answer: Client.Answer) throws -> String {
        String(try #require(answer.text.firstMatch(of: /class="big password">([0-9a-z-]+)</), "\(answer.text)").1)
    }

    private func id(_ name: String, _ site: Site) async throws -> Int {
        try await site.city.number("SELECT id FROM jiesu.account WHERE name = \(name)")
    }

    @Test func `accounts are added, given roles, disabled and reset, each password shown once`() async throws {
        let site = try await Site()
        let admin = try await site.logIn("chief")
        #expect(try await admin.get("/accounts").text.contains("chief"))
        let form = ["name": ["wang.fang"], "title": ["王芳"], "place": ["city-urban"], "roles": ["officer", "leader"]]
        let wrong = try await admin.post(
            "/accounts/new", ["name": ["Wang"], "title": [""], "place": ["nowhere"], "roles": ["emperor"]])
        #expect(wrong.status == 422)
        for words in ["用户名：只用", "姓名：1 到 60", "请选择单位", "至少选择一个角色"] { #expect(wrong.text.contains(words), "\(words)") }
        let added = try await admin.post("/accounts/new", form)
        let password = try secret(added)
        #expect(added.headers["Cache-Control"] == "no-store")
        #expect(try await admin.post("/accounts/new", form).status == 409)
        let number = try await id("wang.fang", site)
        let page = try await admin.get("/accounts/\(number)")
        #expect(page.text.contains("初始密码未改") && !page.text.contains(password))

        #expect(try await admin.post("/accounts/\(number)/roles", ["roles": ["officer"]]).status == 303)
        #expect(
            try await site.city.texts("SELECT array_to_string(roles, ',') FROM jiesu.account WHERE name = 'wang.fang'")
                == ["officer"])
        #expect(try await admin.post("/accounts/\(number)/roles").status == 422)
        let reset = try secret(try await admin.post("/accounts/\(number)/password"))
        #expect(reset != password)
        func letsIn(_ password: String) async throws -> Bool {
            try await site.city.number("SELECT count(*) FROM jiesu.log_in('wang.fang', \(password))") == 1
        }
        #expect(try await !letsIn(password))
        #expect(try await letsIn(reset))
        #expect(try await admin.post("/accounts/\(number)/disable").status == 303)
        #expect(try await admin.get("/accounts/\(number)").text.contains("已停用"))
        #expect(try await !letsIn(reset))
        #expect(try await admin.post("/accounts/\(number)/enable").status == 303)
        #expect(try await letsIn(reset))
        #expect(try await admin.get("/accounts/999999").status == 404)
        #expect(
            try await site.city.texts("SELECT act || ' ' || about FROM jiesu.administration ORDER BY id")
                == [
                    "account_added", "roles_set", "password_reset", "account_disabled", "account_enabled",
                ].map { "\($0) wang.fang" })
    }

    @Test func `the last administrator cannot shut out everybody`() async throws {
        let site = try await Site()
        let admin = try await site.logIn("chief")
        let number = try await id("chief", site)
        _ = try await admin.get("/accounts")
        #expect(try await admin.post("/accounts/\(number)/disable").status == 409)
        #expect(try await admin.post("/accounts/\(number)/roles", ["roles": ["dispatcher"]]).status == 409)
        #expect(
            try await admin.post(
                "/accounts/new", ["name": ["second"], "title": ["二"], "place": ["-"], "roles": ["admin"]]
            ).status == 200)
        #expect(try await admin.post("/accounts/\(number)/disable").status == 303)
    }

    @Test func `the list is paged and filtered`() async throws {
        let site = try await Site()
        _ = try await site.city.texts(
            """
            INSERT INTO jiesu.account (name, title, organisation, roles, password)
            SELECT 'p' || lpad(n::text, 3, '0'), 'x', 'city-health', '{officer}', 'x' FROM generate_series(1, 120) n RETURNING name
            """)
        let admin = try await site.logIn("chief")
        var (path, names) = ("/accounts?place=city-health", [String]())
        for _ in 0..<4 {
            let page = try await admin.get(path).text
            names += page.matches(of: /data-label="用户名">(p[0-9]+)</).map { String($0.1) }
            guard let next = page.firstMatch(of: /href='\/admin(\/accounts\?after=[^']+)'/) else { break }
            path = String(next.1).replacing("&amp;", with: "&")
        }
        #expect(names.count == 120 && names == names.sorted())
        #expect(try await admin.get("/accounts?place=-").text.contains("clerk"))
        #expect(try await !admin.get("/accounts?place=-").text.contains("boss"))
    }

    @Test func `nobody but an administrator of the centre gets in, nor does the service by itself`() async throws {
        let site = try await Site()
        for name in ["clerk", "boss"] {
            let other = try await site.logIn(name)
            for path in ["/accounts", "/accounts/new", "/organisations", "/organisations/city-urban", "/record"] {
                let answer = try await other.get(path)
                #expect(answer.status == 403, "\(name) \(path)")
                #expect(answer.text.contains("action=\"/admin/log-out\""), "and can log out")
            }
            #expect(try await other.post("/accounts/\(try await id("chief", site))/disable").status == 403)
        }
        let routing = try await Connection.connect(site.city.database.settings(as: "jiesu_routing"))
        for sql in [
            "SELECT * FROM jiesu.admin_accounts(NULL, NULL, NULL, 10)",
            "SELECT jiesu.admin_reset_password('x', 'chief', 'y')",
            "SELECT jiesu.admin_add_account(NULL, 'x', 'x', NULL, '{admin}', 'x')",
            "SELECT jiesu.admin_add_desk(NULL, 'city-land', 'x')",
            "SELECT jiesu.admin_set_roles('', 'clerk', '{admin}')",
            "SELECT jiesu.admin_disable_organisation(NULL, 'city-land', NULL, false)",
            "SELECT jiesu.admin_enable_organisation(NULL, 'city-land')",
            "SELECT * FROM jiesu.admin_acts(NULL, NULL, 10)",
            "SELECT * FROM jiesu.organisation_end", "SELECT jiesu.disable_organisation('city-land', NULL, false)",
            "SELECT jiesu.as_admin(NULL)",
            "SELECT FROM jiesu.administration",
        ] {
            await #expect(throws: PostgresError.self, "\(sql)") { try await routing.script(sql) }
        }
        let boss = try await AccessStore(site.city.pool).logIn(name: "boss", password: "a good password")
        let token = try #require(boss).token
        await #expect(throws: PostgresError.self) {
            _ = try await routing.query("SELECT jiesu.admin_set_disabled(\(token), 'chief', true)")
        }
        let foreign = try await site.logIn("chief")
        #expect(
            try await foreign.post("/accounts/1/disable", ["form_token": ["0000"]]).status == 403,
            "without the word of a page")
    }

    @Test func `an organisation is added, renamed, merged and disabled, and its cases follow by themselves`()
        async throws
    {
        let site = try await Site()
        let city = site.city
        let admin = try await site.logIn("chief")
        let code = "page-\(UInt32.random(in: 0 ... .max))"
        _ = try await admin.get("/organisations/new")
        let wrong = try await admin.post(
            "/organisations/new",
            ["code": ["X y"], "title": ["望汀区人民政府"], "level": ["moon"], "parent": ["x"], "region": ["wangting"]])
        #expect(wrong.status == 422)
        for words in ["代码：小写", "请选择层级", "请选择上级单位", "请选择分类"] { #expect(wrong.text.contains(words), "\(words)") }
        let added = try await admin.post(
            "/organisations/new",
            [
                "code": [code], "title": ["网页局\(code)"], "level": ["district"], "parent": ["wangting-government"],
                "region": ["wangting"], "subject": ["urban_construction"],
            ])
        #expect(added.status == 200 && added.text.matches(of: /class="big password"/).count == 2, "\(added.text)")
        let desk = try await Connection.connect(city.database.settings(as: "jiesu_desk_\(code)"))
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == code)
        #expect(try await admin.get("/organisations").text.contains("网页局\(code)"))
        let again = try await admin.post("/organisations/\(code)/complete")
        #expect(again.status == 200 && !again.text.contains("big password"))

        #expect(try await admin.post("/organisations/\(code)/rename", ["title": ["新网页局\(code)"]]).status == 303)
        #expect(try await admin.get("/organisations/\(code)").text.contains("<h1>新网页局\(code)</h1>"))
        #expect(try await admin.post("/organisations/\(code)/rename", ["title": [""]]).status == 422)

        let lead = try await OrganisationEndTests.cases(2, of: code, in: city)
        #expect(try await admin.post("/organisations/\(code)/disable").text.contains("还有未结工单"))
        #expect(try await admin.post("/organisations/\(code)/merge", ["into": [code]]).status == 422)
        #expect(try await admin.post("/organisations/\(code)/merge", ["into": ["wangting-urban"]]).status == 303)
        try await eventually("the service hands over") {
            try await city.texts("SELECT DISTINCT lead FROM jiesu.case_file WHERE id = ANY(\(lead))") == [
                "wangting-urban"
            ]
        }
        let page = try await admin.get("/organisations/\(code)")
        #expect(page.text.contains("已撤销，由") && !page.text.contains("id=\"merge\""))
        #expect(try await admin.post("/organisations/\(code)/complete").status == 404)
        #expect(!page.text.contains("/enable\""), "another took it over")
        let refused = try await admin.post("/organisations/\(code)/enable")
        #expect(refused.status == 409 && refused.text.contains("已由别的单位承接"), "\(refused.text)")
    }

    @Test
    func `an organisation that was disabled by mistake comes back from its page, and the record says who did what`()
        async throws
    {
        let site = try await Site()
        let admin = try await site.logIn("chief")
        let code = "back-\(UInt32.random(in: 0 ... .max))"
        _ = try await admin.get("/organisations/new")
        let added = try await admin.post(
            "/organisations/new",
            ["code": [code], "title": ["恢复局\(code)"], "level": ["district"], "parent": ["wangting-government"]])
        try #require(added.status == 200, "\(added.text)")
        #expect(try await admin.post("/organisations/\(code)/disable").status == 303)
        #expect(try await admin.get("/organisations/\(code)").text.contains("/organisations/\(code)/enable\""))
        #expect(try await admin.post("/organisations/\(code)/enable").status == 303)
        let page = try await admin.get("/organisations/\(code)").text
        #expect(page.contains("<dd id=\"state\">正常</dd>") && page.contains("id=\"merge\""))
        let record = try await admin.get("/record").text
        for act in ["新建单位", "建立数据库登录", "新建账号", "撤销单位", "恢复单位"] { #expect(record.contains(act), "\(act)") }
        #expect(record.contains("（chief）") && record.contains(code))

        _ = try await site.city.texts(
            "INSERT INTO jiesu.administration (act, about) SELECT 'roles_set', 'p' || n FROM generate_series(1, 230) n RETURNING act"
        )
        var (path, names) = ("/record", [String]())
        for _ in 0..<5 {
            let page = try await admin.get(path).text
            names += page.matches(of: /data-label="对象">(p[0-9]+)</).map { String($0.1) }
            guard let next = page.firstMatch(of: /href='\/admin(\/record\?before=[^']+)'/) else { break }
            path = String(next.1)
        }
        #expect(names == (1...230).reversed().map { "p\($0)" }, "the youngest first, page by page")
        #expect(try await admin.get("/record").text.contains("数据库登录 "), "and what was done without an account")
    }

    @Test(arguments: [true, false])
    func `an administrator works in a browser`(javaScript: Bool) async throws {
        let site = try await Site()
        try await Browser.with(javaScript: javaScript) { browser in
            func look(_ name: String) async throws {
                #expect(try await browser.faults(of: name, judged: javaScript) == [])
            }
            let address = "http://127.0.0.1:\(site.port)/admin"
            try await browser.open(address)
            try await browser.type("chief", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await look("admin-accounts")
            try await browser.follow("main p a")
            try await look("admin-account-new")
            try await browser.type("li.na", into: "#name")
            try await browser.type("李娜", into: "#title")
            try await browser.click("input[value=operator]")
            try await browser.follow("main form button")
            #expect(try await browser.text(of: "h1") == "账号已建立")
            try await look("admin-account-made")
            try await browser.open("\(address)/accounts/\(try await id("li.na", site))")
            try await look("admin-account")
            try await browser.open("\(address)/organisations")
            try await look("admin-organisations")
            try await browser.open("\(address)/organisations/new")
            try await look("admin-organisation-new")
            try await browser.open("\(address)/record")
            #expect(try await browser.text(of: "main").contains("新建账号"))
            try await look("admin-record")
            try await browser.open("\(address)/organisations/wangting-urban")
            try await browser.click("#merge summary")
            try await look("admin-organisation")
        }
    }
}
