import WorkingTime

/// One complaint and what its events add up to.
///
/// Made by `init(id:registered:)` and changed by `apply(_:)` only, so that the events alone can rebuild it.
package struct Case: Sendable, Equatable {
    package let id: Int64
    /// Number of events so far; the first event makes version 1.
    package private(set) var version: Int
    package private(set) var state: State
    /// Rounds of handling; 1 until a reopening raises it.
    package private(set) var round: Int
    package private(set) var channel: String
    package private(set) var identity: Identity
    /// The policies that apply, each in the version pinned to this case. The first one leads.
    package private(set) var policies: [Policy.Version]
    package private(set) var nature: String?
    package private(set) var subject: String?
    package private(set) var also: [String]
    package private(set) var urgency: String?
    package private(set) var flags: [String]
    package private(set) var region: String?
    package private(set) var accused: [String]
    /// The organisation that must answer (主办).
    package private(set) var lead: String?
    /// Organisations that take part (协办).
    package private(set) var helpers: [String]
    /// An earlier case of the same matter.
    package private(set) var earlier: Int64?

    /// The case that its first event makes.
    package init(id: Int64, registered: Registered) {
        self.id = id
        version = 1
        state = .registered
        round = 1
        channel = registered.channel
        identity = registered.identity
        policies = registered.policies
        also = []
        flags = []
        region = registered.region
        accused = []
        helpers = []
    }

    /// Takes in the next event. Total: what a log holds has happened, whether today's rules would allow it or not.
    package mutating func apply(_ event: Event) {
        version += 1
        switch event {
        case .registered(let registered):
            let version = version
            self = Case(id: id, registered: registered)
            self.version = version
        case .classified(let finding):
            take(finding)
            state = .classified
        case .judgementRequested(let request):
            if let finding = request.finding { take(finding) }
            state = .awaitingJudgement
        case .dispatched(let dispatched):
            lead = dispatched.lead
            helpers = dispatched.helpers
            state = .dispatched
        case .redirected:
            state = .redirected
        case .refused:
            state = .refused
        case .linked(let linked):
            earlier = linked.earlier
        }
    }

    private mutating func take(_ finding: Finding) {
        nature = finding.nature
        subject = finding.subject
        also = finding.also
        urgency = finding.urgency
        flags = finding.flags
        region = finding.region ?? region
        accused = finding.accused
    }

    /// What a database row says a case is. The one other way to make one; the row was written from events.
    package init(
        id: Int64, version: Int, state: State, round: Int, channel: String, identity: Identity,
        policies: [Policy.Version],
        nature: String?, subject: String?, also: [String], urgency: String?, flags: [String], region: String?,
        accused: [String], lead: String?, helpers: [String], earlier: Int64?
    ) {
        self.id = id
        self.version = version
        self.state = state
        self.round = round
        self.channel = channel
        self.identity = identity
        self.policies = policies
        self.nature = nature
        self.subject = subject
        self.also = also
        self.urgency = urgency
        self.flags = flags
        self.region = region
        self.accused = accused
        self.lead = lead
        self.helpers = helpers
        self.earlier = earlier
    }
}

/// Who the complainant is to us (C.22).
package enum Identity: String, Codable, Sendable, CaseIterable {
    /// Gave a name (实名).
    case named
    /// Gave none (匿名).
    case anonymous
    /// Gave a name and asked that it be kept from all but the handlers (要求保密).
    case confidential
}
