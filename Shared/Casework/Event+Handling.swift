// What organisations do with a case. Codes, numbers and times; what was typed stays in `note`.

/// The complaint was accepted (受理), under these versions, which it keeps from now on.
package struct Accepted: Codable, Sendable, Equatable {
    /// The first one leads.
    package var policies: [Policy.Version]

    package init(policies: [Policy.Version] = []) {
        self.policies = policies
    }
}

/// A proposed opinion was laid before the leader (拟办, 呈报).
package struct Submitted: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?

    package init(organisation: String, note: Int? = nil) {
        self.organisation = organisation
        self.note = note
    }
}

/// The leader instructed (批示).
package struct Instructed: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?
    /// In whose place a deputy did it: number of the account.
    package var absent: Int64?

    package init(organisation: String, note: Int? = nil) {
        self.organisation = organisation
        self.note = note
    }
}

/// An organisation signed for the case (签收).
package struct Signed: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String

    package init(organisation: String) {
        self.organisation = organisation
    }
}

/// The case was sent back as misdirected (退单).
package struct Returned: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// C.8.
    package var reason: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?

    package init(organisation: String, reason: String, note: Int? = nil) {
        self.organisation = organisation
        self.reason = reason
        self.note = note
    }
}

/// Who is competent is in dispute (移送争议).
package struct Disputed: Codable, Sendable, Equatable {
    /// C.8.
    package var reason: String
    /// From 0: which of the policy's deciders settles it.
    package var step: Int
    /// Duty (C.12) of who settles it.
    package var decider: String?

    package init(reason: String, step: Int, decider: String? = nil) {
        self.reason = reason
        self.step = step
        self.decider = decider
    }
}

/// The complainant was contacted, or an attempt was made.
package struct Contacted: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// `phone`, `in_person` …
    package var means: String
    package var reached: Bool
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?

    package init(organisation: String, means: String, reached: Bool, note: Int? = nil) {
        self.organisation = organisation
        self.means = means
        self.reached = reached
        self.note = note
    }
}

/// Somebody was on site (到场).
package struct Visited: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?
    /// Numbers of the photos and papers that belong to it, as those of notes.
    package var attachments: [Int]?

    package init(organisation: String, note: Int? = nil, attachments: [Int]? = nil) {
        self.organisation = organisation
        self.note = note
        self.attachments = attachments
    }
}

/// Progress was noted (进展).
package struct Noted: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    /// Number of the note.
    package var note: Int
    /// Numbers of the photos and papers that belong to it.
    package var attachments: [Int]?

    package init(organisation: String, note: Int, attachments: [Int]? = nil) {
        self.organisation = organisation
        self.note = note
        self.attachments = attachments
    }
}

/// The complainant was told something (告知).
package struct Informed: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    package var what: What
    /// `phone`, `sms`, `letter` …
    package var means: String
    package var reached: Bool

    package enum What: String, Codable, Sendable, CaseIterable {
        case acceptance
        case transfer
        case progress
        case `extension`
        case result
        /// That the matter is to be put in writing (R-IN-34).
        case writing
    }

    package init(organisation: String, what: What, means: String, reached: Bool) {
        self.organisation = organisation
        self.what = what
        self.means = means
        self.reached = reached
    }
}

/// A limit of its own was set for this case (R-DL-24).
package struct LimitSet: Codable, Sendable, Equatable {
    package var profile: String
    /// Name of the profile's clock.
    package var clock: String
    /// Microseconds since 1970.
    package var due: Int64

    package init(profile: String, clock: String, due: Int64) {
        self.profile = profile
        self.clock = clock
        self.due = due
    }
}

/// What is answered at once: the answer itself is the note's; what classification has not found yet is said with it.
package struct AnsweredAtOnce: Codable, Sendable, Equatable {
    package var nature: String?
    package var subject: String?
    package var urgency: String?
    /// Number of the note that says it in words.
    package var note: Int?

    package init(nature: String? = nil, subject: String? = nil, urgency: String? = nil, note: Int? = nil) {
        self.nature = nature
        self.subject = subject
        self.urgency = urgency
        self.note = note
    }
}

/// The organisation that leads answered (答复).
package struct Replied: Codable, Sendable, Equatable {
    /// Who did it.
    package var organisation: String
    package var to: Reply.Receiver
    /// C.23: `oral`, `written` …
    package var form: String
    /// C.10.
    package var outcome: String
    /// A photo from the same angle is among the attachments.
    package var photo: Bool?
    /// Number of the note that says it in words; the words stay in `note`.
    package var note: Int?
    /// Numbers of the photos and papers that belong to it. Who is answered sees them with the answer.
    package var attachments: [Int]?

    package init(
        organisation: String, to: Reply.Receiver, form: String, outcome: String, photo: Bool? = nil, note: Int? = nil,
        attachments: [Int]? = nil
    ) {
        self.organisation = organisation
        self.to = to
        self.form = form
        self.outcome = outcome
        self.photo = photo
        self.note = note
        self.attachments = attachments
    }
}
