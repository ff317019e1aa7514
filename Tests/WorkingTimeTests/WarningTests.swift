import Support
import Testing
import WorkingTime

/// When to warn before a limit ends (R-DL-55).
@Suite struct WarningTests {
    let calendar: WorkCalendar

    init() throws { calendar = try Samples.shipped.get() }

    @Test(arguments: [
        ("2024-10-10T23:59:59", "30min", "2024-10-10T23:29:59"),
        ("2024-10-10T00:10:00", "2h", "2024-10-09T22:10:00"),
        ("2024-10-10T23:59:59", "1cd", "2024-10-09T23:59:59"),
        ("2024-10-10T23:59:59", "7cd", "2024-10-03T23:59:59"),
        ("2024-10-10T17:29:59", "1wd", "2024-10-09T17:29:59"),
        // Over the days off, and back to a make-up Sunday.
        ("2024-10-08T23:59:59", "1wd", "2024-09-30T23:59:59"),
        ("2024-10-08T23:59:59", "2wd", "2024-09-29T23:59:59"),
        ("2024-10-08T23:59:59", "3wd", "2024-09-27T23:59:59"),
        // A limit that ends on a day off: its last working day is Mon 30 September.
        ("2024-10-02T23:59:59", "1wd", "2024-09-29T23:59:59"),
        ("2024-10-02T23:59:59", "sameday", "2024-10-02T00:00:00"),
        ("2024-10-02T23:59:59", "now", "2024-10-02T23:59:59"),
    ])
    func `the warning comes when so much is left`(due: String, offset: String, warning: String) throws {
        #expect(try before(at(due), by: limit(offset), on: calendar).iso8601 == "\(warning)+08:00")
    }

    @Test func `a limit as long as the offset, begun when the warning comes, ends at the same moment`() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let year = Int.random(in: 2016...2025, using: &random)
            let start = try day("\(year)-01-01").advanced(by: Int.random(in: 0..<365, using: &random)).start
            let due = try due(from: start, limit("40wd"), counting: Counting(), on: calendar).moment
            for unit in [Limit.Unit.minute, .hour, .calendarDay, .workingDay] {
                let offset = try limit(Int.random(in: 1...35, using: &random), unit)
                let warning = try before(due, by: offset, on: calendar)
                let end = try WorkingTime.due(from: warning, offset, counting: Counting(), on: calendar)
                try #require(end.moment == due, "\(offset) before \(due.rfc3339)")
            }
        }
    }

    @Test func `working days before the first year with data are an error`() throws {
        let error = #expect(throws: CalendarError.self) {
            try before(at("2015-01-05T12:00"), by: limit("5wd"), on: calendar)
        }
        #expect(error == .noData(year: 2014, calendar: calendar.version, covered: 2015...2026))
    }
}
