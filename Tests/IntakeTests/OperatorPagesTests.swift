import Casework
import HTTP
import Postgres
import Support
import Testing

@testable import Intake

/// Where an operator registers while the caller speaks, in a real Chromium and by hand.
@Suite struct OperatorPagesTests {
    func account(_ intake: IntakeFixture, _ role: String) async throws -> String {
        let name = "\(role)-\(UInt32.random(in: 0 ... .max))"
        _ = try await intake.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.account (name, title, roles, password)
                VALUES (\(name), '测试员', \([role]), jiesu.password_hash('a good password'))
                """)
        }
        return name
    }

    private static let type: Headers = ["Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"]

    @Test func `nobody without the role registers for others, whatever they send`() async throws {
        let intake = try await IntakeFixture.shared()
        #expect(
            try await intake.send("GET", "/operator", headers: [:]).headers["Location"] == "/operator/log-in")
        let name = try await account(intake, "officer")
        let logIn = try await intake.send(
            "POST", "/operator/log-in", headers: Self.type,
            body: Array("name=\(name)&password=a%20good%20password".utf8))
        var headers = Self.type
        headers["Cookie"] = try #require(logIn.headers["Set-Cookie"]?.split(separator: ";").first.map(String.init))
        #expect(try await intake.send("GET", "/operator", headers: headers).status == 403)
        let password = try await intake.send("GET", "/operator/password", headers: headers).text
        let token = try #require(password.firstMatch(of: /name=["']form_token["'] value=["']([0-9a-f]+)/)).1
        let sent = try await intake.send(
            "POST", "/operator/complaint", headers: headers,
            body: Array("form_token=\(token)&channel=letter&identity=anonymous&text=x".utf8))
        #expect(sent.status == 403)
    }

    @Test(arguments: [true, false])
    func `a question is answered while the caller is on the line, and ends with that`(javaScript: Bool) async throws {
        let intake = try await IntakeFixture.shared()
        let name = try await account(intake, "operator")
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(intake.port)/operator")
            try await browser.type(name, into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.type("想问公积金怎么提取", into: "#text")
            try await browser.click("#identity-1")
            try await browser.type("带身份证到窗口办理", into: "#answer")
            try await browser.follow("main button")
            #expect(try await browser.text(of: ".faults").contains("请选择分类"))
            #expect(try await browser.faults(of: "operator-answer", judged: javaScript) == [])
            try await browser.click("#answer_subject option[value=urban_construction]")
            try await browser.follow("main button")
            let number = try #require(CaseNumber(try await browser.text(of: "#number")))
            #expect(try await browser.text(of: "main").contains("本件已办结"))
            let code = try await browser.text(of: "#code")
            let progress = try await intake.progress(number.description, code: code).json
            #expect(progress?["state"] == "closed" && progress?["answer"] == "带身份证到窗口办理")
            let events = try await intake.pool.withConnection {
                try await $0.query(
                    "SELECT kind || ' ' || split_part(actor, ':', 1) FROM jiesu.case_event WHERE case_id = \(number.id) ORDER BY version"
                )
            }.map { try $0.get(0, as: String.self) }
            #expect(
                events == [
                    "registered account", "classified account", "accepted service", "replied account", "closed service",
                ])
            let row = try await intake.pool.withConnection {
                try await $0.query(
                    "SELECT state || ' ' || nature || ' ' || subject FROM jiesu.case_file WHERE id = \(number.id)")
            }.only().get(0, as: String.self)
            #expect(row == "closed consult urban_construction")
        }
    }

    @Test func `what was taken down wrongly is put right, and what it was before stays`() async throws {
        let intake = try await IntakeFixture.shared()
        let name = try await account(intake, "operator")
        let phones = (
            wrong: "000-\(UInt32.random(in: 1_000_000...9_999_999))",
            right: "001-\(UInt32.random(in: 1_000_000...9_999_999))"
        )
        let answer = try await intake.post(
            ["text": "路灯不亮", "place": ["address": "柳坝路"], "contact": ["name": "测试丁", "phone": .string(phones.wrong)]],
            key: IntakeFixture.key())
        let number = try #require(answer.json?["number"]?.string.flatMap(CaseNumber.init))
        try await Browser.with(javaScript: false) { browser in
            let home = "http://127.0.0.1:\(intake.port)/operator"
            try await browser.open(home)
            try await browser.type(name, into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open(home + "/correction?number=\(number)")
            #expect(try await browser.faults(of: "operator-correction", judged: false) == [])
            try await browser.follow("main button")
            #expect(try await browser.text(of: ".faults").contains("请填写要更正的内容"))
            try await browser.click("#channel option[value=letter]")
            try await browser.type(phones.right, into: "#phone")
            try await browser.type("柳坝东路", into: "#place")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "main").contains("已更正"))
            for (phone, isFound) in [(phones.wrong, false), (phones.right, true)] {
                try await browser.open(home + "?caller=" + phone)
                #expect(try await browser.text(of: "main").contains(number.description) == isFound, "\(phone)")
            }
        }
        let rows = try await intake.pool.withConnection {
            try await $0.query(
                """
                SELECT s.number || ' ' || s.channel || ' ' || s.text || ' ' || s.place || ' ' || p.name || ' ' || p.phone
                FROM jiesu.submission s JOIN jiesu.complainant p ON p.id = s.complainant WHERE s.case_id = \(number.id)
                ORDER BY s.number
                """)
        }.map { try $0.get(0, as: String.self) }
        #expect(
            rows == [
                "1 web_portal 路灯不亮 柳坝路 测试丁 \(phones.wrong)", "2 letter 路灯不亮 柳坝东路 测试丁 \(phones.right)",
            ])
        let event = try await intake.pool.withConnection {
            try await $0.query(
                "SELECT payload FROM jiesu.case_event WHERE case_id = \(number.id) AND kind = 'corrected'")
        }.only().get(0, as: String.self)
        #expect(event == #"{"channel":"letter","contactable":true,"submission":2}"#, "codes alone")
    }

    @Test(arguments: [true, false])
    func `an operator registers a letter, and the caller's number stands there already`(javaScript: Bool) async throws {
        let intake = try await IntakeFixture.shared()
        let name = try await account(intake, "operator")
        let home = "http://127.0.0.1:\(intake.port)"
        let phone = "000-\(UInt32.random(in: 1_000_000...9_999_999))"
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open(home + "/operator")
            try await browser.type(name, into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open(home + "/operator?caller=\(phone)&call=1")
            #expect(try await browser.faults(of: "operator-form", judged: javaScript) == [])
            try await browser.click("#channel option[value=letter]")
            try await browser.click("#source option[value=leader]")
            try await browser.type("信访件：路灯不亮", into: "#text")
            try await browser.click("#identity")
            try await browser.follow("main button")
            #expect(try await browser.text(of: ".faults").contains("请留下姓名"))
            try await browser.type("测试乙", into: "input#name")
            try await browser.follow("main button")
            let number = try #require(CaseNumber(try await browser.text(of: "#number")))
            #expect(try await browser.text(of: "#code").count == 19)
            #expect(try await browser.faults(of: "operator-receipt", judged: javaScript) == [])
            let row = try await intake.pool.withConnection {
                try await $0.query(
                    """
                    SELECT f.channel, e.actor, e.payload::jsonb ->> 'source', c.phone, s.text FROM jiesu.case_file f
                    JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = 1
                    JOIN jiesu.submission s ON s.case_id = f.id JOIN jiesu.complainant c ON c.id = s.complainant
                    WHERE f.id = \(number.id)
                    """)
            }.only()
            let found = try (0..<5).map { try row.get($0, as: String.self) }
            #expect(found[0] == "letter" && found[1].hasPrefix("account:") && found[2] == "leader")
            #expect(found[3] == phone && found[4] == "信访件：路灯不亮")

            // Who calls again is known by the number, however it is written, and the look is on record.
            let digits = phone.filter(\.isNumber)
            for written in [digits, "%2B86%20" + digits, "0086" + digits] {
                try await browser.open(home + "/operator?caller=" + written)
                #expect(try await browser.text(of: "#earlier-cases").contains(number.description), "\(written)")
            }
            #expect(try await browser.text(of: "#earlier-cases").contains(number.description))
            #expect(try await browser.faults(of: "operator-again", judged: javaScript) == [])
            let looks = try await intake.number(
                "SELECT count(*) FROM jiesu.access_log WHERE case_id = \(number.id) AND purpose = 'caller'")
            #expect(looks == 3)
            try await browser.open(home + "/operator?caller=11")
            #expect(try await !browser.text(of: "main").contains("此前的工单"))
        }
    }
}
