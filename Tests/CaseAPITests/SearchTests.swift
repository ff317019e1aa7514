import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Postgres
import Support
import Testing

/// Search by number, telephone, name, words and place: what is found, by whom, and that it is on record.
struct SearchTests {
    /// The fixture's city with cases whose texts and contacts differ.
    private struct Archive {
        let fixture: DeskFixture
        let access: AccessStore
        let book: CentreBook
        var dispatcher: Session { Session(account: fixture.dispatcher, organisation: nil, roles: ["dispatcher"]) }
        var officer: Session { Session(account: fixture.officer, organisation: "city-urban", roles: ["officer"]) }
        var stranger: Session { Session(account: fixture.stranger, organisation: "city-health", roles: ["officer"]) }

        init() async throws {
            fixture = try await DeskFixture()
            access = AccessStore(fixture.pool)
            book = CentreBook(pool: fixture.pool, store: fixture.store)
        }

        func write(
            _ text: String, place: String? = nil, name: String? = "秘密人", phone: String? = "000-1234567", id: Int64
        ) async throws {
            _ = try await fixture.pool.withConnection { connection in
                _ = try await connection.execute(
                    "UPDATE jiesu.submission SET text = \(text), place = \(place) WHERE case_id = \(id)")
                _ = try await connection.execute(
                    "UPDATE jiesu.complainant SET name = \(name), phone = \(phone) WHERE id = \(id)")
            }
        }

        func found(_ question: SearchQuestion) async throws -> [Int64] {
            try #require(try await book.found(question, for: dispatcher, before: nil, limit: 20, on: access))
                .cases.map(\.row.file.id)
        }

