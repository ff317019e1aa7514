import WorkingTime

/// A calendar month of China.
struct Month: Sendable, Equatable, CustomStringConvertible {
    let period: Period

    /// Reads `2026-03`; `nil` for anything else.
    init?(_ text: String) {
        guard text.utf8.count == 7, let first = CivilDay(text + "-01") else { return nil }
        self.init(from: first)
    }

    private init?(from first: CivilDay) {
        let (year, month, _) = first.parts
        guard
            let next = month == 12
                ? CivilDay(year: year + 1, month: 1, day: 1) : CivilDay(year: year, month: month + 1, day: 1),
            let period = Period(from: first, to: next.advanced(by: -1))
        else { return nil }
        self.period = period
    }

    /// The month before; `nil` before the first that can be named.
    var before: Month? {
        let (year, month, _) = period.from.advanced(by: -1).parts
        return CivilDay(year: year, month: month, day: 1).flatMap(Month.init(from:))
    }

    var description: String { String(period.from.description.prefix(7)) }
}

/// How many cases of a scheme should have been put under supervision (督办) in a month, and how many were (R-SV-02, E-26).
struct SupervisionShare: Sendable, Equatable {
    let profile: String
    /// Share of last month's accepted cases, in per cent.
    let quota: Int
    /// Cases accepted last month.
    let accepted: Int
    /// Cases that were put under supervision this month, each once however often it was.
    let supervised: Int

    /// The least number that is not below the share.
    var needed: Int { (accepted * quota + 99) / 100 }
    /// Shown, never made up for.
    var shortage: Int { max(0, needed - supervised) }
}
