import Testing
import WorkingTime

/// The dates that the catalogue works out by hand (part E), with the State Council's days off.
@Suite struct WorkedDatesTests {
    @Test(arguments: [
        // E-01: off 1 to 7 October 2024; working Sunday 29 September and Saturday 12 October.
        "Fri 27 Sep 2024 + 1wd -> Sun 29 Sep 2024",
        "Fri 27 Sep 2024 + 5wd -> Thu 10 Oct 2024",
        "Fri 27 Sep 2024 + 7wd -> Sat 12 Oct 2024",
        "Fri 27 Sep 2024 + 10wd -> Wed 16 Oct 2024",
        "Fri 27 Sep 2024 + 15wd -> Wed 23 Oct 2024",
        "Fri 27 Sep 2024 + 30wd -> Wed 13 Nov 2024",
        // E-02: two sister rules, with and without moving an end that lies on a day off. 5wd and 30wd stand in E-01.
        "Fri 27 Sep 2024 + 5cd -> Wed 2 Oct 2024",
        "Fri 27 Sep 2024 + 5cd next_wd -> Tue 8 Oct 2024",
        "Fri 27 Sep 2024 + 30cd -> Sun 27 Oct 2024",
        "Fri 27 Sep 2024 + 30cd next_wd -> Mon 28 Oct 2024",
        // E-06: 60 days in total, and 30 and 30 more.
        "Fri 27 Sep 2024 + 60cd -> Tue 26 Nov 2024",
        "Sun 27 Oct 2024 + 30cd -> Tue 26 Nov 2024",
        // E-10: the target of 3 to 7 working days; its limit stands in E-01.
        "Fri 27 Sep 2024 + 3wd -> Tue 8 Oct 2024",
        // E-37: off 1 to 8 October 2025; working Sunday 28 September and Saturday 11 October.
        "Fri 26 Sep 2025 + 1wd -> Sun 28 Sep 2025",
        "Fri 26 Sep 2025 + 3wd -> Tue 30 Sep 2025",
        "Fri 26 Sep 2025 + 5wd -> Fri 10 Oct 2025",
        "Fri 26 Sep 2025 + 6wd -> Sat 11 Oct 2025",
        "Fri 26 Sep 2025 + 7wd -> Mon 13 Oct 2025",
        "Fri 26 Sep 2025 + 10wd -> Thu 16 Oct 2025",
        "Fri 26 Sep 2025 + 15wd -> Thu 23 Oct 2025",
        "Fri 26 Sep 2025 + 30wd -> Thu 13 Nov 2025",
        "Fri 26 Sep 2025 + 5cd -> Wed 1 Oct 2025",
        "Fri 26 Sep 2025 + 5cd next_wd -> Thu 9 Oct 2025",
        "Fri 26 Sep 2025 + 30cd -> Sun 26 Oct 2025",
        "Fri 26 Sep 2025 + 30cd next_wd -> Mon 27 Oct 2025",
        // E-38: off 1 to 3 January 2026; working Sunday 4 January.
        "Tue 30 Dec 2025 + 1wd -> Wed 31 Dec 2025",
        "Tue 30 Dec 2025 + 2wd -> Sun 4 Jan 2026",
        "Tue 30 Dec 2025 + 3wd -> Mon 5 Jan 2026",
        "Tue 30 Dec 2025 + 5wd -> Wed 7 Jan 2026",
        "Tue 30 Dec 2025 + 7wd -> Fri 9 Jan 2026",
        "Tue 30 Dec 2025 + 15wd -> Wed 21 Jan 2026",
        "Tue 30 Dec 2025 + 30wd -> Wed 11 Feb 2026",
        "Tue 30 Dec 2025 + 3cd -> Fri 2 Jan 2026",
        "Tue 30 Dec 2025 + 3cd next_wd -> Sun 4 Jan 2026",
        "Tue 30 Dec 2025 + 5cd -> Sun 4 Jan 2026",
        "Tue 30 Dec 2025 + 5cd next_wd -> Sun 4 Jan 2026",
        // E-39: off 15 to 23 February 2026; working Saturdays 14 and 28 February.
        "Thu 12 Feb 2026 + 1wd -> Fri 13 Feb 2026",
        "Thu 12 Feb 2026 + 2wd -> Sat 14 Feb 2026",
        "Thu 12 Feb 2026 + 3wd -> Tue 24 Feb 2026",
        "Thu 12 Feb 2026 + 5wd -> Thu 26 Feb 2026",
        "Thu 12 Feb 2026 + 7wd -> Sat 28 Feb 2026",
        "Thu 12 Feb 2026 + 10wd -> Wed 4 Mar 2026",
        "Thu 12 Feb 2026 + 15wd -> Wed 11 Mar 2026",
        "Thu 12 Feb 2026 + 30wd -> Wed 1 Apr 2026",
        "Thu 12 Feb 2026 + 3cd -> Sun 15 Feb 2026",
        "Thu 12 Feb 2026 + 5cd -> Tue 17 Feb 2026",
        "Thu 12 Feb 2026 + 5cd next_wd -> Tue 24 Feb 2026",
        "Thu 12 Feb 2026 + 30cd -> Sat 14 Mar 2026",
        "Thu 12 Feb 2026 + 30cd next_wd -> Mon 16 Mar 2026",
        "Thu 12 Feb 2026 + 60cd -> Mon 13 Apr 2026",
        "Sat 14 Mar 2026 + 30cd -> Mon 13 Apr 2026",
    ])
    func `a limit ends at the last second of the day that part E names, whenever on day 0 it began`(row: String) throws
    {
        let sides = row.split(separator: " -> ").map { $0.split(separator: " ").map(String.init) }
        let day0 = try day(sides[0][0...3])
        let limit = try limit(sides[0][5])
        let last = try day(sides[1][0...3])
        var counting = Counting()
        if sides[0].last == "next_wd" { counting.endOnHoliday = .nextWorkingDay }
        for time in ["00:00:00", "09:30:00", "23:59:59.999999"] {
            let start = try at("\(day0)T\(time)")
            let due = try due(from: start, limit, counting: counting, on: Samples.shipped.get())
            #expect(due.moment.iso8601 == "\(last)T23:59:59+08:00")
            #expect(due.day0 == day0)
        }
    }

