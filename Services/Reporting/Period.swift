import WorkingTime

/// Days of China, first and last included.
struct Period: Sendable, Equatable {
    let from: CivilDay
    let to: CivilDay

    fileprivate init(first: CivilDay, last: CivilDay) {
        from = first
        to = last
    }

    /// `nil` if the last day comes before the first.
    init?(from: CivilDay, to: CivilDay) {
        guard from <= to else { return nil }
        self.from = from
        self.to = to
    }

    /// The whole months before the one of `day`, so many of them; `nil` before the first that can be named.
    init?(months: Int, before day: CivilDay) {
        self.init(months: months, to: Self.first(of: day, every: 1))
    }

    /// So many months up to the day before `end`, a first of a month.
    private init?(months: Int, to end: CivilDay?) {
        guard let end else { return nil }
        let (year, month, _) = end.parts
        let number = year * 12 + month - 1 - months
        guard let from = CivilDay(year: number / 12, month: number % 12 + 1, day: 1) else { return nil }
        self.init(from: from, to: end.advanced(by: -1))
    }

    /// The first day of the month, quarter (3) or year (12) of `day`.
    private static func first(of day: CivilDay, every months: Int) -> CivilDay? {
        let (year, month, _) = day.parts
        return CivilDay(year: year, month: (month - 1) / months * months + 1, day: 1)
    }

    /// The months, quarters and years that people ask for: this one so far, and the last one.
    static func usual(on today: CivilDay) -> [(name: String, period: Period)] {
        [("本月", "上月", 1), ("本季", "上季", 3), ("今年", "去年", 12)].flatMap { this, last, months in
            let first = Self.first(of: today, every: months)
            return [
                (this, first.flatMap { Period(from: $0, to: today) }), (last, Period(months: months, to: first)),
            ].compactMap { name, period in period.map { (name, $0) } }
        }
    }

    /// The months that it touches, `2026-03`, in their order.
    var months: [String] {
        var months: [String] = []
        var day = from
        while day <= to {
            let name = String(day.description.prefix(7))
            months.append(name)
            guard let month = Month(name) else { break }
            day = month.period.to.advanced(by: 1)
        }
        return months
    }
}

extension Month {
    var period: Period { Period(first: first, last: last) }
}
