import Casework

/// One figure of a report: what is counted, and of which group.
struct Figure: Sendable, Equatable {
    enum Part: String, Sendable, CaseIterable {
        /// The population: the denominator.
        case whole
        /// Those that the rate is about: the numerator.
        case counted
        /// Those of the population that it is not about.
        case rest
    }

    enum Group: Sendable, Equatable {
        case all
        /// That of cases that have no organisation, or no subject, yet.
        case none
        case code(String)

        /// As it stands in an address; codes begin with a letter.
        init(address: String) {
            self =
                switch address {
                case "": .all
                case "-": .none
                default: .code(address)
                }
        }

        var address: String {
            switch self {
            case .all: ""
            case .none: "-"
            case .code(let code): code
            }
        }

        var code: String? {
            if case .code(let code) = self { code } else { nil }
        }
    }

    /// `nil`: how many were registered.
    let measure: Measure?
    let part: Part
    let group: Group

    /// What people read: `满意率的分母`.
    var title: String {
        guard let measure else { return Measure.registered.title }
        return switch part {
        case .whole: "\(measure.title)的分母"
        case .counted: "\(measure.title)的分子"
        case .rest: "\(measure.title)的分母中不属分子的"
        }
    }
}
