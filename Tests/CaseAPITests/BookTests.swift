import Access
import CaseAPI
import CaseStore
import Casework
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Telemetry
import Testing

struct BookTests {
    private static let reply = #"{"to": "complainant", "form": "oral", "outcome": "explained"}"#

    @Test func `an order is answered in a moment while the centre is up and waits with its time while it is not`()
        async throws
    {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let desk = try fixture.desk("city-urban")
        #expect(try await desk.give(fixture.request(.sign, of: id)) == .waiting)
        #expect(try await fixture.store.decideCommands(limit: 10) == 1)
        guard case .done = try await desk.give(fixture.request(.sign, of: id)) else {
            Issue.record("the same order is answered by what came of it")
            return
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.command") == 1)
        let centre = Task {
            while !Task.isCancelled {
                if try await fixture.store.decideCommands(limit: 10) == 0 {
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
        }
        defer { centre.cancel() }
        let patient = try fixture.desk("city-urban", patience: .seconds(20))
        guard
            case .done = try await patient.give(fixture.request(.reply, of: id, "2", payload: Self.reply, note: "已修好"))
        else {
            Issue.record("decided while the desk waited")
            return
        }
        let again = try await patient.give(fixture.request(.reply, of: id, "3", payload: Self.reply))
        guard case .refused(let code, _) = again else {
            Issue.record("\(again)")
            return
        }
        #expect(code == "not_now")
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.note WHERE text = '已修好'") == 1)
        #expect(
            try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE payload LIKE '%已修好%'") == 0,
            "what was typed stays in its table")
    }

    @Test func `the list begins with what is due next and holds what the desk may see`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(3)
        for (offset, id) in ids.enumerated() {
            _ = try await fixture.pool.withConnection {
                try await $0.execute(
                    "UPDATE jiesu.case_file SET limit_at = now() + make_interval(hours => \(Int32(10 - offset))) WHERE id = \(id)"
                )
            }
        }
        let desk = try fixture.desk("city-urban")
        #expect(try await desk.cases(in: [], for: nil, limit: 10).map(\.row.file.id) == ids.reversed())
        #expect(try await desk.cases(in: [.closed], for: nil, limit: 10).isEmpty)
        #expect(try await fixture.desk("city-health").cases(in: [], for: nil, limit: 10).isEmpty)
        #expect(try await fixture.desk("city-health").view(ids[0], for: nil) == nil)
        let view = try #require(try await desk.view(ids[0], for: nil))
        #expect(view.steps.map(\.event.kind) == [.registered, .classified, .accepted, .dispatched])
    }

    @Test func `over HTTP, a desk's people list, look, read, preview and order`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let number = CaseNumber(id: id).description
        let deskPool = Pool(try fixture.database.settings(as: "jiesu_desk_city-urban"), size: 2, log: .silent)
        let routes = CaseRoutes(
            book: DeskBook(pool: deskPool, patience: .seconds(20)), access: AccessStore(deskPool))
        let server = Server(name: "desk", listen: "127.0.0.1:0", routes: routes.all, log: .silent)
        try server.start()
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        let client = Client(port: server.port ?? 0)
        func send(_ method: String, _ path: String, _ body: JSON? = nil, token: String? = nil) async throws
            -> Client.Answer
        {
            var headers: Headers = body == nil ? [:] : ["Content-Type": "application/json"]
            if let token { headers["Authorization"] = "Bearer \(token)" }
            return try await client.send(method, path, headers: headers, body: body?.bytes ?? [])
        }
        let centre = Task {
            while !Task.isCancelled {
                if try await fixture.store.decideCommands(limit: 10) == 0 {
                    try? await Task.sleep(for: .milliseconds(10))
                }
            }
        }
        defer { centre.cancel() }

        #expect(try await send("GET", "/api/v1/cases").status == 401)
        let logIn = try await send(
            "POST", "/api/v1/log-in", ["name": "officer", "password": "a good password"])
        let token = try #require(logIn.json?["token"]?.string)
        #expect(
            try await send("POST", "/api/v1/log-in", ["name": "stranger", "password": "a good password"]).status == 401,
            "another organisation's people log in at their own desk")
        let list = try await send("GET", "/api/v1/cases", token: token)
        #expect(list.json?["cases"]?[0]?["number"]?.string == number)
        #expect(!list.text.contains("秘密"))
        _ = try await fixture.pool.withConnection {
            try await $0.execute(
                #"UPDATE jiesu.submission SET particulars = '{"pages": "3", "nosuch": "4"}' WHERE case_id = \#(id)"#)
        }
        let text = try await send("GET", "/api/v1/cases/\(number)/text?purpose=handling", token: token)
        #expect(text.json?["contacts"]?[0]?["name"]?.string == "秘密人")
        #expect(text.json?["contacts"]?[0]?["particulars"] == ["pages": "3"])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id)") == 1)

        let strange: JSON = [
            "nature": "complaint", "subject": "nosuch_subject", "also": [], "urgency": "ordinary", "flags": [],
            "accused": [], "reasons": [],
        ]
        let classified = try await send(
            "POST", "/api/v1/cases/\(number)/commands",
            ["id": "c", "kind": "classify", "round": 1, "data": strange], token: token)
        #expect(classified.json?["outcome"] == "incomplete", "\(classified.text)")
        #expect(classified.json?["detail"]?.string?.contains("subject") == true, "\(classified.text)")
        let preview = try await send(
            "POST", "/api/v1/cases/\(number)/commands", ["id": "p", "kind": "sign", "round": 1, "preview": true],
            token: token)
        #expect(preview.json?["events"]?[0]?.string == "signed", "\(preview.text)")
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.command") == 0)
        let signed = try await send(
            "POST", "/api/v1/cases/\(number)/commands", ["id": "1", "kind": "sign", "round": 1], token: token)
        #expect(signed.status == 200 && signed.json?["outcome"]?.string == "done", "\(signed.text)")
        let whole = try await send("GET", "/api/v1/cases/\(number)", token: token)
        #expect(whole.json?["state"]?.string == "signed")
        #expect(whole.json?["steps"]?.array?.count == 5)
        let noted = try await send(
            "POST", "/api/v1/cases/\(number)/commands", ["id": "2", "kind": "note", "round": 1, "note": "已到现场"],
            token: token)
        #expect(noted.json?["outcome"]?.string == "done", "\(noted.text)")
        let read = try await send("GET", "/api/v1/cases/\(number)/text?purpose=handling", token: token)
        #expect(read.json?["notes"]?[0]?["text"] == "已到现场" && read.json?["notes"]?[0]?["organisation"] == "city-urban")
        let blank = try await send(
            "POST", "/api/v1/cases/\(number)/commands", ["id": "3", "kind": "note", "round": 1, "note": " \u{200B}"],
            token: token)
        #expect(blank.json?["outcome"]?.string == "incomplete", "nothing that can be seen is no note")
        #expect(try await send("GET", "/api/v1/cases/\(CaseNumber(id: 999).description)", token: token).status == 404)
    }

