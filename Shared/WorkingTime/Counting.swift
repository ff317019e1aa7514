/// How a scheme counts its days (D.2 `calendar`, R-DL-52, R-DL-53). All of it is derived (`[D]`): no source states it, so
/// all of it is a parameter, and the defaults are those of a scheme that says nothing.
///
/// The day of the event from which a limit runs is day 0 and never counted.
package struct Counting: Hashable, Sendable {
    /// Whose days off count: the code of a calendar, `CN` for the State Council's.
    package var region: String
    /// When a working-day limit ends on its last day: the end of office hours.
    package var workingDayCutOff: CutOff
    /// When a calendar-day limit ends on its last day.
    package var calendarDayCutOff: CutOff
    package var night: Night
    package var endOnHoliday: EndOnHoliday

    /// From which day a working-day limit runs if the event came outside office hours: after the working-day cut-off, or
    /// on a day off. (Were only evenings put off, what came on Friday night would be due after what came on Saturday.)
    package enum Night: String, Sendable, CaseIterable {
        /// It counts as come on the next working day, which thus is day 0.
        case nextWorkingDay = "next_wd"
        /// The day on which it came is day 0.
        case now
    }

    /// What becomes of a calendar-day limit whose last day is a day off.
    package enum EndOnHoliday: String, Sendable, CaseIterable {
        /// It ends on that day.
        case keep
        /// It ends on the next working day.
        case nextWorkingDay = "next_wd"
    }

    package init(
        region: String = "CN", workingDayCutOff: CutOff = .midnight, calendarDayCutOff: CutOff = .midnight,
        night: Night = .now, endOnHoliday: EndOnHoliday = .keep
    ) {
        self.region = region
        self.workingDayCutOff = workingDayCutOff
        self.calendarDayCutOff = calendarDayCutOff
        self.night = night
        self.endOnHoliday = endOnHoliday
    }
}
