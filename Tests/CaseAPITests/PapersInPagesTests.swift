import Casework
import Foundation
import HTTP
import Support
import Testing

@testable import WorkPages

/// Photos and papers in the pages of people at work, and the 工单 on paper.
@Suite struct PapersInPagesTests {
    private typealias Site = WorkPagesTests.Site
    private typealias Visitor = WorkPagesTests.Visitor

    private func hidden(_ page: String, kind: String) throws -> [(String, String)] {
        let start = try #require(page.range(of: "id=\"\(kind)\""), "no form \(kind)").lowerBound
        let form = page[start...].prefix(while: { _ in true }).split(separator: "</form>", maxSplits: 1)[0]
        return form.matches(of: /type=["']hidden["'] name=["']([a-z_-]+)["'] value=["']([^"']*)["']/)
            .map { (String($0.1), String($0.2)) }
    }

    private func send(_ visitor: Visitor, _ path: String, _ body: MultipartBody) async throws -> Client.Answer {
        var headers: Headers = ["Accept": "text/html", "Content-Type": MultipartBody.type]
        headers["Cookie"] = visitor.cookie
        return try await Client(port: visitor.port).send("POST", path, headers: headers, body: body.bytes)
    }

    @Test func `an answer goes with photos and papers; what is wrong with one is said, and none is lost`() async throws
    {
        let site = try await Site()
        let id = try await site.fixture.dispatched(1)[0]
        let number = CaseNumber(id: id).description
        let officer = Visitor(site.ports.desk)
        try await officer.logIn("officer", at: "/desk")
        let orders = "/desk/cases/\(number)/orders"
        let page = try await officer.get("/desk/cases/\(number)").text
        #expect(try await send(officer, orders, MultipartBody(try hidden(page, kind: "sign"))).status == 303)

        let signed = try await officer.get("/desk/cases/\(number)").text
        let answers = [
            ("reply-to", "complainant"), ("reply-form", "written"), ("reply-outcome", "explained"),
            ("reply-photo", "true"),
        ]
        let form = try hidden(signed, kind: "reply") + answers
        let lacking = try await send(officer, orders, MultipartBody(form + [("reply-note", "已更换")]))
        #expect(lacking.status == 422 && lacking.text.contains("请附上照片"))
        let unfit = try await send(
            officer, orders,
            MultipartBody(
                form,
                files: [
                    ("reply-attachments", "a", Photos.fromTelephone()), ("reply-attachments", "b", Array("<svg>".utf8)),
                    ("note-attachments", "c", Photos.png),
                ]))
        #expect(unfit.status == 422 && unfit.text.contains("答复全文：请填写") && unfit.text.contains("已收到 1 个"))
        let again = try hidden(unfit.text, kind: "reply")
        #expect(again.filter { $0.0 == "reply-attachments-kept" }.count == 1)
        let wrong = try await send(
            officer, orders,
            MultipartBody(
                again + answers + [("reply-note", "已更换")], files: [("reply-attachments", "b", Array("<svg>".utf8))]))
        #expect(wrong.status == 422 && wrong.text.contains("只接受"))
        let replied = try await send(
            officer, orders,
            MultipartBody(
                again + answers + [("reply-note", "已更换")], files: [("reply-attachments", "p.pdf", Photos.pdf)]))
        #expect(replied.status == 303, "\(replied.text)")
        #expect(
            try await site.fixture.number(
                """
                SELECT jsonb_array_length(payload::jsonb -> 'attachments') FROM jiesu.case_event
                WHERE case_id = \(id) AND kind = 'replied'
                """) == 2)

        let before = try await site.fixture.number("SELECT count(*) FROM jiesu.access_log")
        let token = try hidden(signed, kind: "reply").filter { $0.0 == "form_token" }
        let text = try await officer.post("/desk/cases/\(number)/text", Dictionary(uniqueKeysWithValues: token))
        let addresses = text.text.matches(of: /<a href=['"](\/desk\/cases\/\d+\/attachments\/\d+)['"]/).map {
            String($0.1)
        }
        #expect(addresses.count == 2, "the same photo for another form was not taken")
        let photo = try await officer.get(addresses[0])
        #expect(photo.headers["Content-Type"] == "image/jpeg" && !photo.text.contains("Secret"))
        #expect(photo.headers["Content-Disposition"] == "inline")
        let paper = try await officer.get(addresses[1])
        #expect(paper.body == Photos.pdf && paper.headers["Content-Disposition"] == "attachment")
        #expect(
            try await site.fixture.number("SELECT count(*) FROM jiesu.access_log") == before + 3,
            "each reading is on record")
        let nobody = Visitor(site.ports.desk)
        #expect(try await nobody.get(addresses[0]).status == 303)
        let elsewhere = try await site.fixture.dispatched(1, to: "city-health")[0]
        let foreign = addresses[0].replacing(number, with: CaseNumber(id: elsewhere).description)
        #expect(try await officer.get(foreign).status == 404)
        let mine = CaseNumber(id: try await site.fixture.dispatched(1)[0]).description
        #expect(try await officer.get(addresses[0].replacing(number, with: mine)).status == 404, "of another case")
    }