    @Test(arguments: [
        // E-03: the day of receipt ends at midnight, not 24 hours later; on a day off too (the fourth is National Day).
        ("2024-09-27T23:50:00", "sameday", "2024-09-27T23:59:59"),
        ("2024-09-28T00:05:00", "sameday", "2024-09-28T23:59:59"),
        ("2024-09-27T00:00:00", "sameday", "2024-09-27T23:59:59"),
        ("2024-10-01T23:50:00", "sameday", "2024-10-01T23:59:59"),
        // E-04: accepted at night on a day off, dispatched within ten minutes, on site within thirty of that.
        ("2024-10-01T02:10:00", "10min", "2024-10-01T02:20:00"),
        ("2024-10-01T02:20:00", "30min", "2024-10-01T02:50:00"),
        ("2024-10-01T23:55:00", "10min", "2024-10-02T00:05:00"),
        ("2024-09-30T20:00:00", "24h", "2024-10-01T20:00:00"),
        ("2024-10-01T02:10:00", "now", "2024-10-01T02:10:00"),
    ])
    func `a limit by the clock, and of the same day, takes no notice of nights and days off`(
        from: String, limit: String, end: String
    ) throws {
        // Cut-offs and nights are for days that are counted.
        for counting in [Counting(), Samples.officeHours] {
            let due = try due(
                from: at(from), WorkingTimeTests.limit(limit), counting: counting, on: Samples.shipped.get())
            #expect(due.moment.iso8601 == "\(end)+08:00")
        }
    }

    /// `Fri 27 Sep 2024`, whose weekday must be right.
    private func day(_ words: ArraySlice<String>) throws -> CivilDay {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = Array(words)
        let month = try #require(months.firstIndex(of: words[2])) + 1
        let (year, number) = (try #require(Int(words[3])), try #require(Int(words[1])))
        let day = try #require(CivilDay(year: year, month: month, day: number))
        #expect(day.weekday.rawValue == words[0])
        return day
    }
}
