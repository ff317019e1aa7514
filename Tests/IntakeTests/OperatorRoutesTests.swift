import Casework
import HTTP
import JSON
import Postgres
import Support
import Testing

@testable import Intake

/// Operators' programs register over HTTP what comes by any channel, and what was answered at once.
@Suite struct OperatorRoutesTests {
    private let intake: IntakeFixture

    init() async throws { intake = try await IntakeFixture.shared() }

    private func token(_ role: String) async throws -> String {
        try await intake.pool.withConnection { connection in
            let account: Int64 = try await connection.query(
                """
                INSERT INTO jiesu.account (name, title, roles, password)
                VALUES (\("p-\(UInt32.random(in: 0 ... .max))"), '测试员', \([role]), 'x') RETURNING id
                """
            ).only().get(0)
            return try await connection.query(
                "SELECT token FROM jiesu.issue_token(\(account), 'token', 'x', interval '1 day')"
            ).only().get(0)
        }
    }

    private func register(_ body: JSON, key: String, _ token: String?) async throws -> Client.Answer {
        var headers: Headers = ["Idempotency-Key": key, "Content-Type": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        return try await intake.send("POST", "/api/v1/registrations", headers: headers, body: body.bytes)
    }

    private static let letter: JSON = [
        "text": "路灯不亮", "channel": "letter", "source": "leader", "identity": "anonymous",
        "particulars": [
            "received": "2026-03-01", "dated": "2026-02-28", "leader_name": "某领导", "person_agent": "受托人甲",
        ],
    ]

    @Test func `a letter is registered once under an operator's own key, with what letters have of their own`()
        async throws
    {
        let (key, mine, others) = (IntakeFixture.key(), try await token("operator"), try await token("operator"))
        let first = try await register(Self.letter, key: key, mine)
        #expect(first.status == 201, "\(first.text)")
        #expect(try await register(Self.letter, key: key, mine).json == first.json, "sent twice it is one")
        #expect(try await register(Self.letter, key: key, others).json != first.json, "keys are each one's own")
        #expect(try await intake.post(Self.letter, key: key).status == 422, "the public says none of this")
        let id = try #require(first.json?["number"]?.string.flatMap(CaseNumber.init)).id
        let row = try await intake.pool.withConnection {
            try await $0.query(
                """
                SELECT f.channel, e.payload::jsonb ->> 'source', split_part(e.actor, ':', 1), s.particulars::text
                FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = 1
                JOIN jiesu.submission s ON s.case_id = f.id WHERE f.id = \(id)
                """)
        }.only()
        #expect(try row.get(0) == "letter" && row.get(1) == "leader" && row.get(2) == "account")
        #expect(
            try JSON.parse(Array(row.get(3, as: String.self).utf8)) == [
                "received": "2026-03-01", "dated": "2026-02-28", "leader_name": "某领导",
            ], "and nothing that could say who wants to be anonymous")
    }

    @Test func `a question that was answered on the line ends with that`() async throws {
        let mine = try await token("operator")
        let question: JSON = [
            "text": "公积金怎么提取", "identity": "anonymous", "channel": "phone_hotline",
            "answer": ["subject": "urban_construction", "text": "带身份证到窗口办理"],
        ]
        let answer = try await register(question, key: IntakeFixture.key(), mine)
        let (number, code) = (answer.json?["number"]?.string ?? "", answer.json?["code"]?.string ?? "")
        let progress = try await intake.progress(number, code: code).json
        #expect(progress?["state"] == "closed" && progress?["answer"] == "带身份证到窗口办理", "\(answer.text)")
    }

    @Test func `what is missing or does not belong there is named, and who is no operator registers nothing`()
        async throws
    {
        let mine = try await token("operator")
        let wrong: [(JSON, String)] = [
            (["text": "x", "channel": "letter"], "/particulars/received: 请填写收到日期"),
            (
                ["text": "x", "channel": "walk_in", "particulars": ["received_by": " "]],
                "/particulars/received_by: 请填写接待人"
            ),
            (["text": "x", "particulars": ["camera": "路口"]], "/particulars/camera: 不是这一渠道和来源的项目"),
            (["text": "x", "particulars": ["nosuch": "a"]], "/particulars/nosuch: 没有这一项"),
            (["text": "x", "answer": ["subject": "nosuch", "text": "y"]], "/answer/subject: 请选择分类"),
            (
                ["text": "x", "answer": ["subject": "urban_construction", "nature": "complaint", "text": "y"]],
                "/answer/nature: 请选择性质"
            ),
            (["text": "x", "line": "12319", "answer": ["subject": "x", "text": "y"]], "/answer: 这条热线不当场答复"),
            (["text": "x", "source": "nosuch"], "/source: 应为以下之一"),
        ]
        for (body, fault) in wrong {
            let answer = try await register(body, key: IntakeFixture.key(), mine)
            #expect(answer.status == 422 && answer.faults.contains { $0.hasPrefix(fault) }, "\(fault): \(answer.text)")
        }
        let key = IntakeFixture.key()
        #expect(try await register(Self.letter, key: key, nil).status == 401)
        #expect(try await register(Self.letter, key: key, try await token("officer")).status == 403)
    }
}
