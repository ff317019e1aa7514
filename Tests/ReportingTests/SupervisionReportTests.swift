import CaseAPI
import Casework
import HTTP
import JSON
import Support
import Testing
import WorkingTime

@testable import Reporting

struct SupervisionReportTests {
    @Test(arguments: [(1237, 20, 248), (1235, 20, 247), (1, 20, 1), (0, 20, 0), (100, 0, 0)])
    func `E-26: the share of last month's cases is rounded up`(accepted: Int, quota: Int, needed: Int) {
        let none = SupervisionShare(profile: "p", quota: quota, accepted: accepted, supervised: 0)
        #expect(none.needed == needed && none.shortage == needed)
        let more = SupervisionShare(profile: "p", quota: quota, accepted: accepted, supervised: needed + 3)
        #expect(more.shortage == 0)
    }

    @Test(arguments: [
        ("2026-03", "2026-03-31", "2026-02"), ("2024-02", "2024-02-29", "2024-01"),
        ("2026-01", "2026-01-31", "2025-12"),
    ])
    func `a month is a month of the calendar`(text: String, last: String, before: String) throws {
        let month = try #require(Month(text))
        #expect(month.period.to.description == last && month.description == text)
        #expect(month.before?.description == before)
    }

    @Test(arguments: ["", "2026-13", "2026-3", "2026/03", "2026-03-01", "二〇二六年三月"])
    func `what names no month is refused`(text: String) { #expect(Month(text) == nil) }

    @Test func `E-26: one case counts once a month, and what is missing is shown`() async throws {
        let fixture = try await ReportingFixture()
        let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("city-urban")]
        func supervised(_ order: Int) -> Event { .supervised(Supervised(order: order, trigger: "quota", due: 0)) }
        // Accepted in January 1970; ten more in February are next month's affair.
        for id in 1...6 as ClosedRange<Int64> { try await fixture.add(id, handled) }
        for id in 7...16 as ClosedRange<Int64> { try await fixture.add(id, handled, registered: Life.day(33)) }
        try await fixture.append([supervised(1), supervised(2)], to: 7, registered: Life.day(33))
        // Supervised, but under a scheme without such a share.
        try await fixture.append([supervised(1)], to: 8, registered: Life.day(33))
        try await fixture.execute("UPDATE jiesu.case_file SET policies = '{life@1,p003-11@1}' WHERE id <> 8")
        try await fixture.makeAll()
        let served = try ReportRoutesTests.Served(fixture)
        let answer = try await served.get("/api/v1/reports/supervision?month=1970-02")
        #expect(answer.status == 200, "\(answer.text)")
        let json = try #require(answer.json)
        #expect(SupervisionDocument.schema.check(json) == [])
        let share = json["schemes"]?.array?.first { $0["profile"] == "p003-11" }
        #expect(
            share?["accepted"] == 6 && share?["needed"] == 2 && share?["supervised"] == 1 && share?["shortage"] == 1)
        #expect(try await served.get("/api/v1/reports/supervision?month=1970-99").status == 422)
        #expect(try await served.get("/api/v1/reports/supervision").status == 422)
    }
}
