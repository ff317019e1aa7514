/// More time was asked for (申请延期).
package struct ExtensionAsked: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    package var profile: String
    /// Name of the profile's clock.
    package var clock: String
    /// The new end that is asked for, in microseconds since 1970.
    package var due: Int64
    /// A code.
    package var reason: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?
    /// Number of the account that asked; not among those who may grant it.
    package var account: Int64?

    package init(organisation: String, profile: String, clock: String, due: Int64, reason: String, note: Int? = nil) {
        self.organisation = organisation
        self.profile = profile
        self.clock = clock
        self.due = due
        self.reason = reason
        self.note = note
    }
}

/// More time was granted (同意延期).
package struct ExtensionGranted: Codable, Sendable, Equatable {
    package var profile: String
    package var clock: String
    /// The end as it was; stays visible (E-05). Microseconds since 1970.
    package var original: Int64
    package var due: Int64
    /// Role of who granted it.
    package var approver: String
    /// How the complainant was told of it.
    package var means: String?
    /// In whose place a deputy granted it: number of the account.
    package var absent: Int64?

    package init(profile: String, clock: String, original: Int64, due: Int64, approver: String, means: String? = nil) {
        self.profile = profile
        self.clock = clock
        self.original = original
        self.due = due
        self.approver = approver
        self.means = means
    }
}

/// More time was refused (不同意延期).
package struct ExtensionRefused: Codable, Sendable, Equatable {
    package var profile: String
    package var clock: String
    /// Role of who refused it.
    package var approver: String
    /// A code.
    package var reason: String
    /// In whose place a deputy refused it: number of the account.
    package var absent: Int64?

    package init(profile: String, clock: String, approver: String, reason: String) {
        self.profile = profile
        self.clock = clock
        self.approver = approver
        self.reason = reason
    }
}

/// A clock reached a step: `warned` before the limit, `target_passed`, `missed` at the limit, `escalated` after it.
package struct ClockFired: Codable, Sendable, Equatable {
    package var profile: String
    /// Name of the profile's clock.
    package var clock: String
    /// Number of the step within the clock.
    package var step: Int
    /// The target or limit that it is about, in microseconds since 1970.
    package var due: Int64
    /// Role that learns of it, of an escalation.
    package var to: String?
    package var act: ClockRule.Escalation.Act?

    package init(
        profile: String, clock: String, step: Int, due: Int64, to: String? = nil, act: ClockRule.Escalation.Act? = nil
    ) {
        self.profile = profile
        self.clock = clock
        self.step = step
        self.due = due
        self.to = to
        self.act = act
    }
}
