import CaseAPI
import CaseStore
import Casework
import Foundation
import HTTP
import Pages
import Postgres
import Support
import Testing
import WorkPages

@testable import Access

/// The pages of people at work, as a browser without JavaScript uses them, and in a real Chromium.
@Suite struct WorkPagesTests {
    /// A desk and the centre with their pages, and the centre's hands that decide what the desk asks.
    final class Site: Sendable {
        let fixture: DeskFixture
        let ports: (desk: Int, centre: Int)
        private let tasks: [Task<Void, any Error>]

        init() async throws {
            let fixture = try await DeskFixture()
            self.fixture = fixture
            let pool = Pool(try fixture.database.settings(as: "jiesu_desk_city-urban"), size: 3, log: .silent)
            let desk = Server(
                name: "desk", listen: "127.0.0.1:0",
                routes: CasePages(
                    prefix: "/desk", book: DeskBook(pool: pool, patience: .seconds(20)), access: AccessStore(pool)
                ).all, problemPage: { Page.problem($0) }, log: .silent)
            let pages = CasePages(
                prefix: "/dispatch", book: CentreBook(pool: fixture.pool, store: fixture.store),
                access: AccessStore(fixture.pool),
                supervision: CentreBook(pool: fixture.pool, store: fixture.store))
            let centre = Server(
                name: "centre", listen: "127.0.0.1:0", routes: pages.all + [pages.searches],
                problemPage: { Page.problem($0) }, log: .silent)
            try desk.start()
            try centre.start()
            ports = (desk.port ?? 0, centre.port ?? 0)
            tasks = [
                Task { try await desk.run() }, Task { try await centre.run() },
                Task {
                    while !Task.isCancelled {
                        if try await fixture.store.decideCommands(limit: 10) == 0 {
                            try? await Task.sleep(for: .milliseconds(10))
                        }
                    }
                },
            ]
        }

        deinit { tasks.forEach { $0.cancel() } }
    }

    /// A browser's memory of one cookie.
    final class Visitor {
        let port: Int
        var cookie: String?

        init(_ port: Int) { self.port = port }

        func get(_ path: String) async throws -> Client.Answer { try await send("GET", path, [:]) }

        func post(_ path: String, _ fields: [String: String]) async throws -> Client.Answer {
            try await send("POST", path, fields)
        }

        private func send(_ method: String, _ path: String, _ fields: [String: String]) async throws -> Client.Answer {
            var unreserved = CharacterSet.alphanumerics
            unreserved.insert(charactersIn: "-._~")
            let body = fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")" }
                .joined(separator: "&")
            var headers: Headers = ["Accept": "text/html"]
            if method == "POST" { headers["Content-Type"] = "application/x-www-form-urlencoded" }
            headers["Cookie"] = cookie
            let answer = try await Client(port: port).send(method, path, headers: headers, body: Array(body.utf8))
            if let set = answer.headers["Set-Cookie"] { cookie = set.split(separator: ";").first.map(String.init) }
            return answer
        }

