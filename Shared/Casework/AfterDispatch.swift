import WorkingTime

/// D.2 `return`: how a misdirected case goes back.
package struct Returns: Sendable, Equatable {
    /// From the dispatch; `nil`: at any time before the reply.
    package var limit: Limit?
    /// Returns that are only dispatched again; the next one opens a dispute (R-RT-48).
    package var most: Int

    package init(limit: Limit?, most: Int) {
        self.limit = limit
        self.most = most
    }
}

/// What whoever runs the line may answer at once (当场答复), without sending it to anybody.
package struct AnswerAtOnce: Sendable, Equatable {
    /// Natures of what is so simple (C.2).
    package var natures: Set<String>

    package init(natures: Set<String>) {
        self.natures = natures
    }
}

/// D.2 `form_out`: what a reply must be.
package struct Reply: Sendable, Equatable {
    /// Whom the limits of `close` mean.
    package var to: Receiver
    /// Channels whose complaints must be answered in writing; the mirror rule (K-14) names those that are writing.
    package var writtenFor: Set<String>
    /// The answer is always in writing where this holds.
    package var writtenWhen: Condition?
    /// A photo taken after the fix from the same angle is demanded where this holds; `nil`: never.
    package var photoWhen: Condition?
    /// The complainant must have been contacted or visited before (R-HD-48, R-HD-01).
    package var contactFirst: Bool

    package enum Receiver: String, Codable, Sendable, CaseIterable {
        case complainant
        case centre
    }

    package init(
        to: Receiver, writtenFor: Set<String> = [], writtenWhen: Condition? = nil, photoWhen: Condition? = nil,
        contactFirst: Bool = false
    ) {
        self.to = to
        self.writtenFor = writtenFor
        self.writtenWhen = writtenWhen
        self.photoWhen = photoWhen
        self.contactFirst = contactFirst
    }
}

/// D.2 `callback`: who asks the complainant afterwards.
package struct Callback: Sendable, Equatable {
    package var by: Caller
    package var when: Time
    package var whom: Condition
    /// Between two attempts.
    package var spacing: Limit
    /// Attempts that may be made in a round.
    package var attempts: Int

    package enum Caller: String, Codable, Sendable, CaseIterable {
        /// Whoever runs the line.
        case centre
        /// The organisation that led (谁办理谁回访).
        case handler
    }

    package enum Time: String, Sendable, CaseIterable {
        case beforeClosing = "before"
        case afterClosing = "after"
    }

    package init(by: Caller, when: Time, whom: Condition, spacing: Limit, attempts: Int) {
        self.by = by
        self.when = when
        self.whom = whom
        self.spacing = spacing
        self.attempts = attempts
    }
}

/// One of a profile's ordered rules on when an answered case is closed. Parts that are given must all hold.
package struct ClosingRule: Sendable, Equatable {
    package var name: String
    package var source: String
    /// Whether a callback is still owed before closing; `false`: none is, and nobody has rated.
    package var callbackOwed: Bool?
    /// Whether the complainant said satisfied, or dissatisfied.
    package var satisfied: Bool?
    /// So many attempts were made in vain.
    package var attempts: Int?
    /// In this round or a later one.
    package var round: Int?
    /// A person closes by this rule, with a basis that is published (R-HD-20); it never closes by itself.
    package var isManual: Bool

    package init(
        name: String, source: String, callbackOwed: Bool? = nil, satisfied: Bool? = nil, attempts: Int? = nil,
        round: Int? = nil, isManual: Bool = false
    ) {
        self.name = name
        self.source = source
        self.callbackOwed = callbackOwed
        self.satisfied = satisfied
        self.attempts = attempts
        self.round = round
        self.isManual = isManual
    }
}

/// D.2 `review`: what follows on dissatisfaction.
package struct Review: Sendable, Equatable {
    /// `forward_again`, `re_verify` … (C.31).
    package var kind: String
    /// Rounds of handling at most; `nil`: no cap.
    package var rounds: Int?
    /// Only where the complainant applies for it (复核申请); else being dissatisfied is enough.
    package var onRequest: Bool

    package init(kind: String, rounds: Int?, onRequest: Bool = false) {
        self.kind = kind
        self.rounds = rounds
        self.onRequest = onRequest
    }

    /// Whether another round may follow this one.
    package func allows(roundAfter round: Int) -> Bool { rounds.map { round < $0 } ?? true }
}

/// D.2 `supervise`: when the centre puts a case under supervision (督办).
package struct Supervise: Sendable, Equatable {
    /// Duty (C.12) of the organisation that runs supervision.
    package var actor: String
    package var triggers: [Trigger]
    /// Time that the supervised organisation has; the date set with the order.
    package var limit: Limit
    /// What a review of its report looks at; any that fails sends it back.
    package var criteria: [String]
    /// Share of last month's accepted cases that should be supervised, in per cent; `nil`: none.
    package var quota: Int?
    /// Steps whose missed limit is what the trigger `undone` means.
    package var undone: [String]
    /// What must be left until a limit of step `close` for a dissatisfied complainant's case to be supervised before it is closed; else it
    /// is supervised once it is closed. `nil`: there is always enough time.
    package var enoughTime: Limit?
    /// Codes of the triggers whose order may be waived, with a reason ("in principle", R-SV-04); empty: none.
    package var exceptions: Set<String>

    /// C.17.
    package enum Trigger: Sendable, Equatable, Hashable {
        /// So many complaints about the same matter, the first one counted.
        case repeated(times: Int)
        /// Returned or disputed (推诿).
        case shirking
        /// A limit of a step that `undone` names was missed (应办未办).
        case undone
        /// The complainant said unsolved or dissatisfied.
        case dissatisfied
        /// The date of an order to supervise was missed (逾期未整改): once the case is closed, another one follows.
        case rectificationMissed

        /// As it stands in events: C.17.
        package var code: String {
            switch self {
            case .repeated: "repeat"
            case .shirking: "shirking"
            case .undone: "undone"
            case .dissatisfied: "dissatisfied"
            case .rectificationMissed: "rectification_missed"
            }
        }

        /// The codes of all of them.
        package static let codes: [String] = [
            .repeated(times: 0), .shirking, .undone, .dissatisfied, .rectificationMissed,
        ].map(\Trigger.code)
    }

    package init(
        actor: String, triggers: [Trigger], limit: Limit, criteria: [String] = [], quota: Int? = nil,
        undone: [String] = [ClockRule.closing], enoughTime: Limit? = nil, exceptions: Set<String> = []
    ) {
        self.actor = actor
        self.triggers = triggers
        self.limit = limit
        self.criteria = criteria
        self.quota = quota
        self.undone = undone
        self.enoughTime = enoughTime
        self.exceptions = exceptions
    }
}
