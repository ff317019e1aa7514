import Support
import Testing
import WorkingTime

/// When limits end, and when to warn.
@Suite struct DueTests {
    let calendar: WorkCalendar
    let reference: PlainReference

    init() throws {
        calendar = try Samples.shipped.get()
        reference = try Samples.reference.get()
    }

    /// Every way of counting, with cut-offs at both ends and in between.
    private static let ways: [Counting] = ["00:01", "09:00", "17:30", "24:00"].flatMap { cutOff in
        Counting.Night.allCases.flatMap { night in
            Counting.EndOnHoliday.allCases.map { end in
                Counting(
                    workingDayCutOff: Samples.cutOff(cutOff), calendarDayCutOff: Samples.cutOff(cutOff), night: night,
                    endOnHoliday: end)
            }
        }
    }

    /// 2023 to 2026; one in four at a cut-off or just beside it.
    private func moment(_ random: inout SeededGenerator) -> Moment {
        let day = reference.days[Int.random(in: 365..<reference.days.count, using: &random)]
        guard Int.random(in: 0..<4, using: &random) == 0 else {
            return Moment(microseconds: day.start + Int64.random(in: 0..<86_400_000_000, using: &random))
        }
        let minutes: [Int64] = [0, 1, 540, 1050, 1439]
        let minute = minutes[Int.random(in: 0..<minutes.count, using: &random)]
        return Moment(microseconds: day.start + minute * 60_000_000 + Int64.random(in: -1...1, using: &random))
    }

    @Test func `20,000 random limits end when a plain count, day by day, says so`() throws {
        var random = SeededGenerator(seed: 20_240_927)
        let units: [Limit.Unit] = [.minute, .hour, .calendarDay, .workingDay, .workingDay, .workingDay]
        for round in 0..<20_000 {
            let start = moment(&random)
            let unit = units[round % units.count]
            let amount = Int.random(in: 1...(round % 5 == 0 ? 400 : 35), using: &random)
            let limit = round % 50 == 0 ? Limit.sameDay : try limit(amount, unit)
            let counting = Self.ways[round % Self.ways.count]
            let expected = reference.due(from: start, limit, counting: counting)
            let context = "\(start.rfc3339) + \(limit), \(counting)"
            do {
                let found = try due(from: start, limit, counting: counting, on: calendar)
                if let expected {
                    try #require(found.moment == expected, "\(context)")
                } else {
                    // The reference ends with 2026; only what needs no calendar may go on.
                    try #require(limit.unit != .workingDay && found.moment.day.year >= 2027, "\(context)")
                }
            } catch let error as CalendarError {
                try #require(expected == nil, "\(context): \(error)")
                try #require(error == .noData(year: 2027, calendar: calendar.version, covered: 2015...2026))
            }
        }
    }

    @Test func `a later start and a greater amount never give an earlier end, and no limit ends before it begins`()
        throws
    {
        var random = SeededGenerator(seed: 7)
        for round in 0..<5_000 {
            let counting = Self.ways[round % Self.ways.count]
            let starts = [moment(&random), moment(&random)].sorted()
            guard let latest = starts.last, latest.day.year < 2026 else { continue }
            for unit in [Limit.Unit.minute, .hour, .calendarDay, .workingDay] {
                let amounts = [Int.random(in: 1...60, using: &random), Int.random(in: 1...60, using: &random)].sorted()
                let ends = try starts.flatMap { start in
                    try amounts.map { amount in
                        try due(from: start, limit(amount, unit), counting: counting, on: calendar).moment
                    }
                }
                let context = "\(starts.map(\.rfc3339)) + \(amounts) \(unit), \(counting)"
                try #require(ends[0] <= ends[1] && ends[2] <= ends[3], "\(context)")
                try #require(ends[0] <= ends[2] && ends[1] <= ends[3], "\(context)")
                try #require(starts[0] < ends[0] && starts[1] < ends[2], "\(context)")
            }
        }
    }

    @Test func `a thing done in the last instant of the day is in time, a microsecond later is not`() throws {
        let due = try due(from: at("2024-09-27T10:00"), limit("5wd"), counting: Counting(), on: calendar)
        #expect(due.moment.iso8601 == "2024-10-10T23:59:59+08:00")
        #expect(due.isInTime(try at("2024-10-10T23:59:59.9")))
        #expect(due.isInTime(try at("2024-10-10T23:59:59.999999")))
        #expect(!due.isInTime(try at("2024-10-11T00:00")))
    }

