import Foundation
import HTTP
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `what a person writes or is called appears on no topic, in no log and no metric`() async throws {
        let secrets = ["欧阳慕容", "13999887766", "peony@example.invalid", "牡丹暗号"]
        try await Self.suite(logLevel: "debug") { suite in
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }
            // One text that the database will not take, and one organisation's cases that it will not take either.
            try await suite.script(
                """
                ALTER TABLE jiesu.submission ADD CHECK (text NOT LIKE '%不可保存%');
                ALTER TABLE jiesu.case_file ADD CHECK (lead IS DISTINCT FROM 'wangting-urban') NOT VALID;
                """)
            let citizens = Citizens(port: try suite.port)
            let texts = ["路灯坏了十几盏，请城管部门尽快更换路灯。", "工地拖欠农民工工资三个月。", "不知道该说什么。"]
            try await citizens.send(
                (0..<30).map { Complaint(key: "13999887766-\($0)", body: Self.personal(texts[$0 % texts.count])) })
            let client = Client(port: try suite.port)
            for (status, body) in Self.unwelcome {
                let answer = try await client.send(
                    "POST", "/api/v1/complaints",
                    headers: ["Idempotency-Key": "13999887766-0", "Content-Type": "application/json"], body: body)
                #expect(answer.status == status, "\(answer.text)")
            }
            let refused = try await client.send(
                "POST", "/api/v1/complaints", headers: ["Idempotency-Key": "peony@example.invalid"],
                json: Self.personal("不可保存"))
            #expect(refused.status == 422, "\(refused.text)")
            for target in [
                "/api/v1/complaints/13999887766", "/peony@example.invalid?phone=13999887766", "/%E7%89%A1%E4%B8%B9",
            ] {
                let answer = try await client.send("GET", target, headers: ["Jiesu-Query-Code": "13999887766"])
                #expect(answer.status == 404, "\(answer.text)")
            }
            try await eventually("ten cases are parked and the others have their end") {
                try await suite.number(
                    """
                    SELECT (SELECT count(*) FROM jiesu.parked) * 1000 + (SELECT count(*) FROM jiesu.outbox)
                        + (SELECT count(*) FROM jiesu.case_file WHERE state = 'registered')
                    """) == 10_000
            }
            try await eventually("topics show the cases") {
                Set(wire.entries.map(\.caseID)).count == 30
            }
            #expect(try await suite.number("SELECT count(*) FROM jiesu.submission WHERE text LIKE '%牡丹暗号%'") == 30)
            #expect(try await suite.places(showing: secrets, wire: wire) == [])
        }
    }

    private static func personal(_ text: String) -> JSON {
        [
            "title": "牡丹暗号", "text": .string("\(text)我叫欧阳慕容，电话13999887766，牡丹暗号。"), "identity": "named",
            "contact": [
                "name": "欧阳慕容", "phone": "13999887766", "email": "peony@example.invalid", "address": "牡丹暗号胡同",
            ], "place": ["address": "牡丹暗号胡同", "region": "望汀区"], "about": "牡丹暗号公司",
        ]
    }

    /// Requests that are answered with a problem, and its status.
    private static let unwelcome: [(Int, [UInt8])] = [
        (422, personal("换了内容。").bytes),
        (400, Array("{\"text\": \"牡丹暗号 13999887766".utf8)),
        (422, Array("{\"text\": \"x\", \"牡丹暗号\": \"13999887766\", \"happened_at\": \"peony@example.invalid\"}".utf8)),
        (422, Array("{\"text\": \"牡丹暗号\\u0000\"}".utf8)),
        (400, [0x22] + Array("牡丹暗号".utf8) + [0xFF, 0x22]),
    ]
}
