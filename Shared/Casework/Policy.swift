import WorkingTime

/// What one scheme (one row of the catalogue) orders, as far as the rules here use it. Read from a profile's JSON.
///
/// A parameter that is `nil` or empty creates no duty: "the scheme says nothing" is never "zero" and never a default.
package struct Policy: Sendable, Equatable {
    /// Which scheme in which version; pinned to a case when the policy first applies to it.
    package struct Version: Codable, Sendable, Hashable {
        package var profile: String
        package var version: Int

        package init(profile: String, version: Int) {
            self.profile = profile
            self.version = version
        }
    }

    package var version: Version
    /// Telephone number of the line that the scheme governs (R-IN-01), as callers dial it; `nil` for a scheme that joins
    /// others.
    package var line: String?
    /// Where the scheme applies beside the one that leads; `nil`: only to its own line.
    package var joins: Joining?
    /// Duty (C.12) of the organisation that runs the line; who acts "for the centre" works there.
    package var centre: String?
    /// Channels allowed (C.1). Others are registered all the same and marked (R-IN-60); empty: the scheme does not say.
    package var channels: Set<String>
    /// Grounds on which the scheme may refuse to accept a registered complaint; empty: never (K-03).
    package var refuse: Set<String>
    /// How a matter outside the remit is handled; `nil`: the scheme does not say, so nothing is redirected.
    package var transferMode: TransferMode?
    /// What of `leadersSteps` must have happened before the case is first sent to anybody (R-RT-30); `nil`: nothing.
    package var sendsAfter: Event.Kind?
    /// Laid before a leader, and what the leader said.
    package static let leadersSteps: [Event.Kind] = [.submitted, .instructed]
    /// Ordered; the first that applies decides.
    package var leadRules: [LeadRule]
    /// How days are counted.
    package var calendar: Counting
    /// When a complaint counts as accepted (受理).
    package var accepts: Acceptance
    package var clocks: [ClockRule]
    /// Sending a misdirected case back (退单); `nil`: not allowed (K-26).
    package var returns: Returns?
    /// Duties (C.12) of the organisations that settle a dispute about who is competent, in order; empty: none.
    package var dispute: [String]
    package var reply: Reply?
    /// `nil`: nothing is answered at once.
    package var answerAtOnce: AnswerAtOnce?
    package var callback: Callback?
    /// Ordered; the first that holds closes an answered case.
    package var closing: [ClosingRule]
    /// What follows on dissatisfaction (K-16); `nil`: nothing.
    package var review: Review?
    package var supervise: Supervise?
    /// Rates that it wants reached; empty: it only measures.
    package var targets: [Target]
    package var openness: Openness

    /// K-02: a matter outside the remit is moved there, or the person is only told where to go.
    package enum TransferMode: String, Sendable, CaseIterable {
        case move
        case tellOnly = "tell_only"
    }

    /// When a complaint counts as accepted.
    package enum Acceptance: String, Sendable, CaseIterable {
        /// On the telephone, with its registration.
        case registration
        /// When it is sent to whoever must answer.
        case dispatch
    }

    /// Which cases of other lines a scheme applies to as well.
    package struct Joining: Sendable, Equatable {
        /// Profiles that lead.
        package var profiles: Set<String>
        package var when: Condition

        package init(profiles: Set<String>, when: Condition) {
            self.profiles = profiles
            self.when = when
        }
    }

    package init(
        version: Version, line: String? = nil, joins: Joining? = nil, centre: String? = nil,
        channels: Set<String> = [], refuse: Set<String> = [], transferMode: TransferMode? = nil,
        sendsAfter: Event.Kind? = nil,
        leadRules: [LeadRule] = [], calendar: Counting = Counting(), accepts: Acceptance = .dispatch,
        clocks: [ClockRule] = [], returns: Returns? = nil, dispute: [String] = [], reply: Reply? = nil,
        answerAtOnce: AnswerAtOnce? = nil, callback: Callback? = nil, closing: [ClosingRule] = [],
        review: Review? = nil, supervise: Supervise? = nil,
        targets: [Target] = [], openness: Openness = Openness()
    ) {
        self.version = version
        self.line = line
        self.joins = joins
        self.centre = centre
        self.channels = channels
        self.refuse = refuse
        self.transferMode = transferMode
        self.sendsAfter = sendsAfter
        self.leadRules = leadRules
        self.calendar = calendar
        self.accepts = accepts
        self.clocks = clocks
        self.returns = returns
        self.dispute = dispute
        self.reply = reply
        self.answerAtOnce = answerAtOnce
        self.callback = callback
        self.closing = closing
        self.review = review
        self.supervise = supervise
        self.targets = targets
        self.openness = openness
    }

    /// The sentence that a person reads who was turned away by the rule with this name.
    package func notice(ofRule name: String?) -> String? {
        switch leadRules.first(where: { $0.name == name })?.then {
        case .redirect(_, _, let tell), .refuse(_, _, _, let tell): tell
        case .dispatch, .judgement, nil: nil
        }
    }
}

/// One of a profile's ordered rules on who leads (D.2 `lead_rule`).
package struct LeadRule: Sendable, Equatable {
    /// Name within the profile, shown as the reason of a decision.
    package var name: String
    /// Where the rule is written: a row of the catalogue.
    package var source: String
    package var when: Condition
    package var then: Action

    /// What the rule orders.
    package enum Action: Sendable, Equatable {
        /// To whoever answers; `helpers`: those who answer for the further subjects join.
        case dispatch(to: Target, helpers: Bool)
        /// The person is told where to go instead; `tell` is the sentence they read.
        case redirect(to: Target, reason: String, tell: String)
        /// Not accepted; `to` is where to go instead if the scheme demands that it be named.
        case refuse(ground: String, to: Target?, reason: String, tell: String)
        /// A person decides.
        /// - Parameter wantsNote: whether a person who sends it on all the same says why.
        case judgement(reason: String, wantsNote: Bool = false)
    }

    /// Whom a rule means. Parts that are given must all hold; `role` alone looks at duties, else at jurisdiction.
    package struct Target: Sendable, Equatable {
        /// Administrative level of the organisation; `nil`: any.
        package var level: String?
        /// A duty (C.12) instead of a subject.
        package var role: String?

        package init(level: String? = nil, role: String? = nil) {
            self.level = level
            self.role = role
        }
    }

    package init(name: String, source: String, when: Condition, then: Action) {
        self.name = name
        self.source = source
        self.when = when
        self.then = then
    }
}
