import Casework

/// What the public may see of the whole months up to the last one: figures by month, by subject and by organisation, small ones hidden.
struct PublicReport: Sendable, Equatable {
    enum Grouping: String, Sendable, CaseIterable {
        case month, subject, organisation

        var title: String {
            switch self {
            case .month: "月份"
            case .subject: "分类"
            case .organisation: "主办单位"
            }
        }

        /// Cases that have none yet, or whose schemes do not publish it.
        var titleOfNone: String {
            switch self {
            case .month: ""
            case .subject: "其他（未分类，或办法未规定按分类公开）"
            case .organisation: "其他（未转办，或办法未规定按单位公开）"
            }
        }
    }

    struct Row: Sendable, Equatable {
        let code: String?
        /// `nil`: hidden, and then its rates are too.
        let registered: Int?
        /// Those that are not hidden.
        let rates: [Measure: Rate]
    }

    struct Table: Sendable, Equatable {
        let grouping: Grouping
        /// In order of code, that without one last.
        let rows: [Row]

        /// Ranks of the rows among those whose rate is shown.
        func ranks(of measure: Measure) -> [Int?] {
            Rate.ranks(of: rows.map { grouping == .month || $0.code == nil ? nil : $0.rates[measure] })
        }
    }

    let period: Period
    let least: Int
    let tables: [Table]
    /// The same in each table.
    let total: Row

    subscript(grouping: Grouping) -> Table? { tables.first { $0.grouping == grouping } }

    /// - Parameters:
    ///   - counted: the groups as they were counted, by what.
    ///   - least: a count below it is small.
    init(
        period: Period, counted: [(grouping: Grouping, groups: [RatesReport.Group])], total: RatesReport.Group,
        least: Int
    ) {
        let small = SmallCounts(least: least)
        self.period = period
        self.least = least
        tables = counted.map { Table(grouping: $0.grouping, rows: Self.shown($0.groups, small)) }
        self.total = Self.shown([total], small)[0]
    }

    private static func shown(_ groups: [RatesReport.Group], _ small: SmallCounts) -> [Row] {
        let hidden = small.hidden(of: groups.map { [$0.registered] })
        let rates = Measure.allCases.map { measure in
            let parts = groups.map { group in
                let rate = group.rates[measure]
                return [rate.numerator, rate.denominator - rate.numerator]
            }
            return (measure: measure, hidden: small.hidden(of: parts, beside: hidden))
        }
        return groups.indices.map { index in
            let visible = rates.filter { !$0.hidden.contains(index) }
            return Row(
                code: groups[index].code, registered: hidden.contains(index) ? nil : groups[index].registered,
                rates: Dictionary(uniqueKeysWithValues: visible.map { ($0.measure, groups[index].rates[$0.measure]) }))
        }
    }
}
