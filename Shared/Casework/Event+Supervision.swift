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
    /// Microseconds since 1970.
    package var due: Int64

    package init(order: Int, trigger: String, due: Int64) {
        self.order = order
        self.trigger = trigger
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

/// The report was reviewed; a criterion that fails sends it back (R-SV-13).
package struct SupervisionReviewed: Codable, Sendable, Equatable {
    package var order: Int
    /// Criteria that were not met; empty: supervision ends.
    package var failed: [String]
    /// Until when it must be done again, microseconds since 1970; `nil`: it ends, or the first date holds.
    package var due: Int64?

    package init(order: Int, failed: [String] = [], due: Int64? = nil) {
        self.order = order
        self.failed = failed
        self.due = due
    }
}
