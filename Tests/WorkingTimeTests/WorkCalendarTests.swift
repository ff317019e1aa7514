import Testing
import WorkingTime

@Suite struct WorkCalendarTests {
    private func holiday(_ off: String..., work: [String] = []) throws -> WorkCalendar.Holiday {
        WorkCalendar.Holiday(name: "国庆节", daysOff: try off.map(day), makeUpDays: try work.map(day))
    }

    @Test func `each day is what the order makes it, else what its weekday makes it`() throws {
        let holiday = try holiday("2024-10-05", "2024-10-07", work: ["2024-10-12"])
        let calendar = try #require(Samples.plain(holidays: [holiday]))
        #expect(try calendar.kind(of: day("2024-10-04")) == .ordinary)
        #expect(try calendar.kind(of: day("2024-10-05")) == .off(holiday: "国庆节"))
        #expect(try calendar.kind(of: day("2024-10-06")) == .weekend)
        #expect(try calendar.kind(of: day("2024-10-07")) == .off(holiday: "国庆节"))
        #expect(try calendar.kind(of: day("2024-10-12")) == .makeUp(holiday: "国庆节"))
        for day in try day("2024-01-01")...day("2025-12-31") {
            let isWorking = try calendar.kind(of: day).isWorking
            try #require(try calendar.isWorking(day) == isWorking)
        }
    }

    @Test func `the first and the last day of the years are known, the days beside them are not`() throws {
        let calendar = try #require(Samples.plain())
        #expect(calendar.covered == 2024...2025)
        #expect(try calendar.isWorking(day("2024-01-01")))
        #expect(try calendar.isWorking(day("2025-12-31")))
        #expect(try calendar.workingDay(from: day("2024-01-01")) == day("2024-01-01"))
        #expect(try calendar.workingDay(1, after: day("2023-12-31")) == day("2024-01-01"))
        for (unknown, year) in [(try day("2023-12-31"), 2023), (try day("2026-01-01"), 2026)] {
            let error = CalendarError.noData(year: year, calendar: calendar.version, covered: 2024...2025)
            #expect(throws: error) { try calendar.isWorking(unknown) }
            #expect(throws: error) { try calendar.kind(of: unknown) }
            #expect(throws: error) { try calendar.workingDay(from: unknown) }
            #expect(throws: error) { try calendar.workingDay(1, before: unknown) }
            #expect(throws: error) { try calendar.workingDays(in: unknown...unknown) }
        }
        #expect(throws: CalendarError.self) { try calendar.workingDay(1, after: day("2025-12-31")) }
        #expect(throws: CalendarError.self) { try calendar.workingDay(1, before: day("2024-01-01")) }
    }

    @Test func `working days among others are listed in order`() throws {
        let calendar = try #require(Samples.plain())
        #expect(
            try calendar.workingDays(in: day("2024-03-08")...day("2024-03-12")).map(\.weekday)
                == [.friday, .monday, .tuesday])
        #expect(try calendar.workingDays(in: day("2024-03-09")...day("2024-03-10")).isEmpty)
        #expect(try calendar.workingDays(in: day("2024-01-01")...day("2025-12-31")).count == 262 + 261)
    }

    @Test func `a calendar with a gap, a day in the wrong year, or a day named twice does not come about`() throws {
        #expect(Samples.plain(holidays: [try holiday("2025-10-01")]) == nil)
        #expect(Samples.plain(holidays: [try holiday("2024-10-01", "2024-10-01")]) == nil)
        #expect(Samples.plain(holidays: [try holiday("2024-10-05", work: ["2024-10-05"])]) == nil)
        let version = WorkCalendar.Version(calendar: "x", version: 1)
        for years in [[], [2024, 2026], [2025, 2024], [2024, 2024], [0], [9999, 10_000], [Int.max]] {
            let orders = years.map {
                WorkCalendar.Year(number: $0, isFinal: true, status: "final", papers: [], holidays: [])
            }
            #expect(WorkCalendar(version: version, region: "XX", years: orders) == nil, "\(years)")
        }
    }
}