    @Test(arguments: [
        ("", 2, 4, "", false), ("ab", 1, 2, "ab", false), ("abc", 1, 2, "ab", true), ("路灯", 1, 4, "路灯", false),
        ("路灯坏", 1, 4, "路灯", true), ("路灯坏", 2, 4, "路灯坏", false), ("a\nb\nc", 2, 9, "a\nb", true),
        ("\n\n\n", 2, 9, "\n", true), ("a路", 1, 2, "a", true),
    ])
    func `a text is cut where the paper ends`(text: String, lines: Int, width: Int, shown: String, isCut: Bool) {
        let cut = PrintedCase.cut(text, lines: lines, width: width)
        #expect(cut.text == shown && cut.isCut == isCut)
    }

    @Test(arguments: [true, false])
    func `a 工单 is printed on one side of A4, however much was written, and on record`(javaScript: Bool) async throws {
        let site = try await Site()
        let short = try await site.fixture.dispatched(1)[0]
        let long = try await site.fixture.dispatched(1)[0]
        let text = String(
            repeating: "路灯不亮，wwwwwwwwwwwwwwwwwwwwwwww\n一行很长很长的话，一直说到纸的另一边也没有说完，还要再说下去，说了又说，停不下来。", count: 300)
        _ = try await site.fixture.pool.withConnection {
            try await $0.execute(
                """
                UPDATE jiesu.submission SET text = \(text), place = \(String(repeating: "很长的地点", count: 90)),
                    about = \(String(repeating: "W", count: 200)), title = \(String(repeating: "长标题", count: 60)) WHERE case_id = \(long)
                """)
        }
        try await Browser.with(javaScript: javaScript) { browser in
            let home = "http://127.0.0.1:\(site.ports.desk)/desk"
            try await browser.open(home)
            try await browser.type("officer", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            for (id, isLong) in [(short, false), (long, true)] {
                let number = CaseNumber(id: id).description
                try await browser.open("\(home)/cases/\(number)")
                try await browser.follow("button[formaction$='/print']")
                #expect(try await browser.text(of: "#complaint").hasPrefix(isLong ? "路灯不亮" : "秘密正文"))
                #expect(try await browser.text(of: "#paper").contains("000-0000"))
                #expect(
                    try await browser.faults(of: isLong ? "desk-print-long" : "desk-print", judged: javaScript) == [])
                let paper = try await browser.printed()
                #expect(paper.pages == 1)
                try paper.pdf.write(
                    to: Browser.pictures.appending(path: isLong ? "desk-print-long.pdf" : "desk-print.pdf"))
                #expect(try await browser.text(of: "main").contains("只印到这里") == isLong)
                #expect(
                    try await site.fixture.number(
                        "SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id) AND purpose = 'printing'") == 1)
            }
        }
    }
}
