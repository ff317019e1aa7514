/// A callback was tried (回访).
package struct CalledBack: Codable, Sendable, Equatable {
    package var by: Callback.Caller
    /// C.18: `phone`, `visit` …
    package var form: String
    package var outcome: Outcome

    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case reached
        case notReached = "not_reached"
        /// Would not say.
        case declined
    }

    package init(by: Callback.Caller, form: String, outcome: Outcome) {
        self.by = by
        self.form = form
        self.outcome = outcome
    }
}

/// The complainant said what became of it. Two answers, kept apart (R-CB-07).
package struct Rated: Codable, Sendable, Equatable {
    package var by: By
    /// 实际解决.
    package var resolved: Bool
    package var satisfaction: Satisfaction
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?

    package enum By: String, Codable, Sendable, CaseIterable {
        /// In a callback of the centre, written down by the agent.
        case agent
        /// In a callback of the organisation that did the work. Satisfied, it does not replace what others were told of the round, and
        /// the complainant may still rate (R-CB-30).
        case handler
        /// With number and query code.
        case complainant
    }

    /// Solved, and satisfied with it.
    package var isContent: Bool { resolved && satisfaction.isSatisfied }

    package init(by: By, resolved: Bool, satisfaction: Satisfaction, note: Int? = nil) {
        self.by = by
        self.resolved = resolved
        self.satisfaction = satisfaction
        self.note = note
    }
}

/// How satisfied (满意度), in five grades.
package enum Satisfaction: String, Codable, Sendable, CaseIterable {
    case verySatisfied = "very_satisfied"
    case satisfied
    case basicallySatisfied = "basically_satisfied"
    case dissatisfied
    case veryDissatisfied = "very_dissatisfied"

    /// What people read.
    package var title: String {
        switch self {
        case .verySatisfied: "非常满意"
        case .satisfied: "满意"
        case .basicallySatisfied: "基本满意"
        case .dissatisfied: "不满意"
        case .veryDissatisfied: "非常不满意"
        }
    }

    package var isSatisfied: Bool {
        switch self {
        case .verySatisfied, .satisfied, .basicallySatisfied: true
        case .dissatisfied, .veryDissatisfied: false
        }
    }
}

/// The case is at its end (办结).
package struct Closed: Codable, Sendable, Equatable {
    /// Name of the profile's closing rule.
    package var rule: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?
    /// In whose place a deputy did it: number of the account.
    package var absent: Int64?

    package init(rule: String, note: Int? = nil) {
        self.rule = rule
        self.note = note
    }
}

/// Dissatisfaction brought the case back to work (重启).
package struct Reopened: Codable, Sendable, Equatable {
    /// The round that begins.
    package var round: Int
    /// C.31: `forward_again` …
    package var kind: String

    package init(round: Int, kind: String) {
        self.round = round
        self.kind = kind
    }
}

/// The complainant took the complaint back (撤回).
package struct Withdrawn: Codable, Sendable, Equatable {
    package var note: Int?

    package init(note: Int? = nil) {
        self.note = note
    }
}