    @Test func `an order that is sent again leaves one note, and one for a case that moved on is refused`() async throws
    {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        let told = fixture.request(
            .inform, of: id, payload: #"{"what": "acceptance", "means": "phone", "reached": true}"#, note: "已告知",
            account: fixture.dispatcher, organisation: nil, roles: ["dispatcher"])
        for _ in 1...2 {
            guard case .done = try await centre.give(told) else {
                Issue.record("the same order has the same outcome")
                return
            }
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.note WHERE text = '已告知'") == 1)
        let refused = fixture.request(
            .reply, of: id, "3", payload: Self.reply, note: "不该留下", account: fixture.dispatcher, organisation: nil,
            roles: ["dispatcher"])
        guard case .refused = try await centre.give(refused) else {
            Issue.record("a dispatcher does not reply")
            return
        }
        let another = fixture.request(
            .setLimit, of: id, told.id, payload: #"{"profile": "p000-06", "clock": "x", "due": 1}"#,
            account: fixture.dispatcher,
            organisation: nil, roles: ["dispatcher"])
        guard case .refused("id_taken", _) = try await centre.give(another) else {
            Issue.record("another order under the same id")
            return
        }
        // Twelve at once are one order with one note.
        let desk = try fixture.desk("city-urban")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...12 {
                group.addTask { _ = try await desk.give(fixture.request(.contact, of: id, "4", note: "同时")) }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.note WHERE text = '同时'") == 1)
        // The same id with other words, or for another order, is not taken for the one that was given.
        for other in [
            fixture.request(.contact, of: id, "4", note: "不同"), fixture.request(.visit, of: id, "4", note: "同时"),
        ] {
            guard case .refused("id_taken", _) = try await desk.give(other) else {
                Issue.record("another order under the same id")
                return
            }
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.note WHERE text = '不该留下'") == 0)
        _ = try await fixture.pool.withConnection { connection in
            try await connection.execute("UPDATE jiesu.case_file SET lead = 'city-health' WHERE id = \(id)")
        }
        let late = try await fixture.desk("city-urban").give(fixture.request(.sign, of: id))
        guard case .refused(let code, _) = late else {
            Issue.record("\(late)")
            return
        }
        #expect(code == "unknown_case")
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.command") == 1)
    }

    @Test func `callbacks come supervised first, then the named, then who has waited longest, each to whom it is owed`()
        async throws
    {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(5)
        let course =
            #"{"orders":[{"number":1,"trigger":"repeat","round":1,"due":9,"isAnswered":false,"isEnded":false}]}"#
        _ = try await fixture.pool.withConnection { connection in
            for (offset, id) in ids.enumerated() {
                _ = try await connection.execute(
                    """
                    UPDATE jiesu.case_file SET callback_by = 'centre', identity = 'confidential',
                        callback_at = jiesu.clock() - make_interval(secs => \(Double(10 - offset))) WHERE id = \(id)
                    """)
            }
            _ = try await connection.execute("UPDATE jiesu.case_file SET identity = 'named' WHERE id = \(ids[2])")
            _ = try await connection.execute("UPDATE jiesu.case_file SET course = \(course) WHERE id = \(ids[3])")
            _ = try await connection.execute("UPDATE jiesu.case_file SET callback_by = 'handler' WHERE id = \(ids[4])")
        }
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        func listed(_ book: any CaseBook, for reader: String?, limit: Int) async throws -> [Int64] {
            try await book.callbacks(CallbackList(limit: limit), for: reader).cases.map(\.row.file.id)
        }
        #expect(try await listed(centre, for: nil, limit: 10) == [ids[3], ids[2], ids[0], ids[1]])
        // Page by page, also where one that was listed is called meanwhile; a key is the same after a way through an address.
        for size in 1...4 {
            var (found, after) = ([Int64](), CallbackList.Key?.none)
            repeat {
                let page = try await centre.callbacks(CallbackList(after: after, limit: size), for: nil)
                #expect(page.cases.count <= size)
                found += page.cases.map(\.row.file.id)
                after = page.next
                #expect(after.map { CallbackList.Key($0.text) } == after.map { .some($0) })
            } while after != nil
            #expect(found == [ids[3], ids[2], ids[0], ids[1]], "pages of \(size)")
        }
        for wrong in ["", "1-0-5", "2-0-5-1", "1-0--5-1", "1-0-5-x"] {
            #expect(CallbackList.Key(wrong) == nil, "\(wrong)")
        }
        #expect(try await listed(centre, for: "city-police", limit: 10).isEmpty)
        _ = try await fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET accused = '{city-hotline}' WHERE id = \(ids[3])")
        }
        #expect(
            try await listed(centre, for: "city-hotline", limit: 1) == [ids[2]],
            "a list is cut after what its reader may see")
        let desk = try fixture.desk("city-urban")
        let own = try await desk.callbacks(CallbackList(limit: 1), for: "city-urban")
        #expect(own.cases.map(\.row.file.id) == [ids[4]] && own.next == nil)
    }

    @Test func `the centre decides at once`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(2)
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        let dispatcher = fixture.request(
            .note, of: ids[0], payload: "{}", note: "x", account: fixture.dispatcher, organisation: nil,
            roles: ["dispatcher", "callback_agent"])
        guard case .refused(let code, _) = try await centre.give(dispatcher) else {
            Issue.record("a dispatcher does not handle")
            return
        }
        #expect(code == "not_allowed")
        #expect(try await centre.view(4711, for: nil) == nil)
        #expect(try await centre.cases(in: [.dispatched], for: nil, limit: 10).map(\.row.file.id) == ids)
    }

