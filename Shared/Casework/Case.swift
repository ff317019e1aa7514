import WorkingTime

/// One complaint and what its events add up to.
///
/// Made by `init(id:registered:at:)` and changed by `apply(_:at:)` only, so that the events alone can rebuild it.
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
    package private(set) var course: Course

    /// The case that its first event makes.
    package init(id: Int64, registered: Registered, at: Moment) {
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
        course = Course()
        course.source = registered.source
        course.isContactable = registered.contactable ?? false
        course.marks[Mark.event(.registered).code] = at.microseconds
    }

    /// Whether the complainant can be asked afterwards: gave a name and a way to be reached (R-CB-02).
    package var isContactable: Bool { course.isContactable && identity != .anonymous }

    /// The answer of this round went to the centre, and nobody has told the complainant of it yet.
    package var isResultUntold: Bool {
        guard course.reply?.to == .centre, let replied = moment(of: .event(.replied)) else { return false }
        return moment(of: .informed(.result)).map { $0 < replied } ?? true
    }

    /// Who works on it.
    package var involved: [String] { lead.map { [$0] + helpers } ?? [] }

    /// When the mark was set in this round; of registration and acceptance, ever.
    package func moment(of mark: Mark) -> Moment? {
        course.marks[mark.code].map(Moment.init(microseconds:))
    }

    /// Takes in the next event. Total: what a log holds has happened, whether today's rules would allow it or not.
    package mutating func apply(_ event: Event, at: Moment) {
        version += 1
        if case .reopened = event { course.beginRound() }
        if marks(event) { course.marks[Mark.event(event.kind).code] = at.microseconds }
        switch event {
        case .registered(let registered):
            let version = version
            self = Case(id: id, registered: registered, at: at)
            self.version = version
        case .corrected(let corrected):
            channel = corrected.channel ?? channel
            identity = corrected.identity ?? identity
            region = corrected.region ?? region
            course.source = corrected.source ?? course.source
            course.isContactable = corrected.contactable ?? course.isContactable
        case .classified(let finding):
            take(finding)
            if !State.sent.contains(state) { state = .classified }
        case .judgementRequested(let request):
            if let finding = request.finding { take(finding) }
            state = .awaitingJudgement
        case .accepted(let accepted):
            policies = accepted.policies
        case .dispatched(let dispatched):
            lead = dispatched.lead
            helpers = dispatched.helpers
            // Whoever has it now has not signed for it yet.
            course.signed = []
            course.marks[Mark.event(.signed).code] = nil
            // Nor has it asked for more time.
            course.asked = nil
            if state == .disputed { course.bound = lead } else if course.bound != lead { course.bound = nil }
            state = .dispatched
        case .handedOver(let handed): handOver(handed)
        case .redirected: state = .redirected
        case .refused: state = .refused
        case .linked(let linked): earlier = linked.earlier
        case .repeated(let repeated): course.complaints = repeated.times
        case .submitted, .instructed, .contacted, .visited, .noted: break
        case .signed(let signed):
            course.signed.append(signed.organisation)
            if signed.organisation == lead { state = .signed }
        case .returned:
            course.returns += 1
            course.asked = nil
            state = .returned
        case .disputed(let disputed):
            course.dispute = disputed.step
            state = .disputed
        case .informed(let informed):
            if informed.reached { course.marks[Mark.informed(informed.what).code] = at.microseconds }
        case .extensionAsked(let asked): course.asked = asked
        case .extensionGranted(let granted):
            let key = clockKey(granted.profile, granted.clock)
            course.asked = nil
            course.ends[key] = granted.due
            course.extensions[key, default: 0] += 1
            // The target is what it was.
            course.fired[key] = course.fired[key]?.filter { $0 == Clock.targetStep }
        case .extensionRefused: course.asked = nil
        case .limitSet(let limit): course.ends[clockKey(limit.profile, limit.clock)] = limit.due
        case .replied(let reply):
            course.reply = reply
            course.asked = nil
            state = .replied
        case .calledBack(let call):
            var calls = course.calls(by: call.by)
            calls.attempts += 1
            calls.last = at.microseconds
            if call.outcome != .notReached { calls.isDone = true }
            course.calls[call.by.rawValue] = calls
        case .rated(let rated):
            // Whoever did the work does not talk away what others were told of it (R-CB-30).
            if rated.by != .handler || course.rated == nil || !rated.isContent { course.rated = rated }
        case .closed: state = .closed
        case .reopened(let reopened):
            round = reopened.round
            state = .reopened
        case .withdrawn:
            state = .withdrawn
            // Nobody is left for whom it would be put right.
            for index in course.orders.indices { course.orders[index].isEnded = true }
        case .warned(let fired), .targetPassed(let fired), .escalated(let fired): note(fired)
        case .missed(let fired):
            note(fired)
            let key = clockKey(fired.profile, fired.clock)
            if !course.missed.contains(key) { course.missed.append(key) }
        case .supervised(let order):
            course.orders.append(
                Course.Order(number: order.order, trigger: order.trigger, round: round, due: order.due))
        case .supervisionAnswered(let answer): change(answer.order) { $0.isAnswered = true }
        case .supervisionReviewed(let review):
            change(review.order) { order in
                order.isAnswered = false
                order.isEnded = review.failed.isEmpty
                order.isWaived = review.exception
                order.due = review.due ?? order.due
            }
        }
    }

    /// A limit counts from when whoever leads took the case over, not from when a helper did; and from when it was accepted first, though
    /// further policies were pinned later.
    private func marks(_ event: Event) -> Bool {
        switch event {
        case .signed(let signed): signed.organisation == lead
        case .accepted: moment(of: .event(.accepted)) == nil
        default: true
        }
    }

    /// Whoever takes over stands where the other stood: has signed if that one had, not if only he himself had, as a helper.
    private mutating func handOver(_ handed: HandedOver) {
        let hasSigned = course.signed.contains(handed.from)
        if let to = handed.to, lead == handed.from || !involved.contains(to) {
            course.signed = course.signed.filter { $0 != handed.from && $0 != to } + (hasSigned ? [to] : [])
            helpers = helpers.compactMap { $0 == handed.from ? to : $0 == to ? nil : $0 }
            if lead == handed.from { lead = to }
            if course.bound == handed.from { course.bound = to }
        } else {
            course.signed.removeAll { $0 == handed.from }
            helpers.removeAll { $0 == handed.from }
        }
    }

    private mutating func note(_ fired: ClockFired) {
        course.fired[clockKey(fired.profile, fired.clock), default: []].append(fired.step)
    }

    private mutating func change(_ order: Int, _ body: (inout Course.Order) -> Void) {
        guard let index = course.orders.firstIndex(where: { $0.number == order }) else { return }
        body(&course.orders[index])
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
        accused: [String], lead: String?, helpers: [String], earlier: Int64?, course: Course
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
        self.course = course
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