        func logIn(_ name: String, at prefix: String) async throws {
            let answer = try await post("\(prefix)/log-in", ["name": name, "password": "a good password"])
            try #require(answer.status == 303, "\(answer.text)")
        }
    }

    /// What every form of a page brings along.
    private func token(_ page: Client.Answer) throws -> [String: String] {
        try hidden(page).filter { $0.key == "form_token" }
    }

    /// The hidden fields of the form with this action and, if given, this kind of order.
    private func hidden(_ page: Client.Answer, kind: String? = nil) throws -> [String: String] {
        var text = page.text[...]
        if let kind { text = text[try #require(text.range(of: "id=\"\(kind)\""), "no form \(kind)").lowerBound...] }
        var fields: [String: String] = [:]
        let pattern = /type=["']hidden["'] name=["']([a-z_]+)["'] value=["']([^"']*)["']/
        for match in text.matches(of: pattern) where fields[String(match.1)] == nil {
            fields[String(match.1)] = String(match.2)
        }
        return fields
    }

    @Test func `an officer logs in, looks, reads on record, signs and answers; what is wrong is said and kept`()
        async throws
    {
        let site = try await Site()
        let id = try await site.fixture.dispatched(1)[0]
        let number = CaseNumber(id: id).description
        let officer = Visitor(site.ports.desk)
        #expect(try await officer.get("/desk").headers["Location"] == "/desk/cases")
        #expect(try await officer.get("/desk/cases").headers["Location"] == "/desk/log-in")
        let wrong = try await officer.post("/desk/log-in", ["name": "officer", "password": "a bad password"])
        #expect(wrong.status == 401 && wrong.text.contains("用户名或密码不正确") && officer.cookie == nil)
        let right = try await officer.post("/desk/log-in", ["name": "officer", "password": "a good password"])
        let set = try #require(right.headers["Set-Cookie"])
        #expect(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"))

        let list = try await officer.get("/desk/cases")
        #expect(list.text.contains(number) && !list.text.contains("秘密"))
        let page = try await officer.get("/desk/cases/\(number)")
        #expect(page.text.contains("实名") && page.text.contains("协办单位"))
        #expect(page.text.contains("id=\"sign\"") && !page.text.contains("id=\"dispatch\""), "what may be ordered")
        #expect(!page.text.contains("秘密"))
        _ = try await site.fixture.pool.withConnection {
            try await $0.execute(
                #"UPDATE jiesu.submission SET particulars = '{"outlet": "<b>示例报"}' WHERE case_id = \#(id)"#)
        }
        let text = try await officer.post("/desk/cases/\(number)/text", try token(page))
        #expect(text.text.contains("秘密正文") && text.text.contains("000-0000"))
        #expect(text.text.contains("<dt>媒体名称</dt><dd class='pre'>&lt;b&gt;示例报</dd>"))
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id)") == 1)

        let signed = try await officer.post("/desk/cases/\(number)/orders", try hidden(page, kind: "sign"))
        #expect(signed.headers["Location"] == "/desk/cases/\(number)?done=sign", "\(signed.text)")
        let after = try await officer.get("/desk/cases/\(number)?done=sign")
        #expect(after.text.contains("已办：签收") && after.text.contains("办理中"))
        #expect(!after.text.contains("id=\"sign\""), "signed once")

        var reply = try hidden(after, kind: "reply")
        reply.merge(["reply-to": "complainant", "reply-form": "written", "reply-outcome": "explained"]) { $1 }
        let incomplete = try await officer.post("/desk/cases/\(number)/orders", reply)
        #expect(incomplete.status == 422 && incomplete.text.contains("答复全文：请填写"))
        #expect(incomplete.text.contains("value='written' selected"), "what was answered is kept")
        reply["reply-note"] = "已更换 <b>"
        let invented = try await officer.post(
            "/desk/cases/\(number)/orders", reply.merging(["reply-outcome": "bogus"]) { $1 })
        #expect(invented.status == 422 && invented.text.contains("结果：请选择"))
        let replied = try await officer.post("/desk/cases/\(number)/orders", reply)
        #expect(replied.status == 303, "\(replied.text)")
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.note WHERE text = '已更换 <b>'") == 1)
        let read = try await officer.post("/desk/cases/\(number)/text", try token(after))
        #expect(read.text.contains("已更换 &lt;b&gt;"), "what was typed is read where the complaint is")
        #expect(!read.text.contains("没有办成"))
        #expect(try await officer.get("/desk/cases/\(number)").text.contains("答复（书面，答复、解释）"), "how and with what")
        let late = try await officer.post("/desk/cases/\(number)/orders", try hidden(page, kind: "return"))
        #expect(late.status == 422 || late.status == 409)
    }

    @Test func `a form from elsewhere, another organisation's case and a log-in that ended open nothing`() async throws
    {
        let site = try await Site()
        let id = try await site.fixture.dispatched(1)[0]
        let number = CaseNumber(id: id).description
        let officer = Visitor(site.ports.desk)
        try await officer.logIn("officer", at: "/desk")
        let page = try await officer.get("/desk/cases/\(number)")
        var form = try hidden(page, kind: "sign")
        for foreign in ["", "0000"] {
            form["form_token"] = foreign
            #expect(try await officer.post("/desk/cases/\(number)/orders", form).status == 403)
        }
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.command") == 0)

        let other = try await site.fixture.dispatched(1, to: "city-health")[0]
        for path in ["/desk/cases/\(CaseNumber(id: other))", "/desk/cases/\(CaseNumber(id: 4711))", "/desk/cases/x"] {
            let answer = try await officer.get(path)
            #expect(answer.status == 404 && answer.text.contains("没有查到"), "\(path)")
        }
        let stranger = Visitor(site.ports.desk)
        #expect(
            try await stranger.post("/desk/log-in", ["name": "stranger", "password": "a good password"]).status == 401)
        stranger.cookie = "jiesu=" + String(repeating: "0", count: 64)
        #expect(try await stranger.get("/desk/cases").status == 303)

        let again = Visitor(site.ports.desk)
        again.cookie = officer.cookie
        let out = try await officer.post("/desk/log-out", try token(page))
        #expect(out.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
        #expect(try await again.get("/desk/cases").status == 303, "the log-in has ended, whoever has its cookie")
    }

    @Test func `a password is changed by who has it, which ends all other log-ins; an unused log-in ends by itself`()
        async throws
    {
        let site = try await Site()
        let (here, elsewhere) = (Visitor(site.ports.desk), Visitor(site.ports.desk))
        try await here.logIn("officer", at: "/desk")
        try await elsewhere.logIn("officer", at: "/desk")
        let token = try token(try await here.get("/desk/password"))
        func change(_ old: String, _ new: String, _ again: String) async throws -> Client.Answer {
            try await here.post("/desk/password", token.merging(["old": old, "new": new, "again": again]) { $1 })
        }
        #expect(try await change("wrong", "another good one", "another good one").text.contains("现在的密码不正确"))
        #expect(try await change("a good password", "short", "short").status == 422)
        #expect(try await change("a good password", "another good one", "another one").status == 422)
        #expect(try await change("a good password", "another good one", "another good one").status == 200)
        #expect(try await here.get("/desk/cases").status == 200)
        try await eventually("the other log-in ends within the seconds for which sessions are kept") {
            try await elsewhere.get("/desk/cases").status == 303
        }
        #expect(
            try await elsewhere.post("/desk/log-in", ["name": "officer", "password": "a good password"]).status == 401)
        #expect(
            try await elsewhere.post("/desk/log-in", ["name": "officer", "password": "another good one"]).status == 303)
        _ = try await site.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.log_in SET seen_at = seen_at - interval '3 hours'")
        }
        try await eventually("nobody was there for three hours") { try await here.get("/desk/cases").status == 303 }
    }

    @Test func `with a first password there is one page alone, which says so and lets out`() async throws {
        let site = try await Site()
        _ = try await site.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.account SET must_change = true WHERE name = 'officer'")
        }
        let number = CaseNumber(id: try await site.fixture.dispatched(1)[0]).description
        let officer = Visitor(site.ports.desk)
        try await officer.logIn("officer", at: "/desk")
        for path in ["/desk/cases", "/desk/cases/\(number)", "/desk/callbacks", "/desk/deputies"] {
            let answer = try await officer.get(path)
            #expect(answer.status == 403 && answer.text.contains("请先修改初始密码"), "\(path)")
            #expect(!answer.text.contains(number) && answer.text.contains("action=\"/desk/log-out\""))
        }
        let page = try await officer.get("/desk/password")
        let token = try token(page)
        #expect(page.status == 200 && page.text.contains("请先修改初始密码"))
        #expect(try await officer.post("/desk/cases/\(number)/text", token).status == 403)
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.access_log") == 0)
        func change(_ new: String) async throws -> Client.Answer {
            try await officer.post(
                "/desk/password", token.merging(["old": "a good password", "new": new, "again": new]) { $1 })
        }
        for (new, reason) in [("officer-42-xy", "不能含有用户名"), ("aaaaaaaaaaaa", "不同的字符"), ("password1234", "太常见")] {
            let weak = try await change(new)
            #expect(weak.status == 422 && weak.text.contains(reason), "\(new)")
        }
        #expect(try await change("mnt-rk7-wlpq").status == 200)
        #expect(try await officer.get("/desk/cases").text.contains(number))
    }

    @Test(arguments: [true, false])
    func `a newcomer changes the first password in a browser, and a leader names a deputy`(javaScript: Bool)
        async throws
    {
        let site = try await Site()
        _ = try await site.fixture.pool.withConnection {
            try await $0.script(
                "UPDATE jiesu.account SET must_change = true WHERE name = 'officer';"
                    + "INSERT INTO jiesu.account (name, title, organisation, roles, password) VALUES"
                    + " ('colleague', '同事', 'city-urban', '{officer}', jiesu.password_hash('a good password'))")
        }
        try await Browser.with(javaScript: javaScript) { browser in
            func look(_ name: String) async throws {
                #expect(try await browser.faults(of: name, judged: javaScript) == [])
            }
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk")
            try await browser.type("officer", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "h1") == "请先修改初始密码")
            try await look("desk-first-password")
            try await browser.type("a good password", into: "#old")
            for field in ["#new", "#again"] { try await browser.type("mnt-rk7-wlpq", into: field) }
            try await browser.follow("main form button")
            try await browser.follow("main p a")
            #expect(try await browser.text(of: "h1") == "待办工单")

            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk/deputies")
            try await look("desk-deputies-none")
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk/cases/0000000000")
            try await look("desk-unknown")
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk/deputies")
            _ = try await site.fixture.pool.withConnection {
                try await $0.script(
                    """
                    INSERT INTO jiesu.deputy (absent, deputy, from_at, until_at)
                    SELECT a.id, b.id, jiesu.clock(), jiesu.clock() + interval '7 days'
                    FROM jiesu.account a, jiesu.account b WHERE a.name = 'officer' AND b.name = 'colleague'
                    """)
            }
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk/deputies")
            try await look("desk-deputies")
            try await browser.follow("li button")
            #expect(try await browser.text(of: "main").contains("没有代行安排"))
        }
    }

    @Test func `a leader away has the deputy approve, and the case's page says so`() async throws {
        let site = try await Site()
        let fixture = site.fixture
        _ = try await fixture.pool.withConnection {
            try await $0.script(
                "UPDATE jiesu.account SET roles = '{officer,unit_head,leader,section_head}' WHERE name = 'officer';"
                    + "INSERT INTO jiesu.account (name, title, organisation, roles, password) VALUES"
                    + " ('colleague', '同事', 'city-urban', '{officer}', jiesu.password_hash('a good password'))")
        }
        let number = CaseNumber(id: try await fixture.dispatched(1)[0]).description
        let (leader, colleague) = (Visitor(site.ports.desk), Visitor(site.ports.desk))
        try await leader.logIn("officer", at: "/desk")
        try await colleague.logIn("colleague", at: "/desk")
        func order(_ who: Visitor, _ kind: String, _ answers: [String: String] = [:]) async throws -> Client.Answer {
            let page = try await who.get("/desk/cases/\(number)")
            return try await who.post(
                "/desk/cases/\(number)/orders", try hidden(page, kind: kind).merging(answers) { $1 })
        }
        #expect(try await order(leader, "sign").status == 303)
        #expect(try await !colleague.get("/desk/cases/\(number)").text.contains("id=\"instruct\""))

        let today = String(try await fixture.store.now().readable.prefix(10))
        let form = try token(try await leader.get("/desk/deputies"))
        func name(_ deputy: String, _ from: String, _ until: String) async throws -> Client.Answer {
            try await leader.post(
                "/desk/deputies", form.merging(["deputy": deputy, "from": from, "until": until]) { $1 })
        }
        #expect(try await name("stranger", today, today).text.contains("同一单位没有这个用户名"), "of another organisation")
        #expect(try await name("colleague", "2026-02-30", today).status == 422)
        #expect(try await name("colleague", today, today).status == 303)
        #expect(try await leader.get("/desk/deputies").text.contains("同事（colleague）代行审批"))
        try await eventually("what is kept of the session is asked anew") {
            try await colleague.get("/desk/cases/\(number)").text.contains("id=\"instruct\"")
        }
        #expect(try await order(colleague, "instruct", ["instruct-note": "同意"]).status == 303)
        #expect(try await leader.get("/desk/cases/\(number)").text.contains("批示（代行审批）"))
        #expect(
            try await fixture.number(
                "SELECT (payload::jsonb ->> 'absent')::int FROM jiesu.case_event WHERE kind = 'instructed'")
                == Int(fixture.officer))

        let list = try await leader.get("/desk/deputies")
        let id = try #require(list.text.firstMatch(of: /name="id" value="([0-9]+)"/)?.1)
        #expect(
            try await colleague.post(
                "/desk/deputies/end",
                try token(try await colleague.get("/desk/deputies"))
                    .merging(["id": String(id)]) { $1 }
            ).status == 409, "it is not the deputy's to end")
        #expect(try await leader.post("/desk/deputies/end", form.merging(["id": String(id)]) { $1 }).status == 303)
        #expect(try await leader.get("/desk/deputies").text.contains("没有代行安排"))
    }

    @Test func `a leader sees in a browser and by the API who read what, an officer does not`() async throws {
        let site = try await Site()
        let number = CaseNumber(id: try await site.fixture.dispatched(1)[0]).description
        _ = try await site.fixture.pool.withConnection {
            try await $0.script(
                "INSERT INTO jiesu.account (name, title, organisation, roles, password) VALUES"
                    + " ('colleague', '同事', 'city-urban', '{officer}', jiesu.password_hash('a good password'))")
        }
        let colleague = Visitor(site.ports.desk)
        try await colleague.logIn("colleague", at: "/desk")
        let page = try await colleague.get("/desk/cases/\(number)")
        #expect(!page.text.contains("/desk/reads"), "not offered")
        #expect(try await colleague.get("/desk/reads").status == 403)
        #expect(try await colleague.post("/desk/cases/\(number)/text", try token(page)).status == 200)

        let leader = Visitor(site.ports.desk)
        try await leader.logIn("officer", at: "/desk")
        for wrong in ["number=x", "account=x", "from=2026-02-30", "from=2026-02-02&until=2026-02-01"] {
            #expect(try await leader.get("/desk/reads?\(wrong)").status == 422, "\(wrong)")
        }
        #expect(try await leader.get("/desk/reads?until=2001-01-01&from=2001-01-01").text.contains("没有查阅"))
        let access = AccessStore(site.fixture.pool)
        let routes = Server(
            name: "api", listen: "127.0.0.1:0",
            routes: CaseRoutes(
                book: CentreBook(pool: site.fixture.pool, store: site.fixture.store), access: access
            ).all, log: .silent)
        try routes.start()
        let serving = Task { try await routes.run() }
        defer { serving.cancel() }
        func ask(_ name: String, _ query: String) async throws -> Client.Answer {
            let logIn = try #require(try await access.logIn(name: name, password: "a good password"))
            return try await Client(port: routes.port ?? 0).send(
                "GET", "/api/v1/reads?\(query)", headers: ["Authorization": "Bearer \(logIn.token)"])
        }
        let today = String(try await site.fixture.store.now().readable.prefix(10))
        let found = try await ask("officer", "from=\(today)&until=\(today)&number=\(number)")
        #expect(found.json?["reads"]?.array?.compactMap { $0["name"]?.string } == ["colleague"], "\(found.text)")
        #expect(try await ask("officer", "from=\(today)&until=2001-01-01").status == 422)
        #expect(try await ask("colleague", "from=\(today)&until=\(today)").status == 403)

        try await Browser.with(javaScript: true) { browser in
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk")
            try await browser.type("officer", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.follow("header a[href='/desk/reads']")
            #expect(try await browser.text(of: "tbody").contains("同事（colleague"))
            #expect(try await browser.faults(of: "desk-reads", judged: true) == [])
            try await browser.follow("tbody td a")
            #expect(try await browser.address().contains("number=\(number)"))
            #expect(try await browser.text(of: "tbody").contains("办理"))
        }
    }

    @Test func `what was typed when the log-in had ended is sent after the next one, once and by a click`() async throws
    {
        let site = try await Site()
        let number = CaseNumber(id: try await site.fixture.dispatched(1)[0]).description
        let officer = Visitor(site.ports.desk)
        try await officer.logIn("officer", at: "/desk")
        #expect(
            try await officer.post(
                "/desk/cases/\(number)/orders", try hidden(try await officer.get("/desk/cases/\(number)"), kind: "sign")
            ).status == 303)
        var note = try hidden(try await officer.get("/desk/cases/\(number)"), kind: "note")
        note["note-note"] = "现场'查看'了 <b>三</b> 次 & 拍照"
        officer.cookie = "jiesu=" + String(repeating: "0", count: 64)
        let late = try await officer.post("/desk/cases/\(number)/orders", note)
        #expect(late.status == 401 && late.text.contains("刚才填写的内容已保留"))
        let kept = try #require(try hidden(late)["kept"])
        #expect(!kept.contains("form_token") && !kept.contains("<b>"))
        let typed = kept.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        let wrong = try await officer.post(
            "/desk/log-in", ["name": "officer", "password": "x", "kept": typed])
        #expect(wrong.status == 401)
        #expect(try hidden(wrong)["kept"] == kept, "a slip loses nothing either")
        let again = try await officer.post(
            "/desk/log-in", ["name": "officer", "password": "a good password", "kept": typed])
        #expect(again.status == 200 && again.text.contains("尚未提交"))
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.note") == 0)
        #expect(again.text.contains("action=\"/desk/cases/\(number)/orders\""))
        note["form_token"] = try hidden(again)["form_token"]
        #expect(again.text.contains("name='note-note' value='现场&#39;查看&#39;了 &lt;b&gt;三&lt;/b&gt; 次 &amp; 拍照'"))
        #expect(try await officer.post("/desk/cases/\(number)/orders", note).status == 303)
        #expect(try await site.fixture.number("SELECT count(*) FROM jiesu.note WHERE text LIKE '现场%拍照'") == 1)

        // Nothing that leads elsewhere, and no password, is ever kept.
        for foreign in [
            #"{"path":"https://example.invalid/","fields":[]}"#, #"{"path":"/dispatch/x","fields":[]}"#,
            #"{"path":"/deskx","fields":[]}"#, "nonsense", #"{"path":"/desk/x"}"#,
        ] {
            let answer = try await officer.post(
                "/desk/log-in", ["name": "officer", "password": "a good password", "kept": foreign])
            #expect(answer.status == 303, "\(foreign)")
        }
        officer.cookie = nil
        let password = try await officer.post(
            "/desk/password", ["form_token": "x", "old": "geheim", "new": "geheim", "again": "geheim"])
        #expect(password.status == 303 && !password.text.contains("geheim"))
    }

    @Test func `each page says who is logged in and where they work, also one that says no, and lets out`() async throws
    {
        let site = try await Site()
        let officer = Visitor(site.ports.desk)
        try await officer.logIn("officer", at: "/desk")
        let title = try await site.fixture.store.rulebook().directory.organisations["city-urban"]?.title ?? ""
        for path in ["/desk/cases", "/desk/cases/x", "/desk/cases/\(CaseNumber(id: 4711))"] {
            let page = try await officer.get(path)
            #expect(
                page.text.contains("officer，\(title)（") && page.text.contains("action=\"/desk/log-out\""), "\(path)")
        }
        let centre = Visitor(site.ports.centre)
        try await centre.logIn("dispatcher", at: "/dispatch")
        #expect(try await centre.get("/dispatch/cases").text.contains("dispatcher，中心（"))
        let refused = try await centre.get("/dispatch/reads")
        #expect(refused.status == 403 && refused.text.contains("需要以下角色之一：分管领导、审计人员"))
        #expect(refused.text.contains("action=\"/dispatch/log-out\""))
    }

    @Test func `guessing is slowed for who guesses, and for nobody else`() async throws {
        let fixture = try await DeskFixture()
        var guesses = Guesses()
        guesses.pause = .milliseconds(400)
        let access = AccessStore(fixture.pool, guesses)
        for _ in 1...5 { #expect(try await access.logIn(name: "officer", password: "x", from: "1.1.1.1") == nil) }
        let start = ContinuousClock.now
        async let slow = access.logIn(name: "officer", password: "a good password", from: "1.1.1.1")
        #expect(try await access.logIn(name: "officer", password: "a good password", from: "2.2.2.2") != nil)
        #expect(try await slow != nil, "the right password works after the pause")
        #expect(ContinuousClock.now - start >= .milliseconds(400))
    }

    @Test(arguments: [true, false])
    func `a callback agent sees what to say, how often it was tried, and why there is no more to ask`(javaScript: Bool)
        async throws
    {
        let site = try await Site()
        let fixture = site.fixture
        let id = try await fixture.dispatched(1)[0]
        let number = CaseNumber(id: id).description
        for (kind, payload) in [
            (Order.Kind.sign, "{}"), (.reply, #"{"to": "complainant", "form": "oral", "outcome": "explained"}"#),
        ] {
            let desk = try fixture.desk("city-urban", patience: .seconds(20))
            let outcome = try await desk.give(fixture.request(kind, of: id, kind.rawValue, payload: payload))
            guard case .done = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch")
            try await browser.type("dispatcher", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/callbacks")
            #expect(try await browser.text(of: "tbody").contains("0/3 次"))
            #expect(try await browser.faults(of: "callback-list", judged: javaScript) == [])
            try await browser.follow("td a")
            #expect(try await browser.text(of: "#callback").contains("告知结果"))
            #expect(try await browser.text(of: "#callback").contains("还有 3 次"))
            #expect(try await browser.faults(of: "callback-case", judged: javaScript) == [])
            for (outcome, said) in [("not_reached", "还有 2 次"), ("not_reached", "离上一次太近")] {
                try await browser.click("#call_back summary")
                try await browser.type("电话", into: "#call_back-form")
                try await browser.type("没有联系上", into: "#call_back-outcome")
                try await browser.follow("#call_back button")
                #expect(try await browser.text(of: "main").contains(said), "\(outcome)")
            }
            #expect(try await browser.faults(of: "callback-refused", judged: javaScript) == [])
        }
        let rated = Rated(by: .complainant, resolved: true, satisfaction: .satisfied)
        let rating = Command(id: "r", seen: .round(1), by: .complainant, order: .rate(rated))
        _ = try await fixture.store.perform([.init(caseID: id, command: rating)])[0].get()
        let agent = Visitor(site.ports.centre)
        try await agent.logIn("dispatcher", at: "/dispatch")
        let page = try await agent.get("/dispatch/cases/\(number)")
        #expect(page.text.contains("不须回访：当事人已凭查询码自己评价"))
    }

    @Test(arguments: [true, false])
    func `an officer works a case off in a browser, and a dispatcher looks at it`(javaScript: Bool) async throws {
        let site = try await Site()
        let number = CaseNumber(id: try await site.fixture.dispatched(1)[0]).description
        try await Browser.with(javaScript: javaScript) { browser in
            func look(_ name: String) async throws {
                #expect(try await browser.faults(of: name, judged: javaScript) == [])
            }
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk")
            try await look("desk-log-in")
            try await browser.type("officer", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await look("desk-cases")
            try await browser.follow("td a")
            #expect(try await browser.text(of: "#state") == "已转办")
            try await look("desk-case")
            try await browser.click("#sign summary")
            try await browser.follow("#sign button")
            #expect(try await browser.text(of: "[role=status]") == "已办：签收。")
            try await browser.click("#note summary")
            try await browser.type("现场已查看", into: "#note-note")
            try await browser.follow("#note button")
            #expect(try await browser.text(of: "[role=status]") == "已办：记录办理情况。")
            try await browser.click("#reply summary")
            try await look("desk-reply")
            try await browser.click("#reply button")
            #expect(
                try await browser.address().hasSuffix("/desk/cases/\(number)?done=note"),
                "the browser asks for what is missing")
            try await browser.follow("main form button")
            #expect(try await browser.text(of: "main .pre").contains("秘密正文"))
            try await look("desk-text")
            try await browser.open("http://127.0.0.1:\(site.ports.desk)/desk/password")
            try await look("desk-password")
            try await browser.follow("header button")
            #expect(try await browser.address().hasSuffix("/desk/log-in"))

            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch")
            try await browser.type("dispatcher", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.follow("td a")
            #expect(try await browser.text(of: "#state") == "办理中")
            try await look("dispatch-case")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/callbacks")
            try await look("dispatch-callbacks")
        }
    }
}