    @Test func `the days counted are the first and the last, without days off at either end`() throws {
        let start = try at("2024-09-27T10:00")
        let working = try due(from: start, limit("5wd"), counting: Counting(), on: calendar)
        let counted = try #require(working.counted)
        #expect(counted == (try day("2024-09-29"))...(try day("2024-10-10")))
        #expect(
            try calendar.workingDays(in: counted).map(\.description)
                == ["2024-09-29", "2024-09-30", "2024-10-08", "2024-10-09", "2024-10-10"])
        let calendarDays = try due(from: start, limit("5cd"), counting: Samples.officeHours, on: calendar)
        #expect(calendarDays.counted == (try day("2024-09-28"))...(try day("2024-10-02")))
        #expect(calendarDays.moment.iso8601 == "2024-10-08T17:59:59+08:00")
        #expect(try due(from: start, limit("10min"), counting: Counting(), on: calendar).counted == nil)
    }

    @Test(arguments: [
        // In office hours, to the last instant; then the evening, the weekend, and the Monday before the office opens.
        ("2024-03-15T17:29:59.999999", "2024-03-15", "2024-03-18T17:29:59"),
        ("2024-03-15T17:30", "2024-03-18", "2024-03-19T17:29:59"),
        ("2024-03-16T12:00", "2024-03-18", "2024-03-19T17:29:59"),
        ("2024-03-18T02:00", "2024-03-18", "2024-03-19T17:29:59"),
        // The evening before the holiday; a make-up Sunday is a working day.
        ("2024-09-30T20:00", "2024-10-08", "2024-10-09T17:29:59"),
        ("2024-09-27T20:00", "2024-09-29", "2024-09-30T17:29:59"),
    ])
    func `with night next_wd what comes outside office hours counts as come on the next working day`(
        from: String, day0: String, end: String
    ) throws {
        let due = try due(from: at(from), limit("1wd"), counting: Samples.officeHours, on: calendar)
        #expect(due.day0.description == day0)
        #expect(due.moment.iso8601 == "\(end)+08:00")
    }

    @Test func `with night now an evening is day 0 itself`() throws {
        var counting = Samples.officeHours
        counting.night = .now
        let due = try due(from: at("2024-03-15T20:00"), limit("1wd"), counting: counting, on: calendar)
        #expect(due.day0.description == "2024-03-15")
        #expect(due.moment.iso8601 == "2024-03-18T17:29:59+08:00")
    }

    @Test(arguments: ["1wd", "250wd", "10000wd"])
    func `no working day is counted in a year without data, and nothing falls back to Monday to Friday`(
        text: String
    ) throws {
        let error = #expect(throws: CalendarError.self) {
            try due(from: at("2026-12-31T10:00"), limit(text), counting: Counting(), on: calendar)
        }
        #expect(error == .noData(year: 2027, calendar: calendar.version, covered: 2015...2026))
        #expect(error?.description.contains("does not know the days off of 2027, only of 2015 to 2026") == true)
    }

    @Test func `a calendar day that may be moved asks the calendar, one that is kept does not`() throws {
        var counting = Counting()
        #expect(
            try due(from: at("2026-12-30T10:00"), limit("5cd"), counting: counting, on: calendar).moment.iso8601
                == "2027-01-04T23:59:59+08:00")
        counting.endOnHoliday = .nextWorkingDay
        #expect(throws: CalendarError.self) {
            try due(from: at("2026-12-30T10:00"), limit("5cd"), counting: counting, on: calendar)
        }
    }

    @Test func `whatever the moment and the limit, there is an answer or an error, never a trap`() {
        let edges: [Int64] = [
            .min, .min + 1, Moment.bounds.lowerBound.microseconds, 0, Moment.bounds.upperBound.microseconds, .max,
        ]
        let limits = ["1min", "10000min", "10000h", "10000cd", "1wd", "10000wd", "sameday", "now"]
        for moment in edges.map(Moment.init(microseconds:)) {
            for limit in limits.compactMap({ Limit($0) }) {
                for counting in [Counting(), Samples.officeHours] {
                    let isKnown = Moment.bounds.contains(moment)
                    do throws(CalendarError) {
                        let due = try due(from: moment, limit, counting: counting, on: calendar)
                        #expect(isKnown && Moment.bounds.contains(due.moment))
                        _ = try before(moment, by: limit, on: calendar)
                    } catch {
                        #expect(isKnown || error == .outOfBounds)
                    }
                }
            }
        }
    }
}
