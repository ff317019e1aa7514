import Casework
import HTTP
import JSON
import Policies
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

    /// The form's button that people see.
    static let send = "button[value=send]:not(.skip)"
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

    /// A page that a new operator opened: its cookie, and what its form brings along.
    private func opened(_ intake: IntakeFixture) async throws -> (headers: Headers, hidden: [(String, String)]) {
        let name = try await account(intake, "operator")
        let logIn = try await intake.send(
            "POST", "/operator/log-in", headers: Self.type,
            body: Array("name=\(name)&password=a%20good%20password".utf8))
        var headers: Headers = ["Content-Type": MultipartBody.type, "Accept": "text/html"]
        headers["Cookie"] = try #require(logIn.headers["Set-Cookie"]?.split(separator: ";").first.map(String.init))
        let page = try await intake.send("GET", "/operator?call=c-17", headers: headers).text
        #expect(page.contains("value=\"c-17\""), "the telephone system's number of the call stands there")
        let hidden = try ["form_token", "key", "photos"].map { name in
            let value = try #require(page.firstMatch(of: try Regex("name=[\"']\(name)[\"'] value=[\"']([0-9a-z]+)")))
            return (name, String(try #require(value[1].substring)))
        }
        return (headers, hidden)
    }

    private func send(
        _ intake: IntakeFixture, _ headers: Headers, _ texts: [(String, String)],
        files: [(field: String, name: String, bytes: [UInt8])] = []
    ) async throws -> Client.Answer {
        try await intake.send(
            "POST", "/operator/complaint", headers: headers, body: MultipartBody(texts, files: files).bytes)
    }

    @Test func `what a channel demands is asked for, what another one has is not taken, and who is anonymous stays so`()
        async throws
    {
        let intake = try await IntakeFixture.shared()
        let (headers, hidden) = try await opened(intake)
        var form = hidden + [("text", "路灯不亮"), ("identity", "anonymous"), ("channel", "letter"), ("camera", "路口")]
        let missing = try await send(intake, headers, form)
        #expect(missing.status == 422 && missing.text.contains("请填写收到日期") && !missing.text.contains("请填写接待人"))
        let question = try #require(
            missing.text.firstMatch(of: /<fieldset[^>]*>(?:(?!<\/fieldset>)[\s\S])*id='received'/))
        #expect(!question.0.contains("hidden"), "it is shown then, also without a script")
        form += [("received", "2026-02-30"), ("pages", "drei")]
        let wrong = try await send(intake, headers, form)
        #expect(wrong.status == 422 && wrong.text.contains("收到日期：应为日期") && wrong.text.contains("页数：应为数字"))
        #expect(wrong.text.contains("value=\"drei\""), "what was typed is kept")
        form = form.dropLast(2) + [("received", "2026-03-01"), ("person_agent", "受托人甲")]
        let receipt = try await send(intake, headers, form)
        let number = try #require(receipt.text.firstMatch(of: /id="number">(\d+)/)).1
        let id = try #require(CaseNumber(String(number))?.id)
        let stored = try await intake.pool.withConnection {
            try await $0.query("SELECT particulars::text FROM jiesu.submission WHERE case_id = \(id)")
        }.only().get(0, as: String.self)
        #expect(stored == #"{"received": "2026-03-01"}"#)
        let told = try await intake.number(
            "SELECT count(*) FROM jiesu.case_event WHERE case_id = \(id) AND payload LIKE '%2026-03-01%'")
        #expect(told == 0, "no event holds it, so no topic does")
    }

    @Test func `no particular has the name of another question of the form`() {
        let names = Set(CitizenForm.fields.map(\.name) + CitizenForm.photoFields.map(\.name) + ["form_token", "take"])
        #expect(KnownCodes.particulars.filter { names.contains($0.code) } == [])
    }

    @Test func `photos and papers that an operator chooses are with the case, also where it is answered at once`()
        async throws
    {
        let intake = try await IntakeFixture.shared()
        let (headers, hidden) = try await opened(intake)
        let form = hidden + [("text", "怎么提取公积金"), ("identity", "anonymous"), ("channel", "phone_hotline")]
        let first = try await send(
            intake, headers, form + [("step", "photos")],
            files: [("photo", "../../a.png", Photos.png), ("photo", "b.pdf", Photos.pdf)])
        #expect(first.status == 200 && first.text.contains("已选的照片 1") && first.text.contains("文件 2（PDF）"))
        #expect(first.text.contains("怎么提取公积金") && !first.text.contains("../"))
        let unfit = try await send(intake, headers, form, files: [("photo", "c.png", Array("<svg>".utf8))])
        #expect(unfit.status == 422 && unfit.text.contains("文件没有加上") && unfit.text.contains("文件 2（PDF）"))
        let drop = try #require(first.text.firstMatch(of: /name="drop" value="(\d+)"/)).1
        let answered = form + [("answer", "带身份证到窗口"), ("answer_subject", "urban_construction"), ("drop", String(drop))]
        let receipt = try await send(intake, headers, answered, files: [("photo", "d.jpg", Photos.fromTelephone())])
        #expect(receipt.text.contains("本件已办结") && !receipt.text.contains("没有全部保存"), "\(receipt.text)")
        let number = try #require(receipt.text.firstMatch(of: /id="number">(\d+)/)).1
        let id = try #require(CaseNumber(String(number))?.id)
        let kept = try await intake.pool.withConnection {
            try await $0.query(
                "SELECT type FROM jiesu.attachment WHERE case_id = \(id) AND of_complainant AND account IS NOT NULL ORDER BY id"
            )
        }.map { try $0.get(0, as: String.self) }
        #expect(kept == ["application/pdf", "image/jpeg"])
        let again = try await send(intake, headers, answered)
        #expect(again.text.contains(number) && !again.text.contains("没有全部保存"), "sent twice it is one")

        let other = try await opened(intake)
        let chosen = try await send(
            intake, other.headers, other.hidden + [("step", "photos")], files: [("photo", "a.png", Photos.png)])
        #expect(chosen.text.contains("已选的照片 1"))
        let stolen = try await intake.pool.withConnection {
            try await $0.query(
                "SELECT jiesu.attach_drafts(-1, \(id), \(try #require(other.hidden.last?.1)))")
        }.only().get(0, as: Bool.self)
        #expect(!stolen, "to nobody else's case")
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
            try await browser.follow(Self.send)
            #expect(try await browser.text(of: ".faults").contains("请选择分类"))
            #expect(try await browser.faults(of: "operator-answer", judged: javaScript) == [])
            try await browser.click("#answer_subject option[value=urban_construction]")
            try await browser.follow(Self.send)
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
            try await browser.click("summary")
            try await browser.type("3", into: "#pages")
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
                    || coalesce(' ' || s.particulars::text, '')
                FROM jiesu.submission s JOIN jiesu.complainant p ON p.id = s.complainant WHERE s.case_id = \(number.id)
                ORDER BY s.number
                """)
        }.map { try $0.get(0, as: String.self) }
        #expect(
            rows == [
                "1 web_portal 路灯不亮 柳坝路 测试丁 \(phones.wrong)", #"2 letter 路灯不亮 柳坝东路 测试丁 \#(phones.right) {"pages": "3"}"#,
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
            if !javaScript { try await browser.follow("#own button") }
            // Month, day and year, as this browser asks for a date.
            try await browser.type("03012026", into: "#received")
            try await browser.type("02282026", into: "#dated")
            try await browser.type("3", into: "#pages")
            try await browser.type("某领导", into: "#leader_name")
            #expect(try await browser.faults(of: "operator-letter", judged: javaScript) == [])
            try await browser.type("信访件：路灯不亮", into: "#text")
            try await browser.click("#identity")
            try await browser.follow(Self.send)
            #expect(try await browser.text(of: ".faults").contains("请留下姓名"))
            try await browser.type("测试乙", into: "input#name")
            try await browser.follow(Self.send)
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
            let particulars = try await intake.pool.withConnection {
                try await $0.query("SELECT particulars::text FROM jiesu.submission WHERE case_id = \(number.id)")
            }.only().get(0, as: String.self)
            #expect(
                try JSON.parse(Array(particulars.utf8)) == [
                    "received": "2026-03-01", "dated": "2026-02-28", "pages": "3", "leader_name": "某领导",
                ], "what a letter and an instruction have of their own, and not the call of a telephone: \(particulars)"
            )

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
