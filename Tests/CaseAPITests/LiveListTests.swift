import CaseStore
import Casework
import Support
import Testing

/// Lists that keep themselves up to date.
@Suite struct LiveListTests {
    private static func supervise(_ id: Int64, in fixture: DeskFixture) async throws {
        let command = Command(
            id: TestBroker.uniqueName(), seen: .round(1), by: .service("test"), order: .supervise(reason: "leader"))
        _ = try await fixture.store.perform([.init(caseID: id, command: command)])[0].get()
    }

    @Test(arguments: [true, false])
    func `a list is complete without JavaScript; with it, it counts down and shows what comes without being asked`(
        javaScript: Bool
    ) async throws {
        let fixture = try await DeskFixture()
        let first = try await fixture.dispatched(1)[0]
        try await Self.supervise(first, in: fixture)
        let desk = try await LiveDesk(fixture)
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(desk.port)/desk")
            try await browser.type("officer", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            #expect(try await browser.text(of: "tbody time.limit").hasPrefix("20"))
            #expect(try await browser.faults(of: "desk-live", judged: javaScript) == [])
            let second = try await fixture.dispatched(1)[0]
            try await Self.supervise(second, in: fixture)
            let number = CaseNumber(id: second).description
            if javaScript {
                #expect(try await browser.text(of: "tbody .left").contains("还有"))
                try await eventually("the list shows it") { try await browser.text(of: "#live").contains(number) }
                #expect(try await browser.text(of: "tbody tr:nth-child(2) .left").contains("还有"))
            } else {
                #expect(try await !browser.text(of: "#live").contains("还有"))
                try await browser.open("http://127.0.0.1:\(desk.port)/desk/cases")
                #expect(try await browser.text(of: "#live").contains(number))
            }
        }
        try await desk.stop()
    }

    @Test func `the pages' feed wants the pages' log-in`() async throws {
        let desk = try await LiveDesk(try await DeskFixture())
        let answer = try await WorkPagesTests.Visitor(desk.port).get("/desk/events")
        #expect(answer.status == 401)
        try await desk.stop()
    }
}
