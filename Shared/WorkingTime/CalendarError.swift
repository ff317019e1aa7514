/// Why a date could not be reckoned.
package enum CalendarError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A working day was asked for in a year that the calendar has no data for. There is no fallback to Monday to Friday
    /// (R-DL-51): a date reckoned without the days off would be wrong, and nobody would see it.
    case noData(year: Int, calendar: WorkCalendar.Version, covered: ClosedRange<Int>)
    /// A moment lies outside of `Moment.bounds`, the years 1 to 9999.
    case outOfBounds

    package var description: String {
        switch self {
        case .noData(let year, let calendar, let covered):
            "the calendar \(calendar) does not know the days off of \(year), only of \(covered.lowerBound) to \(covered.upperBound)"
        case .outOfBounds: "the date lies outside of the years 1 to 9999"
        }
    }
}
