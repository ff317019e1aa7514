/// A contact became a case (登记). Carries codes and times; what was written stays in `submission`.
package struct Registered: Codable, Sendable, Equatable {
    /// How it came (C.1).
    package var channel: String
    /// Who brought it (C.3) or, for an import, the name of the list; `nil` for the person's own filing.
    package var source: String?
    package var identity: Identity
    package var policies: [Policy.Version]
    /// Region that the person named, a code of the directory.
    package var region: String?
    /// When the matter happened, in microseconds since 1970, as the person says.
    package var happened: Int64?
    /// Whether a name and a way to reach the person were given; what they are stays in `complainant`.
    package var contactable: Bool?
    /// The channel is none that the scheme allows: registered all the same, help is owed (R-IN-60).
    package var unusual: Bool?

    package init(
        channel: String, source: String? = nil, identity: Identity, policies: [Policy.Version], region: String? = nil,
        happened: Int64? = nil, contactable: Bool? = nil, unusual: Bool? = nil
    ) {
        self.channel = channel
        self.source = source
        self.identity = identity
        self.policies = policies
        self.region = region
        self.happened = happened
        self.contactable = contactable
        self.unusual = unusual
    }
}

/// What was taken down wrongly was put right (更正登记). What it was before stays in the record; what is `nil` stays as it is.
package struct Corrected: Codable, Sendable, Equatable {
    package var channel: String?
    package var source: String?
    package var identity: Identity?
    package var region: String?
    /// Whether there is a name and a way to reach the person now.
    package var contactable: Bool?
    /// Number of the submission that says it anew, where words or ways to reach the person changed.
    package var submission: Int?

    package init(
        channel: String? = nil, source: String? = nil, identity: Identity? = nil, region: String? = nil,
        contactable: Bool? = nil, submission: Int? = nil
    ) {
        self.channel = channel
        self.source = source
        self.identity = identity
        self.region = region
        self.contactable = contactable
        self.submission = submission
    }
}

/// The rules would not decide; a person must (人工研判).
package struct JudgementRequested: Codable, Sendable, Equatable {
    /// Why, a code: `no_subject`, `close_subjects`, `no_competent_organisation`, `conflict_of_interest` …
    package var reason: String
    /// What was found all the same, so that the person starts from it.
    package var finding: Finding?

    package init(reason: String, finding: Finding? = nil) {
        self.reason = reason
        self.finding = finding
    }
}

/// The case was sent to whoever must answer (转办, 交办).
package struct Dispatched: Codable, Sendable, Equatable {
    package var lead: String
    package var helpers: [String]
    /// Name of the profile's rule, or `nil` if a person chose.
    package var rule: String?
    /// The date set for this case alone, where the policy demands one (R-DL-24); microseconds since 1970.
    package var due: Int64?
    /// Number of the note in which a person says why.
    package var note: Int?

    package init(lead: String, helpers: [String] = [], rule: String? = nil, due: Int64? = nil, note: Int? = nil) {
        self.lead = lead
        self.helpers = helpers
        self.rule = rule
        self.due = due
        self.note = note
    }
}

/// An organisation that is no more gave up its part in the case (移交): whoever took over goes on where it stood, and no limit moves.
package struct HandedOver: Codable, Sendable, Equatable {
    package var from: String
    /// `nil`: it took part, and nobody does so in its place.
    package var to: String?

    package init(from: String, to: String?) {
        self.from = from
        self.to = to
    }
}

/// The person was told where to go instead (告知其他途径).
package struct Redirected: Codable, Sendable, Equatable {
    /// Where to go, an organisation of the directory.
    package var to: String
    /// C.8.
    package var reason: String
    package var rule: String?

    package init(to: String, reason: String, rule: String? = nil) {
        self.to = to
        self.reason = reason
        self.rule = rule
    }
}

/// The complaint was registered but not accepted (不予受理).
package struct Refused: Codable, Sendable, Equatable {
    /// The policy's ground: `reasoned`, `standing`, `malice`.
    package var ground: String
    /// C.8.
    package var reason: String
    /// Where to go instead, if there is such a place.
    package var to: String?
    package var rule: String?

    package init(ground: String, reason: String, to: String? = nil, rule: String? = nil) {
        self.ground = ground
        self.reason = reason
        self.to = to
        self.rule = rule
    }
}

/// The same matter as an earlier case (重复).
package struct Linked: Codable, Sendable, Equatable {
    package var earlier: Int64

    package init(earlier: Int64) {
        self.earlier = earlier
    }
}
