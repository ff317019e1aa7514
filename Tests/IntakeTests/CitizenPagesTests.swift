import CaseStore
import Casework
import Foundation
import HTTP
import JSON
import Postgres
import Testing

@testable import Intake

/// The pages of citizens, as a browser without JavaScript uses them.
@Suite struct CitizenPagesTests {
    private let intake: IntakeFixture

    init() async throws { intake = try await IntakeFixture.shared() }

    private func get(_ path: String) async throws -> Client.Answer {
        try await intake.send("GET", path, headers: ["Accept": "text/html,application/xhtml+xml"])
    }

    private func post(_ path: String, _ fields: [String: String]) async throws -> Client.Answer {
        var unreserved = CharacterSet.alphanumerics
        unreserved.insert(charactersIn: "-._~")
        let body = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")"
        }.joined(separator: "&")
        return try await intake.send(
            "POST", path, headers: ["Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"],
            body: Array(body.utf8))
    }

    /// What stands in the page behind an attribute such as `id="number">`.
    private func value(_ mark: String, in page: String, until end: Character) throws -> String {
        let start = try #require(page.range(of: mark)?.upperBound)
        return String(page[start...].prefix { $0 != end })
    }

    /// A form as it is got, filled in.
    private func form(_ fields: [String: String]) async throws -> [String: String] {
        let page = try await get("/complaint").text
        let key = try value("name=\"key\" value=\"", in: page, until: "\"")
        return fields.merging(["key": key]) { given, _ in given }
    }

    private func receipt(_ answer: Client.Answer) throws -> (number: String, code: String) {
        #expect(answer.status == 200, "\(answer.text)")
        return (
            try value("id=\"number\">", in: answer.text, until: "<"),
            try value("id=\"code\">", in: answer.text, until: "<")
        )
    }

    private static let complaint = [
        "text": "路灯不亮\r\n<script>alert(1)</script>", "identity": "named", "name": "测试甲", "phone": "000-1",
        "place": "示例路 1 号", "region": "wangting", "happened_at": "2026-03-02T10:05",
    ]

    @Test func `a complaint from the page is stored as it was typed, once however often the form is sent`() async throws
    {
        let form = try await form(Self.complaint)
        let first = try receipt(try await post("/complaint", form))
        let second = try receipt(try await post("/complaint", form))
        #expect(first == second)
        let id = try #require(CaseNumber(first.number)?.id)
        let rows = try await intake.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT s.text, s.channel, p.name, f.identity, f.region, (e.payload::jsonb ->> 'happened')::bigint
                FROM jiesu.submission s JOIN jiesu.case_file f ON f.id = s.case_id
                JOIN jiesu.complainant p ON p.id = s.complainant
                JOIN jiesu.case_event e ON e.case_id = s.case_id AND e.version = 1 WHERE s.case_id = \(id)
                """)
        }
        let row = try rows.only()
        #expect(try row.get(0, as: String.self) == "路灯不亮\n<script>alert(1)</script>")
        #expect(try row.get(2, as: String.self) == "测试甲" && row.get(3, as: String.self) == "named")
        #expect(try row.get(4, as: String.self) == "wangting")
        #expect(try row.get(5, as: Int64.self) == 1_772_417_100_000_000, "the clock on the wall of the city")
    }

    @Test func `who stays anonymous leaves no contact, whatever was typed before`() async throws {
        var fields = Self.complaint
        fields["identity"] = "anonymous"
        let number = try receipt(try await post("/complaint", try await form(fields))).number
        let id = try #require(CaseNumber(number)?.id)
        let named = try await intake.number(
            """
            SELECT count(*) FROM jiesu.submission s JOIN jiesu.complainant p ON p.id = s.complainant
            WHERE s.case_id = \(id) AND (p.name IS NOT NULL OR p.phone IS NOT NULL)
            """)
        #expect(named == 0)
    }

    @Test(arguments: [
        (["text": " \u{200B}"], "不能只有空白", "#text"), (["identity": ""], "请选择身份", "#identity"),
        (["name": ""], "实名或要求保密的请留下姓名", "#name"), (["earlier": "1234567890"], "受理编号有误", "#earlier"),
        (["happened_at": "2999-01-01T00:00"], "不能晚于现在", "#happened_at"),
        (["happened_at": "gestern"], "", "#happened_at"),
        (["place": String(repeating: "路", count: 501)], "", "#place"), (["region": "atlantis"], "没有这个行政区域", "#region"),
    ])
    func `what is wrong is said beside its question, and nothing typed is lost`(
        wrong: [String: String], message: String, link: String
    ) async throws {
        let fields = try await form(Self.complaint.merging(wrong) { $1 })
        let answer = try await post("/complaint", fields)
        #expect(answer.status == 422)
        #expect(answer.text.contains("href='\(link)'") && (message.isEmpty || answer.text.contains(message)))
        #expect(answer.text.contains("value=\"000-1\"") && answer.text.contains("value=\"\(fields["key"] ?? "")\""))
        #expect(!answer.text.contains("<script>"), "what was typed is no markup")
        if wrong["text"] == nil { #expect(answer.text.contains("路灯不亮\n&lt;script&gt;")) }
        // Put right, the same form goes in.
        _ = try receipt(try await post("/complaint", Self.complaint.merging(["key": fields["key"] ?? ""]) { $1 }))
    }

    @Test func `a form that was sent already and is then changed begins another complaint`() async throws {
        var fields = try await form(Self.complaint)
        _ = try receipt(try await post("/complaint", fields))
        fields["text"] = "另一件事"
        let answer = try await post("/complaint", fields)
        #expect(answer.status == 422 && answer.text.contains("已经登记过") && !answer.text.contains("键"))
        #expect(!answer.text.contains(fields["key"] ?? "-"), "a key of its own")
        fields["key"] = try value("name=\"key\" value=\"", in: answer.text, until: "\"")
        _ = try receipt(try await post("/complaint", fields))
    }

    @Test(arguments: ["named", "confidential"])
    func `who gives a name and no way to be reached is warned, and may want it so`(identity: String) async throws {
        var fields = try await form(["text": "路灯不亮", "identity": identity, "name": "测试甲", "phone": " "])
        let warned = try await post("/complaint", fields)
        #expect(warned.status == 422 && warned.text.contains("无法告知办理结果") && warned.text.contains("href='#phone'"))
        fields["no_contact"] = "yes"
        _ = try receipt(try await post("/complaint", fields))
        fields = try await form(["text": "路灯不亮", "identity": identity, "name": "测试甲", "email": "a@example.org"])
        _ = try receipt(try await post("/complaint", fields))
    }

    @Test func `number and code open the page of a case, and neither stands in an address`() async throws {
        let receipt = try receipt(try await post("/complaint", try await form(Self.complaint)))
        let page = try await post("/progress", ["number": receipt.number, "code": receipt.code])
        #expect(page.status == 200 && page.text.contains("id=\"state\">已登记<"))
        for secret in [receipt.code, receipt.number] {
            #expect(!page.text.contains("href=\"/progress?") && !page.text.contains("/\(secret)"))
        }
        for name in ["测试甲", "000-1"] { #expect(!page.text.contains(name), "never anybody's name") }
        for (number, code) in [(receipt.number, "AAAA-AAAA-AAAA-AAAA"), ("", ""), ("0000000000", receipt.code)] {
            let refused = try await post("/progress", ["number": number, "code": code])
            #expect(refused.status == 404 && refused.text.contains("请核对受理编号和查询码"))
        }
    }

    @Test func `an answer is read and rated once, and an open complaint can be taken back`() async throws {
        let receipt = try receipt(try await post("/complaint", try await form(Self.complaint)))
        let key = ["number": receipt.number, "code": receipt.code]
        let id = try #require(CaseNumber(receipt.number)?.id)
        let store = CaseStore(pool: intake.pool)
        let note: Int64 = try await intake.pool.withConnection { connection in
            let account: Int64 = try await connection.query(
                """
                INSERT INTO jiesu.account (name, title, roles, password)
                VALUES (\(IntakeFixture.key()), '测试员', '{officer}', 'x') RETURNING id
                """
            ).only().get(0)
            return try await connection.query(
                """
                INSERT INTO jiesu.note (case_id, account, text) VALUES (\(id), \(account), '已更换路灯 <b>') RETURNING number
                """
            ).only().get(0)
        }
        let orders: [Order] = [
            .classify(Finding(nature: "complaint", subject: "urban_construction", urgency: "ordinary")),
            .dispatch(Dispatched(lead: "city-urban", helpers: [])), .sign(Signed(organisation: "city-urban")),
            .reply(
                Replied(
                    organisation: "city-urban", to: .complainant, form: "written", outcome: "resolved", note: Int(note))
            ),
        ]
        for (index, order) in orders.enumerated() {
            let command = Command(id: "test:\(index)", seen: .round(1), by: .service("test"), order: order)
            _ = try await store.perform([.init(caseID: id, command: command)])[0].get()
        }
        let answered = try await post("/progress", key)
        #expect(answered.text.contains("已更换路灯 &lt;b&gt;") && answered.text.contains("action=\"/progress/rating\""))
        let rating = key.merging(["resolved": "true", "satisfaction": "very_satisfied"]) { $1 }
        let rated = try await post("/progress/rating", rating)
        #expect(rated.status == 200 && rated.text.contains("已记下您的评价"))
        #expect(!rated.text.contains("action=\"/progress/rating\""))
        #expect(try await post("/progress/rating", rating).status == 200, "sent twice it is one")
        let other = try await post("/progress/rating", rating.merging(["satisfaction": "dissatisfied"]) { $1 })
        #expect(other.status == 409 && other.text.contains("<h1>"), "another one is refused, with a page")

        let second = try self.receipt(try await post("/complaint", try await form(Self.complaint)))
        let sure = ["number": second.number, "code": second.code, "sure": "yes"]
        let withdrawn = try await post("/progress/withdrawal", sure)
        #expect(withdrawn.status == 200 && withdrawn.text.contains("id=\"state\">已撤回<"))
        #expect(!withdrawn.text.contains("action=\"/progress/withdrawal\""))
    }

    @Test func `under a scheme that gives one a review is applied for once a round, with a reason`() async throws {
        let answer = try await intake.post(
            ["text": "窗口没人", "line": "0000-01000099", "contact": ["name": "测试丙", "phone": "000-3"]],
            key: IntakeFixture.key())
        let (number, code) = try (#require(answer.json?["number"]?.string), #require(answer.json?["code"]?.string))
        let key = ["number": number, "code": code]
        let id = try #require(CaseNumber(number)?.id)
        let store = CaseStore(pool: intake.pool)
        func may() async throws -> JSON? { try await intake.progress(number, code: code).json?["may"] }
        #expect(try await may() == ["withdraw"])
        let reason = key.merging(["reason": "答复没有说明依据"]) { $1 }
        #expect(try await post("/progress/review", reason).status == 409, "nothing is answered yet")
        let centre = "city-service-centre"
        let orders: [Order] = [
            .classify(Finding(nature: "complaint", subject: "centre_window", urgency: "ordinary")),
            .dispatch(Dispatched(lead: centre, helpers: [])), .sign(Signed(organisation: centre)),
            .reply(Replied(organisation: centre, to: .complainant, form: "written", outcome: "explained")),
        ]
        for (index, order) in orders.enumerated() {
            let command = Command(id: "test:\(index)", seen: .round(1), by: .service("test"), order: order)
            _ = try await store.perform([.init(caseID: id, command: command)])[0].get()
        }
        #expect(try await may() == ["rate", "apply_for_review"])
        let page = try await post("/progress", key)
        #expect(page.text.contains("action=\"/progress/review\"") && page.text.contains("可以在下面申请复核"))
        #expect(try await post("/progress/review", key.merging(["reason": " "]) { $1 }).status == 422)
        let applied = try await post("/progress/review", reason)
        #expect(applied.status == 200 && applied.text.contains("已申请复核"))
        #expect(!applied.text.contains("action=\"/progress/review\""))
        let again = try await intake.send(
            "POST", "\(IntakeFixture.path)/\(number)/review",
            headers: ["Jiesu-Query-Code": code, "Content-Type": "application/json"],
            body: JSON.object(["reason": "x"]).bytes)
        #expect(again.status == 409, "one round was given")
        let texts = try await intake.pool.withConnection {
            try await $0.query(
                "SELECT text FROM jiesu.submission WHERE case_id = \(id) AND complainant IS NOT NULL ORDER BY number")
        }.map { try $0.get(0, as: String.self) }
        #expect(texts == ["窗口没人", "答复没有说明依据"])
        let rule = try await intake.pool.withConnection {
            try await $0.query("SELECT rule FROM jiesu.clock WHERE case_id = \(id)")
        }.map { try $0.get(0, as: String.self) }
        #expect(rule == ["review"], "10 working days from the application")
    }

    @Test func `a browser is shown a page where a program gets a problem document`() async throws {
        let page = try await get("/nothing-here")
        #expect(page.status == 404 && page.headers["Content-Type"]?.hasPrefix("text/html") == true)
        let document = try await intake.send("GET", "/nothing-here", headers: ["Accept": "*/*"])
        #expect(document.isProblem)
        for path in ["/", "/complaint", "/progress"] {
            let answer = try await get(path)
            #expect(answer.status == 200 && answer.headers["Content-Security-Policy"] != nil, "\(path)")
        }
        #expect(try await get("/style.css").headers["Content-Type"] == "text/css; charset=utf-8")
    }
}
