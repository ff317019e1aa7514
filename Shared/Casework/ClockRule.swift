import WorkingTime

/// A limit that a scheme sets: from when, until what, how long, and what happens on the way.
package struct ClockRule: Sendable, Equatable {
    /// Name within the profile; the clock of a case is known by profile and name.
    package var name: String
    /// Chinese title for display.
    package var title: String
    /// The parameter of D.2 that it expresses: `ack`, `transfer`, `onsite`, `close`, `result_notice` …
    package var step: String
    /// Where the rule is written: a row of the catalogue.
    package var source: String
    package var when: Condition
    /// Cases that are exempt.
    package var unless: Condition?
    package var from: Anchor
    /// Ends it: the word of an event, or `informed:` and what was told.
    package var until: Set<String>
    /// Soft end; passing it is noted and counts nowhere as late.
    package var target: Limit?
    /// Hard end. `nil` only where `isManual`, or where there is a target alone.
    package var limit: Limit?
    /// Each case needs a date of its own, set by a person before it is sent out (R-DL-24).
    package var isManual: Bool
    /// Warnings this long before the limit.
    package var warn: [Limit]
    /// Steps after a missed limit, in order, each once.
    package var escalate: [Escalation]
    package var extend: Extend?
    /// Whether it runs again, from the reopening, in each later round. Else it runs in the first round alone.
    package var again: Bool

    /// The step that ends the handling.
    package static let closing = "close"

    /// What happens when a limit has been missed for some time.
    package struct Escalation: Sendable, Equatable {
        /// Counted from the limit; 0 minutes: at once.
        package var after: Limit
        /// Role that learns of it.
        package var to: String
        package var act: Act

        package enum Act: String, Codable, Sendable, CaseIterable {
            case remind
            case order
            case report
        }

        package init(after: Limit, to: String, act: Act) {
            self.after = after
            self.to = to
            self.act = act
        }
    }

    /// How a limit may be extended (C.11).
    package struct Extend: Sendable, Equatable {
        /// Role of who grants it; taken from the profile, not from the user's rank.
        package var approver: String
        /// How much at most; `nil`: no cap.
        package var cap: Limit?
        package var capKind: CapKind
        /// How often at most; `nil`: no cap.
        package var count: Int?
        package var notice: Notice

        package enum CapKind: String, Sendable, CaseIterable {
            /// So much more than the limit.
            case add
            /// So much from the anchor, whatever the number of steps.
            case total
            case none
        }

        /// What the complainant must be told.
        package enum Notice: String, Sendable, CaseIterable {
            case prior
            case reason
            case none
        }

        package init(approver: String, cap: Limit?, capKind: CapKind, count: Int?, notice: Notice) {
            self.approver = approver
            self.cap = cap
            self.capKind = capKind
            self.count = count
            self.notice = notice
        }
    }

    package init(
        name: String, title: String, step: String, source: String, when: Condition = Condition(),
        unless: Condition? = nil, from: Anchor, until: Set<String>, target: Limit? = nil, limit: Limit? = nil,
        isManual: Bool = false, warn: [Limit] = [], escalate: [Escalation] = [], extend: Extend? = nil,
        again: Bool = false
    ) {
        self.name = name
        self.title = title
        self.step = step
        self.source = source
        self.when = when
        self.unless = unless
        self.from = from
        self.until = until
        self.target = target
        self.limit = limit
        self.isManual = isManual
        self.warn = warn
        self.escalate = escalate
        self.extend = extend
        self.again = again
    }
}

/// The event that a limit is counted from (C.32).
package enum Anchor: String, Codable, Sendable, CaseIterable {
    case complaintReceived = "complaint_received"
    case registered
    /// It was put before a person.
    case judgementRequested = "judgement_requested"
    case accepted
    /// The receiving organisation signed for it (接受案件).
    case takenOver = "taken_over"
    case dispatched
    case unitReplyReceived = "unit_reply_received"
    case concluded
    case reviewApplied = "review_applied"
    case supervised
    /// The source names none: counted from receipt, and shown as assumed (R-DL-61).
    case notStated = "not_stated"

    /// The mark in a case's course that tells when it was.
    var mark: Mark {
        switch self {
        case .complaintReceived, .registered, .notStated: .event(.registered)
        case .judgementRequested: .event(.judgementRequested)
        case .accepted: .event(.accepted)
        case .takenOver: .event(.signed)
        case .dispatched: .event(.dispatched)
        case .unitReplyReceived, .concluded: .event(.replied)
        case .reviewApplied: .event(.reopened)
        case .supervised: .event(.supervised)
        }
    }
}
