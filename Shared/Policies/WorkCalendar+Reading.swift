import WorkingTime

extension WorkCalendar {
    /// Reads a calendar and reports every mistake at once. `file` names it in the mistakes; any bytes will do.
    package static func read(_ bytes: [UInt8], file name: String) throws(Mistakes) -> WorkCalendar {
        let file = try CheckedFile(bytes, name: name)
        let calendar = read(file.root)
        try file.finish()
        guard let calendar else {
            throw Mistakes(list: [Mistake(file: name, line: 1, key: "", message: "could not be read")])
        }
        return calendar
    }

    /// China has had one zone without summer time since 1992; the upper bound keeps a slip of the pen from passing.
    private static let yearNumbers = 1992...2200

    private static func read(_ root: CheckedValue) -> WorkCalendar? {
        let keys = ["calendar", "version", "region", "years"]
        guard let members = root.members(keys, required: keys) else { return nil }
        let name = members["calendar"]?.code()
        let version = members["version"]?.integer(in: 1...1_000_000)
        let region = members["region"]?.choice(KnownCodes.regions, called: "region")
        var days = NamedDays()
        let years = members["years"]?.elements(of: "years", least: 1).compactMap { readYear($0, &days) } ?? []
        guard let name, let version, let region else { return nil }
        return WorkCalendar(version: Version(calendar: name, version: version), region: region, years: years)
    }

    private static func readYear(_ value: CheckedValue, _ days: inout NamedDays) -> Year? {
        let keys = ["year", "final", "status", "papers", "holidays"]
        guard let members = value.members(keys, required: keys) else { return nil }
        let number = members["year"]?.integer(in: yearNumbers)
        if let number, let previous = days.year, number != previous + 1 {
            members["year"]?.report("expected the year \(previous + 1) after \(previous)")
        }
        let isFinal = members["final"]?.bool()
        let status = members["status"]?.text()
        let papers = members["papers"]?.distinct(of: "addresses", least: 1) { $0.text() }
        days.year = number
        // A year without any would be counted Monday to Friday.
        let holidays = members["holidays"]?.elements(of: "holidays", least: 1).compactMap { readHoliday($0, &days) }
        guard let number, let isFinal, let status, let papers, let holidays else { return nil }
        return Year(number: number, isFinal: isFinal, status: status, papers: papers, holidays: holidays)
    }

    private static func readHoliday(_ value: CheckedValue, _ days: inout NamedDays) -> Holiday? {
        let keys = ["name", "off_days", "makeup_workdays"]
        guard let members = value.members(keys, required: ["name", "off_days"]) else { return nil }
        let name = members["name"]?.text(most: 40)
        var daysOff: [CivilDay] = []
        for element in members["off_days"]?.elements(of: "days", least: 1) ?? [] {
            days.read(element, as: "a day off").map { daysOff.append($0) }
        }
        var makeUpDays: [CivilDay] = []
        for element in members["makeup_workdays"]?.elements(of: "days") ?? [] {
            guard let day = days.read(element, as: "a make-up day") else { continue }
            if !day.weekday.isWeekend {
                element.report("\(day) is a \(day.weekday.rawValue); expected a Sat or Sun as a make-up day")
            }
            makeUpDays.append(day)
        }
        guard let name else { return nil }
        return Holiday(name: name, daysOff: daysOff, makeUpDays: makeUpDays)
    }
}

/// The days that a calendar has named so far.
private struct NamedDays {
    /// The year that is being read; `nil` if it could not be read.
    var year: Int?
    private var roles: [CivilDay: String] = [:]

    /// A day of this year that was not named before.
    mutating func read(_ value: CheckedValue, as role: String) -> CivilDay? {
        guard let day = value.day() else { return nil }
        if let year, day.year != year {
            value.report("\(day) does not lie in \(year)")
            return nil
        }
        if let earlier = roles.updateValue(role, forKey: day) {
            value.report("\(day) is \(earlier) already")
            return nil
        }
        return day
    }
}
