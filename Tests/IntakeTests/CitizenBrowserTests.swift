import Casework
import Foundation
import JSON
import Support
import Testing

@testable import Intake

/// The citizens' pages in a real Chromium, before a real server and database. Pictures of every page are kept in
/// `.build/pages`.
@Suite struct CitizenBrowserTests {
    private func look(_ browser: Browser, _ name: String, judged: Bool) async throws {
        #expect(try await browser.faults(of: name, judged: judged) == [])
    }

    /// Width and height of the page's pictures, when all are there.
    private static let pictures = """
        const done = arguments[arguments.length - 1];
        const all = Array.from(document.images);
        Promise.all(all.map(i => i.decode())).then(() => done(all.map(i => [i.naturalWidth, i.naturalHeight])), e => done(String(e)))
        """

    @Test(arguments: [true, false])
    func `a citizen complains, puts a fault right, keeps the receipt, looks up and takes back`(javaScript: Bool)
        async throws
    {
        let intake = try await IntakeFixture.shared()
        let home = "http://127.0.0.1:\(intake.port)"
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open(home + "/")
            try await look(browser, "citizen-home", judged: javaScript)
            try await browser.click("a[href='/complaint']")
            try await look(browser, "citizen-form", judged: javaScript)
            try await browser.type("路灯坏了\n请尽快更换 <b>", into: "#text")
            try await browser.click("#identity")
            try await browser.follow("button[value=send]:not(.skip)")
            #expect(try await browser.text(of: ".faults").contains("请留下姓名"))
            try await look(browser, "citizen-faults", judged: javaScript)
            try await browser.type("测试甲", into: "#name")
            try await browser.follow("button[value=send]:not(.skip)")
            #expect(try await browser.text(of: ".faults").contains("无法告知"))
            try await browser.click("#no_contact")
            let folder = try TemporaryFolder()
            let photos = try ["a.jpg", "b.png"].enumerated().map { index, name in
                let file = folder.url.appending(path: name)
                try Data(index == 0 ? Photos.fromTelephone() : Photos.png).write(to: file)
                return file.path
            }
            try await browser.type(photos.joined(separator: "\n"), into: "#photo")
            if !javaScript { try await browser.follow("button[value=photos]") }
            try await look(browser, "citizen-photos-\(javaScript ? "script" : "plain")", judged: javaScript)
            if javaScript {
                try await browser.click("ul.photos li:nth-child(2) button")
                #expect(try await browser.run(Self.pictures) == [[8, 16]], "shown before anything is sent")
            } else {
                try await browser.click("#chosen li:nth-child(2) input")
                try await browser.follow("button[value=photos]")
            }
            try await browser.follow("button[value=send]:not(.skip)")
            let number = try await browser.text(of: "#number")
            #expect(CaseNumber(number) != nil)
            let code = try await browser.text(of: "#code")
            #expect(try await browser.address() == home + "/complaint", "neither number nor code in it")
            try await look(browser, "citizen-receipt", judged: javaScript)

            try await browser.open(home + "/progress")
            try await look(browser, "citizen-lookup", judged: javaScript)
            try await browser.type(number, into: "#number")
            try await browser.type("AAAA-AAAA-AAAA-AAAA", into: "#code")
            try await browser.follow("main button")
            #expect(try await browser.text(of: ".faults").contains("没有查到"))
            try await browser.type(code, into: "#code")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "#state") == "已登记")
            #expect(try await browser.text(of: "main").contains("我的照片"))
            if javaScript { #expect(try await browser.run(Self.pictures) == [[8, 16]], "the right way up") }
            try await look(browser, "citizen-progress", judged: javaScript)
            try await browser.click("details summary")
            try await browser.type(photos[1], into: "#photo")
            try await browser.follow("details button.quiet:not([type])")
            #expect(try await browser.text(of: "[role=status]") == "已加上照片。")
            try await look(browser, "citizen-more-photos", judged: javaScript)
            try await browser.click("details:last-of-type summary")
            try await browser.click("[name=sure]")
            try await browser.follow("form[action='/progress/withdrawal'] button")
            #expect(try await browser.text(of: "[role=status]") == "已撤回。")
            #expect(try await browser.text(of: "#state") == "已撤回")
            try await look(browser, "citizen-withdrawn", judged: javaScript)
            try await browser.open(home + "/nothing-here")
            try await look(browser, "problem", judged: javaScript)
        }
    }

    @Test func `the form is filled in and sent by keyboard alone`() async throws {
        let intake = try await IntakeFixture.shared()
        try await Browser.with(javaScript: true) { browser in
            try await browser.open("http://127.0.0.1:\(intake.port)/complaint")
            let (tab, enter, space, down) = ("\u{E004}", "\u{E007}", " ", "\u{E015}")
            // Past the link to the text and the one to the home page.
            try await browser.press(tab + tab + tab + "Lamp")
            // The field for a date and time holds several stops, as many as the browser likes.
            try await browser.click("#about")
            try await browser.press(tab + space + down)
            try await browser.press(tab + tab + tab + tab + tab + tab + tab + enter)
            #expect(CaseNumber(try await browser.text(of: "#number")) != nil)
        }
    }
}
