import Casework
import WorkingTime

/// What the rates are counted by.
enum Grouping: String, Sendable, CaseIterable {
    /// The organisation that leads (主办单位).
    case organisation
    case subject

    /// What people read.
    var title: String {
        switch self {
        case .organisation: "主办单位"
        case .subject: "分类"
        }
    }

    /// The group of cases that have none yet.
    var titleOfNone: String {
        switch self {
        case .organisation: "未转办"
        case .subject: "未分类"
        }
    }
}

/// The four rates of some population.
struct Rates: Sendable, Equatable {
    let closing: Rate
    let onTime: Rate
    let resolution: Rate
    let satisfaction: Rate

    subscript(measure: Measure) -> Rate {
        switch measure {
        case .closing: closing
        case .onTime: onTime
        case .resolution: resolution
        case .satisfaction: satisfaction
        }
    }
}

/// Rates of all cases that were registered in a period.
struct RatesReport: Sendable, Equatable {
    struct Group: Sendable, Equatable {
        /// `nil`: cases that were not handed out, or not classified, yet.
        let code: String?
        let registered: Int
        let rates: Rates
    }

    let grouping: Grouping
    let period: Period
    /// In order of code, that without one last.
    let groups: [Group]
    /// All groups together.
    let total: Group
    /// Cases, of whatever period, with news that are not in the figures yet; counted up to 100,000.
    let waiting: Int

    /// Ranks of the groups, in their order. Nobody's cases have none.
    func ranks(of measure: Measure) -> [Int?] {
        Rate.ranks(of: groups.map { $0.code == nil ? nil : $0.rates[measure] })
    }
}