        /// As found at a desk.
        func found(_ question: SearchQuestion, at desk: String, by session: Session) async throws -> [Int64] {
            let pool = try Pool(fixture.database.settings(as: "jiesu_desk_\(desk)"), size: 2, log: .silent)
            return try #require(
                try await DeskBook(pool: pool).found(
                    question, for: session, before: nil, limit: 20, on: AccessStore(pool))
            ).cases.map(\.row.file.id)
        }
    }

    @Test func `by number, telephone, name, words and place, closed or not, and all that is asked must hold`()
        async throws
    {
        let archive = try await Archive()
        let ids = try await archive.fixture.dispatched(3)
        try await archive.write("柳坝路 路灯坏了\n三天", place: "柳坝路12号", name: "测试 甲", phone: "0000 765-4321", id: ids[0])
        try await archive.write("桂枝巷路灯不亮，ABC 小区外", place: "桂枝巷", id: ids[1])
        try await archive.write("路口的灯坏了", id: ids[2])
        _ = try await archive.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET state = 'closed' WHERE id = \(ids[0])")
        }
        // Once read from the texts themselves, once by the index.
        for indexed in [0, 3] {
            #expect(try await archive.fixture.number("SELECT jiesu.index_texts(\(Int32(indexed)))") == indexed)
            #expect(try await archive.found(.init(number: ids[1])) == [ids[1]])
            #expect(try await archive.found(.init(phone: "0000-7654321")) == [ids[0]])
            #expect(try await archive.found(.init(name: "测试甲")) == [ids[0]])
            #expect(try await archive.found(.init(name: "测试")) == [], "a name is asked for whole")
            #expect(try await archive.found(.init(words: ["路灯"])) == [ids[1], ids[0]], "the youngest first")
            #expect(try await archive.found(.init(words: ["路灯坏了三天"])) == [ids[0]], "whatever the spaces")
            #expect(try await archive.found(.init(words: ["abc小区"])) == [ids[1]], "and the case of letters")
            #expect(try await archive.found(.init(words: ["路灯", "小区"])) == [ids[1]])
            #expect(try await archive.found(.init(place: "柳坝路")) == [ids[0]])
            #expect(try await archive.found(.init(words: ["路灯"], place: "桂枝")) == [ids[1]])
            #expect(try await archive.found(.init(name: "测试甲", words: ["小区"])) == [])
            #expect(try await archive.found(.init(words: ["%_"])) == [], "nothing is a pattern")
        }
    }

    @Test func `a desk finds its own cases alone, and never what is said about it or whom it reports to`() async throws
    {
        let archive = try await Archive()
        let ids = try await archive.fixture.dispatched(2)
        for id in ids { try await archive.write("路灯坏了", id: id) }
        let others = try await archive.fixture.dispatched(1, to: "city-health")
        try await archive.write("路灯坏了", id: others[0])
        _ = try await archive.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET accused = '{city-government}' WHERE id = \(ids[1])")
        }
        let words = SearchQuestion(words: ["路灯"])
        #expect(try await archive.found(words, at: "city-urban", by: archive.officer) == [ids[0]])
        #expect(try await archive.found(words, at: "city-health", by: archive.stranger) == [others[0]])
        #expect(try await archive.found(words) == [others[0], ids[1], ids[0]])
        let foreign = Session(account: archive.fixture.dispatcher, organisation: nil, roles: ["dispatcher"])
        let pool = try Pool(archive.fixture.database.settings(as: "jiesu_desk_city-urban"), size: 1, log: .silent)
        #expect(
            try await AccessStore(pool).search(words, for: foreign, before: nil, limit: 20) == nil,
            "nobody asks in another's name")
    }

    @Test func `a telephone is found however either side writes it, and by an index`() async throws {
        let archive = try await Archive()
        let ids = try await archive.fixture.dispatched(3)
        try await archive.write("路灯", phone: "+86 139-0000-0017", id: ids[0])
        try await archive.write("路灯", phone: "（010）6512 3456", id: ids[1])
        try await archive.write("路灯", phone: "１３９００００００１８", id: ids[2])
        let spellings: [(Int64, [String])] = [
            (ids[0], ["13900000017", "008613900000017", "86 139 0000 0017", "+86-139-0000-0017", "１３９ ００００ ００１７"]),
            (ids[1], ["010-65123456", "01065123456", "+86 10 6512 3456", "0086-10-65123456"]),
            (ids[2], ["139-0000-0018", "+8613900000018"]),
        ]
        for (id, all) in spellings {
            for phone in all { #expect(try await archive.found(.init(phone: phone)) == [id], "\(phone)") }
        }
        // Short numbers of services are nobody's.
        for phone in ["0012345", "+86 12345"] {
            #expect(try await archive.found(.init(phone: phone)) == [], "\(phone)")
        }
        let kept = try await archive.fixture.pool.withConnection {
            try await $0.query("SELECT DISTINCT phone FROM jiesu.search_log ORDER BY phone")
        }.map { try $0.get(0, as: String.self) }
        #expect(kept == ["0012345", "1065123456", "13900000017", "13900000018", "8612345"], "written down as compared")

        let connection = try await archive.fixture.database.connection()
        try await connection.script(
            """
            INSERT INTO jiesu.complainant (id, phone) SELECT -n, '139' || lpad(n::text, 8, '0') FROM generate_series(1, 5000) n;
            ANALYZE jiesu.complainant
            """)
        let plan = try await connection.query(
            """
            EXPLAIN SELECT p.id FROM jiesu.complainant p WHERE jiesu.phone_digits(p.phone) = '13900000017' AND p.phone IS NOT NULL
            """
        ).map { try $0.get(0, as: String.self) }
        #expect(plan.contains { $0.contains("complainant_phone_digits") }, "\(plan)")
    }

    @Test func `who wishes to stay unknown is found by no name and no number`() async throws {
        let archive = try await Archive()
        let id = try await archive.fixture.dispatched(1)[0]
        try await archive.write("路灯坏了", name: "测试乙", phone: "000-7654321", id: id)
        _ = try await archive.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET identity = 'anonymous' WHERE id = \(id)")
        }
        #expect(try await archive.found(.init(name: "测试乙")) == [])
        #expect(try await archive.found(.init(phone: "0007654321")) == [])
        #expect(try await archive.found(.init(words: ["路灯"])) == [id])
        // Who asks for confidence: by the organisation that leads and the line's own people.
        _ = try await archive.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET identity = 'confidential' WHERE id = \(id)")
        }
        for question in [SearchQuestion(name: "测试乙"), SearchQuestion(phone: "0007654321")] {
            for (session, ids) in [(archive.dispatcher, [id]), (archive.officer, [id]), (archive.stranger, [])] {
                #expect(try await archive.access.search(question, for: session, before: nil, limit: 5) == ids)
            }
        }
    }

    @Test func `who asked what, and what was shown, is on record, and without the record nothing is found`()
        async throws
    {
        let archive = try await Archive()
        let id = try await archive.fixture.dispatched(1)[0]
        try await archive.write("路灯坏了", name: "测试丙", id: id)
        #expect(try await archive.found(.init(name: "测试丙", words: ["路灯"])) == [id])
        let account = archive.fixture.dispatcher
        #expect(
            try await archive.fixture.number(
                """
                SELECT count(*) FROM jiesu.search_log
                WHERE account = \(account) AND name = '测试丙' AND words = '{路灯}' AND phone IS NULL
                """) == 1)
        #expect(
            try await archive.fixture.number(
                "SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id) AND account = \(account) AND purpose = 'search'"
            ) == 1)
        // Whoever takes the question back has seen nothing.
        let routing = try await Connection.connect(archive.fixture.database.settings(as: "jiesu_routing"))
        try await routing.script("BEGIN")
        let early = try await routing.query(
            "SELECT f FROM jiesu.ask(\(account), NULL, NULL, '测试丙', '{}', NULL) AS q, jiesu.found(q, NULL, 5) AS f")
        #expect(early.isEmpty)
        let ticket: Int64 = try await routing.query("SELECT jiesu.ask(\(account), NULL, NULL, '测试丙', '{}', NULL)")
            .only().get(0)
        try await routing.script("SAVEPOINT s")
        #expect(try await routing.query("SELECT jiesu.found(\(ticket), NULL, 5)").isEmpty)
        try await routing.script("COMMIT")
        #expect(try await routing.query("SELECT jiesu.found(\(ticket), NULL, 5)").count == 1)
        await routing.close()
        let other = try await Connection.connect(archive.fixture.database.settings(as: "jiesu_callback"))
        #expect(try await other.query("SELECT jiesu.found(\(ticket), NULL, 5)").isEmpty, "another's question")
        await other.close()
        #expect("\(SearchQuestion(name: "测试丙"))" == "SearchQuestion", "no log line can hold it")
    }

    @Test func `a program searches page by page, and who may not search is refused`() async throws {
        let archive = try await Archive()
        let ids = try await archive.fixture.dispatched(5)
        let server = Server(
            name: "centre", listen: "127.0.0.1:0", routes: CaseRoutes(book: archive.book, access: archive.access).all,
            log: .silent)
        try server.start()
        let running = Task { try await server.run() }
        defer { running.cancel() }
        let client = Client(port: try #require(server.port))
        func search(_ body: JSON, as name: String) async throws -> Client.Answer {
            let logIn = try #require(try await archive.access.logIn(name: name, password: "a good password"))
            return try await client.send(
                "POST", "/api/v1/searches", headers: ["Authorization": "Bearer \(logIn.token)"], json: body)
        }
        var body: JSONObject = ["words": "路灯 秘密正文", "limit": 2]
        var seen: [String] = []
        for _ in 0..<3 {
            let answer = try await search(.object(body), as: "dispatcher")
            #expect(answer.status == 200, "\(answer.text)")
            seen += (answer.json?["cases"]?.array ?? []).compactMap { $0["number"]?.string }
            body["before"] = answer.json?["next"]
        }
        #expect(seen == ids.reversed().map { CaseNumber(id: $0).description })
        #expect(body["before"] == nil, "the last page says so")
        for (bad, field) in [
            (["words": "路"], "/words"), (["phone": "123456"], "/phone"), (["number": "12"], "/number"),
            (["place": "路 "], "/place"), ([:], "/number"), (["name": "  "], "/number"),
            (["words": "一一 二二 三三 四四 五五 六六"], "/words"),
        ] as [(JSON, String)] {
            let answer = try await search(bad, as: "dispatcher")
            #expect(answer.status == 422 && answer.text.contains(field), "\(answer.text)")
        }
        _ = try await archive.fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.account SET roles = '{admin}' WHERE name = 'dispatcher'")
        }
        let looks = try await archive.fixture.number("SELECT count(*) FROM jiesu.search_log")
        #expect(try await search(["name": "秘密人"], as: "dispatcher").status == 403)
        #expect(try await archive.fixture.number("SELECT count(*) FROM jiesu.search_log") == looks)
    }

    private func auditor(_ site: WorkPagesTests.Site) async throws -> String {
        let name = "auditor"
        _ = try await site.fixture.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.account (name, title, roles, password)
                VALUES (\(name), '审计员', '{auditor}', jiesu.password_hash('a good password'))
                """)
        }
        return name
    }

    @Test(arguments: [true, false])
    func `a dispatcher searches in a browser, and no address holds what was sought`(javaScript: Bool) async throws {
        let site = try await WorkPagesTests.Site()
        let ids = try await site.fixture.dispatched(25).sorted()
        let auditor = try await auditor(site)
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/search")
            try await browser.type("dispatcher", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/search")
            #expect(try await browser.faults(of: "search-form", judged: javaScript) == [])
            try await browser.type("灯", into: "#words")
            try await browser.follow("main button")
            #expect(try await browser.text(of: ".faults").contains("每个字词至少两个字"))
            try await browser.type("路灯", into: "#words")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "main").contains("没有查到"))
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/search")
            try await browser.type("秘密人", into: "input#name")
            try await browser.type("路灯", into: "#words")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "td a") == CaseNumber(id: ids[24]).description)
            #expect(try await browser.faults(of: "search-found", judged: javaScript) == [])
            try await browser.follow("#next")
            #expect(try await browser.text(of: "td a") == CaseNumber(id: ids[4]).description)
            let address = try await browser.address()
            #expect(address.hasSuffix("/dispatch/search"), "\(address)")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/searches")
            #expect(try await browser.text(of: "h1") == "没有这项权限")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/search")
            try await browser.follow("header button")
            try await browser.type(auditor, into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch/searches")
            #expect(try await browser.text(of: "tbody tr").contains("秘密人"), "who asked what is there to be seen")
            #expect(try await browser.faults(of: "searches", judged: javaScript) == [])
        }
    }
}
