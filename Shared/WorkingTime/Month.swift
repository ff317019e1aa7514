/// A calendar month of China.
package struct Month: Sendable, Equatable, CustomStringConvertible {
    package let first: CivilDay
    package let last: CivilDay

    /// Reads `2026-03`; `nil` for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 7, let first = CivilDay(text + "-01") else { return nil }
        self.init(from: first)
    }

    /// The one of `day`; `nil` for the last that can be named.
    package init?(of day: CivilDay) {
        let (year, month, _) = day.parts
        guard let first = CivilDay(year: year, month: month, day: 1) else { return nil }
        self.init(from: first)
    }

    private init?(from first: CivilDay) {
        let (year, month, _) = first.parts
        let next =
            month == 12 ? CivilDay(year: year + 1, month: 1, day: 1) : CivilDay(year: year, month: month + 1, day: 1)
        guard let next else { return nil }
        self.first = first
        last = next.advanced(by: -1)
    }

    /// The month before; `nil` before the first that can be named.
    package var before: Month? { Month(of: first.advanced(by: -1)) }

    package var description: String { String(first.description.prefix(7)) }
}
