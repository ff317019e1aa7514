/// The same matter came again as another case (重复投诉).
package struct Repeated: Codable, Sendable, Equatable {
    /// The other case.
    package var by: Int64
    /// Complaints about it by now, the first one counted.
    package var times: Int

    package init(by: Int64, times: Int) {
        self.by = by
        self.times = times
    }
}

/// The case was put under supervision (督办).
package struct Supervised: Codable, Sendable, Equatable {
    /// Number of the order within the case, from 1.
    package var order: Int
    /// C.17.
    package var trigger: String
    /// C.16; `nil`: from before it was kept.
    package var stage: Stage?
    /// Microseconds since 1970.
    package var due: Int64

    /// Whether the case was closed by then (办结前督办, 办结后督办).
    package enum Stage: String, Codable, Sendable, CaseIterable {
        case preClosing = "pre_closing"
        case postClosing = "post_closing"
    }

    package init(order: Int, trigger: String, stage: Stage? = nil, due: Int64) {
        self.order = order
        self.trigger = trigger
        self.stage = stage
        self.due = due
    }
}

/// The supervised organisation reported.
package struct SupervisionAnswered: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    package var order: Int
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?

    package init(organisation: String, order: Int, note: Int? = nil) {
        self.organisation = organisation
        self.order = order
        self.note = note
    }
}

/// The report was reviewed; a criterion that fails sends it back (R-SV-13). Or the order is waived, whether it was answered or not.
package struct SupervisionReviewed: Codable, Sendable, Equatable {
    package var order: Int
    /// Criteria that were not met; empty: supervision ends.
    package var failed: [String]
    /// Until when it must be done again, microseconds since 1970; `nil`: it ends, or the first date holds.
    package var due: Int64?
    /// `true`: an exception to "in principle" (R-SV-04); counts as if there had been no order.
    package var exception: Bool?
    /// Number of the note that says why; an exception must have one.
    package var note: Int?

    package init(order: Int, failed: [String] = [], due: Int64? = nil, exception: Bool? = nil, note: Int? = nil) {
        self.order = order
        self.failed = failed
        self.due = due
        self.exception = exception
        self.note = note
    }
}
