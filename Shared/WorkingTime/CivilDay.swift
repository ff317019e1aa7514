/// A day of the calendar that people write (proleptic Gregorian), without a zone of its own.
///
/// Which day a `Moment` belongs to is asked in China's one time zone, UTC+8, which has had no summer time since 1992.
/// Before that (summers of 1986 to 1991, and older zones) days here may begin an hour off the clocks of the time.
package struct CivilDay: Hashable, Sendable, Strideable {
    /// Days since 1970-01-01, negative before.
    package let number: Int

    package init(number: Int) {
        self.number = number
    }

    /// `nil` for a day that does not exist, such as 29 February 2026, and outside of the years 1 to 9999.
    ///
    /// By Howard Hinnant's `days_from_civil`: eras of 400 years that begin on 1 March.
    package init?(year: Int, month: Int, day: Int) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...9999).contains(year), (1...12).contains(month), (1...lengths[month - 1]).contains(day) else {
            return nil
        }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Year, month 1 to 12 and day 1 to 31, by Hinnant's `civil_from_days`.
    package var parts: (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (number + 719_468).divided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    package var year: Int { parts.year }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[(number + 3).divided(by: 7).remainder]
    }

    package func advanced(by days: Int) -> CivilDay { CivilDay(number: number + days) }
    package func distance(to other: CivilDay) -> Int { other.number - number }
    package static func < (a: CivilDay, b: CivilDay) -> Bool { a.number < b.number }
}

/// ISO 8601, `2026-01-31`.
extension CivilDay: LosslessStringConvertible {
    package var description: String {
        let (year, month, day) = parts
        return "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    }

    /// Reads `2026-01-31`, written just so; `nil` for anything else and for days that do not exist.
    package init?(_ text: String) {
        let bytes = [UInt8](text.utf8.prefix(11))
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = bytes[0..<4].decimal, let month = bytes[5..<7].decimal, let day = bytes[8..<10].decimal
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

/// A day of the week, Monday first as in GB/T 7408.
package enum Weekday: String, Sendable, CaseIterable {
    case monday = "Mon"
    case tuesday = "Tue"
    case wednesday = "Wed"
    case thursday = "Thu"
    case friday = "Fri"
    case saturday = "Sat"
    case sunday = "Sun"

    package var isWeekend: Bool { self == .saturday || self == .sunday }
}
