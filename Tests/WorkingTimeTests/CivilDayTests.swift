import Foundation
import Testing
import WorkingTime

@Suite struct CivilDayTests {
    /// Foundation's, in China's zone.
    private static let foundation: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
        return calendar
    }()

    @Test func `every day from 1970 to 2100 has the date and weekday that Foundation gives it`() throws {
        var date = Date(timeIntervalSince1970: 4 * 3600)
        for number in 0..<47_847 {
            let day = CivilDay(number: number)
            let other = Self.foundation.dateComponents([.year, .month, .day, .weekday], from: date)
            try #require(day.parts.year == other.year && day.parts.month == other.month && day.parts.day == other.day)
            // Foundation's week begins with Sunday, 1.
            let sunday = try #require(other.weekday)
            let fromMonday = (sunday + 5) % 7
            try #require(day.weekday == Weekday.allCases[fromMonday])
            try #require(CivilDay(year: day.parts.year, month: day.parts.month, day: day.parts.day) == day)
            date += 86_400
        }
        #expect(CivilDay(number: 47_846).description == "2100-12-31")
    }

    @Test func `every tenth day of the years 1 to 9999 survives its own text`() throws {
        let first = try #require(CivilDay("0001-01-01"))
        let last = try #require(CivilDay("9999-12-31"))
        for day in stride(from: first, through: last, by: 10) { try #require(CivilDay(day.description) == day) }
    }

    @Test(arguments: [
        "", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "0000-01-01",
        "2026-1-1", "+026-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-01", "2026-01-011", "20260101", "２０２６-01-01",
        "٢٠٢٦-01-01", "2026-01-0\u{0}", "昨天", String(repeating: "9", count: 100_000),
    ])
    func `what is no day written just so is nil`(text: String) { #expect(CivilDay(text) == nil) }

    @Test(arguments: [
        ("2024-09-27T00:00:00+08:00", "2024-09-27"), ("2024-09-26T23:59:59.999999+08:00", "2024-09-26"),
        ("2024-09-26T16:00:00Z", "2024-09-27"), ("1969-12-31T15:59:59Z", "1969-12-31"),
        ("1969-12-31T16:00:00Z", "1970-01-01"),
    ])
    func `a moment belongs to the day that it is in China`(moment: String, day: String) throws {
        #expect(try at(moment).day.description == day)
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func `no moment is too far away to have a day and a text`(microseconds: Int64) {
        let moment = Moment(microseconds: microseconds)
        #expect(moment.iso8601.hasPrefix(moment.day.description))
        #expect(moment.rfc3339.hasSuffix("Z"))
    }
}
