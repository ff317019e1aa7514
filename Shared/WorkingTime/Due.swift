/// When a limit ends, and the days that were counted to find it.
package struct Due: Hashable, Sendable {
    /// The **last** moment that is in time: 23:59:59.999999 where the day is the end. It is shown as 23:59:59, and what
    /// was done at 23:59:59.9 is in time. A moment kept in a table is judged by the same rule, `done <= due`.
    package let moment: Moment
    /// Day 0, which is not counted: the day of the event, or the working day on which it counts as come.
    package let day0: CivilDay
    /// The first and the last day counted; for working days, days off between them were skipped
    /// (`WorkCalendar.workingDays(in:)` lists the rest). `nil` where no days are counted: minutes, hours, `now`. The moment
    /// lies on a later day if `EndOnHoliday` moved it there.
    package let counted: ClosedRange<CivilDay>?

    /// Whether what was done then was in time.
    package func isInTime(_ done: Moment) -> Bool { done <= moment }
}

/// When a limit that runs from `start` ends.
///
/// - Minutes and hours run by the clock, day and night, and end exactly then (R-EM-38).
/// - `sameday` ends at midnight of the day, whatever the cut-offs, on days off too (R-DL-37).
/// - Calendar days count every day after day 0 and end at the calendar-day cut-off of the last one, or of the working
///   day after it (`Counting.endOnHoliday`).
/// - Working days count working days after day 0 (`Counting.night`) and end at the working-day cut-off of the last one.
/// - `now` is due at the moment itself.
///
/// Never earlier than `start`; a later start or a greater amount never gives an earlier end. The calendar is asked only
/// where working days matter; then it throws if it does not know the year.
package func due(
    from start: Moment, _ limit: Limit, counting: Counting, on calendar: WorkCalendar
) throws(CalendarError) -> Due {
    guard Moment.bounds.contains(start) else { throw .outOfBounds }
    let day = start.day
    switch limit.unit {
    case .minute: return Due(moment: try start.moved(by: limit.amount, .minutes), day0: day, counted: nil)
    case .hour: return Due(moment: try start.moved(by: limit.amount, .hours), day0: day, counted: nil)
    case .now: return Due(moment: start, day0: day, counted: nil)
    case .sameDay: return Due(moment: try day.last(before: .midnight).checked(), day0: day, counted: day...day)
    case .calendarDay:
        let last = day.advanced(by: limit.amount)
        let end = counting.endOnHoliday == .keep ? last : try calendar.workingDay(from: last)
        return Due(
            moment: try end.last(before: counting.calendarDayCutOff).checked(), day0: day,
            counted: day.advanced(by: 1)...last)
    case .workingDay:
        let day0 = try counting.day0(of: start, on: calendar)
        let last = try calendar.workingDay(limit.amount, after: day0)
        return Due(
            moment: last.last(before: counting.workingDayCutOff), day0: day0,
            counted: try calendar.workingDay(1, after: day0)...last)
    }
}

/// The moment by which `offset` is left until `due`: when to warn (D.2 `prewarn`, R-DL-55).
///
/// Minutes, hours and calendar days go back by the clock. Working days keep the time of day and go back so many working
/// days, from the last one if `due` lies on a day off: so many whole working days are then left. `sameday` is the first
/// moment of the day, `now` is `due` itself.
package func before(
    _ due: Moment, by offset: Limit, on calendar: WorkCalendar
) throws(CalendarError) -> Moment {
    guard Moment.bounds.contains(due) else { throw .outOfBounds }
    switch offset.unit {
    case .minute: return try due.moved(by: -offset.amount, .minutes)
    case .hour: return try due.moved(by: -offset.amount, .hours)
    case .calendarDay: return try due.moved(by: -offset.amount, .days)
    case .workingDay:
        let day = try calendar.workingDay(offset.amount, before: due.day)
        return try due.moved(by: due.day.distance(to: day), .days)
    case .sameDay: return try due.day.start.checked()
    case .now: return due
    }
}

extension Counting {
    /// The day from which working days are counted.
    fileprivate func day0(of start: Moment, on calendar: WorkCalendar) throws(CalendarError) -> CivilDay {
        let day = start.day
        guard night == .nextWorkingDay else { return day }
        let isTooLate = start > day.last(before: workingDayCutOff)
        return try calendar.workingDay(from: isTooLate ? day.advanced(by: 1) : day)
    }
}

extension Moment {
    /// Microseconds in a unit that runs by the clock; days too, as China's have 24 hours each.
    fileprivate enum Clock: Int64 {
        case minutes = 60_000_000
        case hours = 3_600_000_000
        case days = 86_400_000_000
    }

    /// Cannot overflow for moments within `bounds` and amounts of a `Limit`.
    fileprivate func moved(by amount: Int, _ clock: Clock) throws(CalendarError) -> Moment {
        try Moment(microseconds: microseconds + Int64(amount) * clock.rawValue).checked()
    }

    fileprivate func checked() throws(CalendarError) -> Moment {
        guard Self.bounds.contains(self) else { throw .outOfBounds }
        return self
    }
}
