import WorkingTime

/// What one scheme (one row of the catalogue) orders, as far as the rules here use it. Read from a profile's JSON.
///
/// A parameter that is `nil` or empty creates no duty: "the scheme says nothing" is never "zero" and never a default.
/// Only `calendar` has defaults, because days must be counted somehow and no source says how.
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
    /// Telephone number of the line that the scheme governs (R-IN-01), as callers dial it.
    package var line: String
    /// Channels allowed (C.1). Others are registered all the same and marked (R-IN-60); empty: the scheme does not say.
    package var channels: Set<String>
    /// Grounds on which the scheme may refuse to accept a registered complaint; empty: never (K-03).
    package var refuse: Set<String>
    /// How a matter outside the remit is handled; `nil`: the scheme does not say, so nothing is redirected.
    package var transferMode: TransferMode?
    /// Ordered; the first that applies decides.
    package var leadRules: [LeadRule]
    /// How its limits are counted (R-DL-52); if the scheme does not say, by the defaults of `Counting`.
    package var calendar: Counting

    /// K-02: a matter outside the remit is moved there, or the person is only told where to go.
    package enum TransferMode: String, Sendable, CaseIterable {
        case move
        case tellOnly = "tell_only"
    }

    package init(
        version: Version, line: String, channels: Set<String> = [], refuse: Set<String> = [],
        transferMode: TransferMode? = nil, leadRules: [LeadRule], calendar: Counting = Counting()
    ) {
        self.version = version
        self.line = line
        self.channels = channels
        self.refuse = refuse
        self.transferMode = transferMode
        self.leadRules = leadRules
        self.calendar = calendar
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

    /// All parts that are given must hold; within one part any value does. Without parts it always holds.
    package struct Condition: Sendable, Equatable {
        package var nature: Set<String>
        package var subject: Set<String>
        package var urgency: Set<String>
        /// Any of these flags was found.
        package var flag: Set<String>
        /// Whether the text told a region; `nil`: does not matter.
        package var regionKnown: Bool?
        /// Whether an organisation is complained about; `nil`: does not matter.
        package var accused: Bool?

        package init(
            nature: Set<String> = [], subject: Set<String> = [], urgency: Set<String> = [], flag: Set<String> = [],
            regionKnown: Bool? = nil, accused: Bool? = nil
        ) {
            self.nature = nature
            self.subject = subject
            self.urgency = urgency
            self.flag = flag
            self.regionKnown = regionKnown
            self.accused = accused
        }
    }

    /// What the rule orders.
    package enum Action: Sendable, Equatable {
        /// To whoever answers; `helpers`: those who answer for the further subjects join.
        case dispatch(to: Target, helpers: Bool)
        /// The person is told where to go instead; `tell` is the sentence they read.
        case redirect(to: Target, reason: String, tell: String)
        /// Not accepted; `to` is where to go instead if the scheme demands that it be named.
        case refuse(ground: String, to: Target?, reason: String, tell: String)
        /// A person decides.
        case judgement(reason: String)
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
