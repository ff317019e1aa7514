import WorkingTime

/// A due moment and the days that were counted, as lines that a clerk can check against a calendar on the wall.
struct DueReport {
    let start: Moment
    let limit: Limit
    let counting: Counting
    let calendar: WorkCalendar
    let due: Due

    /// More days than this are shown by their beginning and their end.
    private static let mostRows = 120

    var lines: [String] {
        var lines = ["\(due.moment.iso8601)  is the last second in time for \(limit) from \(start.iso8601)", ways]
        guard due.counted != nil else {
            return lines + ["by the clock, day and night, on days off too; no days are counted"]
        }
        let rows = rows
        lines.append("")
        if rows.count > Self.mostRows {
            let half = Self.mostRows / 2
            lines += rows.prefix(half) + ["       (\(rows.count - 2 * half) days more)"] + rows.suffix(half)
        } else {
            lines += rows
        }
        return lines + notes
    }

    private var ways: String {
        "calendar \(calendar.version), cutoff_wd \(counting.workingDayCutOff), cutoff_cd \(counting.calendarDayCutOff), "
            + "night \(counting.night.rawValue), end_on_holiday \(counting.endOnHoliday.rawValue)"
    }

    /// Each day from the event to the end: its number or `-`, the day, what it is.
    private var rows: [String] {
        guard let counted = due.counted else { return [] }
        var number = 0
        return (start.day...due.moment.day).map { day in
            var remarks = [description(of: day)]
            var mark = "-"
            if limit.unit == .sameDay || counted.contains(day) && (limit.unit == .calendarDay || isWorking(day)) {
                number += 1
                mark = "\(number)"
            } else if day == due.day0 {
                mark = "0"
                remarks.append("not counted")
            }
            if day == start.day {
                remarks.append(day == due.day0 ? "day of the event" : "came outside office hours")
            } else if day == due.day0 {
                remarks.append("counts as the day of the event")
            }
            if day == counted.upperBound, day < due.moment.day { remarks.append("put off to the next working day") }
            if day == due.moment.day { remarks.append("due") }
            let indent = String(repeating: " ", count: max(0, 5 - mark.count))
            return "\(indent)\(mark)  \(day) \(day.weekday.rawValue)  \(remarks.joined(separator: "; "))"
        }
    }

    private func isWorking(_ day: CivilDay) -> Bool { (try? calendar.isWorking(day)) ?? false }

    private func description(of day: CivilDay) -> String {
        switch try? calendar.kind(of: day) {
        case .ordinary: "working day"
        case .weekend: "weekend"
        case .off(let holiday): "off for \(holiday)"
        case .makeUp(let holiday): "working day, made up for \(holiday)"
        case nil: "not in the calendar"
        }
    }

    /// What years that were counted may still change.
    private var notes: [String] {
        guard limit.unit == .workingDay || limit.unit == .calendarDay && counting.endOnHoliday == .nextWorkingDay else {
            return []
        }
        let years = start.day.year...due.moment.day.year
        return calendar.years.filter { years.contains($0.number) && !$0.isFinal }
            .map { "\nthe days off of \($0.number) are not final: \($0.status)" }
    }
}
