/// Which days people work: weekends, days off (放假) and make-up working days (调休) of the years it covers.
///
/// Whatever asks about a day of another year throws `CalendarError.noData`. Every question takes the same short time,
/// however many days lie between: all working days stand in one table, about 250 a year.
package struct WorkCalendar: Sendable {
    /// Which calendar in which version; kept beside whatever was reckoned with it (R-DL-51).
    package struct Version: Codable, Hashable, Sendable, CustomStringConvertible {
        package var calendar: String
        package var version: Int

        package init(calendar: String, version: Int) {
            self.calendar = calendar
            self.version = version
        }

        package var description: String { "\(calendar)@\(version)" }
    }

    /// What a day is.
    package enum Kind: Hashable, Sendable {
        /// Monday to Friday, and nothing is ordered for it.
        case ordinary
        /// Saturday or Sunday, and nothing is ordered for it.
        case weekend
        /// Off by order, whatever day of the week it is.
        case off(holiday: String)
        /// A Saturday or Sunday that is worked, in return for a day off.
        case makeUp(holiday: String)

        package var isWorking: Bool {
            switch self {
            case .ordinary, .makeUp: true
            case .weekend, .off: false
            }
        }
    }

    package let version: Version
    /// Code of the region it holds for, `CN`.
    package let region: String
    /// Consecutive.
    package let years: [Year]

    package var covered: ClosedRange<Int> { first.year...last.year }

    private let first: CivilDay
    private let last: CivilDay
    private let ordered: [CivilDay: Kind]
    /// Every working day of the covered years, in order.
    private let workingDays: [CivilDay]
    /// For each day from `first` to the day after `last`: how many working days of the table lie before it.
    private let before: [Int]

    /// `nil` unless the years follow one another and each day that they name lies in its year and is named once.
    package init?(version: Version, region: String, years: [Year]) {
        guard let firstYear = years.first?.number, let first = CivilDay(year: firstYear, month: 1, day: 1),
            let lastYear = years.last?.number, let last = CivilDay(year: lastYear, month: 12, day: 31),
            years.map(\.number) == Array(firstYear..<firstYear + years.count)
        else { return nil }
        var ordered: [CivilDay: Kind] = [:]
        for year in years {
            for holiday in year.holidays {
                let days =
                    holiday.daysOff.map { ($0, Kind.off(holiday: holiday.name)) }
                    + holiday.makeUpDays.map { ($0, Kind.makeUp(holiday: holiday.name)) }
                for (day, kind) in days {
                    guard day.year == year.number, ordered.updateValue(kind, forKey: day) == nil else { return nil }
                }
            }
        }
        var workingDays: [CivilDay] = []
        var before: [Int] = []
        for day in first...last {
            before.append(workingDays.count)
            if (ordered[day] ?? Self.plainKind(of: day)).isWorking { workingDays.append(day) }
        }
        before.append(workingDays.count)
        (self.version, self.region, self.years) = (version, region, years)
        (self.first, self.last, self.ordered) = (first, last, ordered)
        (self.workingDays, self.before) = (workingDays, before)
    }

    private static func plainKind(of day: CivilDay) -> Kind { day.weekday.isWeekend ? .weekend : .ordinary }

    private func noData(_ day: CivilDay) -> CalendarError {
        .noData(year: day.year, calendar: version, covered: covered)
    }
}

extension WorkCalendar {
    package func kind(of day: CivilDay) throws(CalendarError) -> Kind {
        guard (first...last).contains(day) else { throw noData(day) }
        return ordered[day] ?? Self.plainKind(of: day)
    }

    package func isWorking(_ day: CivilDay) throws(CalendarError) -> Bool {
        guard (first...last).contains(day) else { throw noData(day) }
        let index = first.distance(to: day)
        return before[index] < before[index + 1]
    }

    /// The day itself if it is a working day, else the next one.
    package func workingDay(from day: CivilDay) throws(CalendarError) -> CivilDay {
        try workingDay(1, after: day.advanced(by: -1))
    }

    /// The `count`-th working day after `day`, which is not counted. `count` is at least 1.
    package func workingDay(_ count: Int, after day: CivilDay) throws(CalendarError) -> CivilDay {
        let next = day.advanced(by: 1)
        guard (first...last).contains(next) else { throw noData(next) }
        let index = before[first.distance(to: next)] + count - 1
        guard index < workingDays.count else { throw noData(last.advanced(by: 1)) }
        return workingDays[index]
    }

    /// The `count`-th working day before `day`; if `day` is off, before the last working day that it follows. So many
    /// working days are left at its end, up to and with `day`. `count` is at least 1.
    package func workingDay(_ count: Int, before day: CivilDay) throws(CalendarError) -> CivilDay {
        guard (first...last).contains(day) else { throw noData(day) }
        let index = before[first.distance(to: day) + 1] - 1 - count
        guard index >= 0 else { throw noData(first.advanced(by: -1)) }
        return workingDays[index]
    }

    /// The working days among these days, in order.
    package func workingDays(in days: ClosedRange<CivilDay>) throws(CalendarError) -> ArraySlice<CivilDay> {
        guard (first...last).contains(days.lowerBound) else { throw noData(days.lowerBound) }
        guard (first...last).contains(days.upperBound) else { throw noData(days.upperBound) }
        return workingDays[
            before[first.distance(to: days.lowerBound)]..<before[first.distance(to: days.upperBound) + 1]]
    }
}