    @Test func `at the centre an organisation's people see its cases alone, and none about itself`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(3)
        _ = try await fixture.pool.withConnection { connection in
            _ = try await connection.execute("UPDATE jiesu.case_file SET lead = 'city-health' WHERE id = \(ids[1])")
            _ = try await connection.execute(
                "UPDATE jiesu.case_file SET accused = '{city-government}' WHERE id = \(ids[2])")
        }
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        for (reader, seen) in [(nil, ids), ("city-urban", [ids[0]]), ("city-health", [ids[1]]), ("city-police", [])] {
            let listed = try await centre.cases(in: [], for: reader, limit: 10).map(\.row.file.id)
            #expect(listed == seen, "\(reader ?? "centre")")
            for id in ids {
                #expect(try await (centre.view(id, for: reader) != nil) == seen.contains(id), "\(reader ?? "centre")")
            }
        }
        // Who runs the line, and reports to nobody complained about.
        let hotline = try await centre.cases(in: [], for: "city-hotline", limit: 10).map(\.row.file.id)
        #expect(hotline == ids)
    }

    @Test func `the centre's port shows an officer no text of another organisation's case, and writes down who asked`()
        async throws
    {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let access = AccessStore(fixture.pool)
        let routes = CaseRoutes(book: CentreBook(pool: fixture.pool, store: fixture.store), access: access)
        let server = Server(name: "centre", listen: "127.0.0.1:0", routes: routes.all, log: .silent)
        try server.start()
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        let target = "/api/v1/cases/\(CaseNumber(id: id).description)/text?purpose=handling"
        for (organisation, status) in [("city-urban", 200), ("city-health", 404)] {
            let (name, password) = ("centre-\(organisation)", UUID().uuidString)
            _ = try await fixture.pool.withConnection { connection in
                try await connection.execute(
                    """
                    INSERT INTO jiesu.account (name, title, organisation, roles, password)
                    VALUES (\(name), '测试员', \(organisation), '{officer}', jiesu.password_hash(\(password)))
                    """)
            }
            let token = try #require(try await access.logIn(name: name, password: password)).token
            let answer = try await Client(port: server.port ?? 0).send(
                "GET", target, headers: ["Authorization": "Bearer \(token)"])
            #expect(answer.status == status, "\(answer.text)")
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id)") == 2)
    }
}
