import Casework
import Policies
import Testing
import WorkingTime

/// One case in memory under the shipped schemes, led through its life by the rules alone.
struct Life {
    var city: City
    private(set) var file: Case
    private(set) var log: [(event: Event, at: Moment)] = []
    /// Legal time of the next order.
    var now: Moment
    /// When the oldest command was given that waits for a decision.
    var waiting: Moment?
    private var count = 0

    /// A complaint to the line of the profile `lead`, taken down at `time`.
    init(
        _ lead: String, at time: String, channel: String = "phone_hotline", source: String? = nil,
        identity: Identity = .named, contactable: Bool = true, region: String? = nil, city: City? = nil
    ) throws {
        self.city = try city ?? City.shipped()
        now = try moment(time)
        let policy = try self.city.policy(lead)
        let registered = Registered(
            channel: channel, source: source, identity: identity, policies: [policy.version], region: region,
            contactable: contactable)
        let command = Command(id: "0", seen: .version(0), by: .complainant, order: .register(registered, earlier: nil))
        let facts = Facts(directory: self.city.directory, calendar: self.city.calendar, duties: self.city.duties)
        guard case .happens(let events) = try decide(command, on: nil, under: [policy], facts: facts, now: now),
            case .registered(let first)? = events.first
        else { throw Refusal.unknownCase }
        file = Case(id: 1, registered: first, at: now)
        log = [(events[0], now)]
        take(events.dropFirst())
    }

    private mutating func take(_ events: some Sequence<Event>) {
        for event in events {
            file.apply(event, at: now)
            log.append((event, now))
        }
    }

    var policies: [Policy] { file.policies.compactMap { try? city.policy($0.profile) } }
    var lead: String { file.lead ?? "" }
    var kinds: [Event.Kind] { log.map(\.event.kind) }

    var facts: Facts {
        Facts(
            earlierExists: true, directory: city.directory, calendar: city.calendar, duties: city.duties,
            newest: city.profiles.map(\.policy), waiting: waiting)
    }

    // MARK: Orders

    @discardableResult
    mutating func give(_ order: Order, by actor: Actor) throws(Refusal) -> [Event.Kind] {
        count += 1
        let command = Command(id: "\(count)", seen: .round(file.round), by: actor, order: order)
        let decision = try decide(command, on: file, under: policies, facts: facts, now: now)
        guard case .happens(let events) = decision else { return [] }
        take(events)
        return events.map(\.kind)
    }

    /// Why the order is not obeyed; `nil` if it was.
    mutating func refusal(of order: Order, by actor: Actor) -> Refusal? {
        do throws(Refusal) {
            try give(order, by: actor)
            return nil
        } catch {
            return error
        }
    }

    /// What classification found.
    mutating func find(
        _ subject: String, also: [String] = [], urgency: String = "ordinary", flags: [String] = [],
        region: String? = nil, accused: [String] = []
    ) throws(Refusal) {
        let finding = Finding(
            nature: "complaint", subject: subject, also: also, urgency: urgency, flags: flags, region: region,
            accused: accused)
        try give(.classify(finding), by: .service("classification"))
    }

    /// What the rules on who leads order.
    @discardableResult
    mutating func route() throws(Refusal) -> [Event.Kind] {
        try give(Casework.route(file, under: policies[0], in: city.directory), by: .service("routing"))
    }

    @discardableResult
    mutating func send(
        to organisation: String, helpers: [String] = [], due: String? = nil, note: Int? = nil,
        by actor: Actor = Self.dispatcher
    ) throws -> [Event.Kind] {
        let due = try due.map { try moment($0).microseconds }
        // Where a leader has to speak first, he has.
        if let step = policies.first?.sendsAfter, !kinds.contains(step) {
            let room = "city-offices-inspection"
            try give(.instruct(Instructed(organisation: room)), by: Life.person("leader", at: room))
        }
        return try give(.dispatch(Dispatched(lead: organisation, helpers: helpers, due: due, note: note)), by: actor)
    }

    mutating func sign() throws(Refusal) { try give(.sign(Signed(organisation: lead)), by: officer) }

    mutating func contact() throws(Refusal) {
        try give(.contact(Contacted(organisation: lead, means: "phone", reached: true)), by: officer)
    }

    @discardableResult
    mutating func reply(_ form: String = "oral", photo: Bool? = nil) throws(Refusal) -> [Event.Kind] {
        try give(answer(form, photo: photo), by: officer)
    }

    func answer(_ form: String = "oral", photo: Bool? = nil) -> Order {
        .reply(
            Replied(
                organisation: lead, to: .complainant, form: form, outcome: "explained", photo: photo,
                attachments: photo == true ? [1] : nil))
    }

    @discardableResult
    mutating func inform(_ what: Informed.What, reached: Bool = true) throws(Refusal) -> [Event.Kind] {
        try give(
            .inform(Informed(organisation: lead, what: what, means: "phone", reached: reached)), by: officer)
    }

    static func extend(_ clock: String, of profile: String, to due: String) throws -> Order {
        .askExtension(
            ExtensionAsked(
                organisation: "", profile: profile, clock: clock, due: try moment(due).microseconds, reason: "complex"))
    }

    /// A callback that reached the complainant, with what was said.
    static func said(_ satisfaction: Satisfaction, resolved: Bool = true) -> Order {
        .callBack(
            CalledBack(by: .centre, form: "phone", outcome: .reached),
            Rated(by: .agent, resolved: resolved, satisfaction: satisfaction))
    }

    static let inVain = Order.callBack(CalledBack(by: .centre, form: "phone", outcome: .notReached), nil)

    static func rated(_ satisfaction: Satisfaction) -> Order {
        .rate(Rated(by: .complainant, resolved: satisfaction.isSatisfied, satisfaction: satisfaction))
    }

    /// Goes to a moment and fires whatever is due.
    @discardableResult
    mutating func wait(until time: String) throws -> [Event.Kind] {
        now = try moment(time)
        return try give(.fire, by: .service("deadlines"))
    }

    // MARK: People

    static let dispatcher = Actor.account(1, organisation: nil, roles: ["dispatcher"])
    static let agent = Actor.account(2, organisation: nil, roles: ["callback_agent"])

    static func person(_ role: String, at organisation: String?) -> Actor {
        .account(role == "officer" ? 9 : 10, organisation: organisation, roles: [role])
    }

    var officer: Actor { Self.person("officer", at: file.lead) }
    var head: Actor { Self.person("unit_head", at: file.lead) }
    var leader: Actor { Self.person("leader", at: file.lead) }

    // MARK: Clocks

    /// When the first callback that is owed may be made.
    var nextCallback: Moment? { callbacks(of: file, under: policies, on: city.calendar).first?.from }

    var clocks: [Clock] { Casework.clocks(of: file, under: policies, on: city.calendar) }

    func clock(_ key: String) -> Clock? { clocks.first { $0.key == key } }

    /// Each clock that runs and when it ends: `p002-05/close_platform 2024-09-30`, `p000-21/transfer_now now`.
    var ends: [String] { clocks.map { "\($0.key) \(end(of: $0))" }.sorted() }

    private func end(of clock: Clock) -> String { clock.limit.map(short) ?? (clock.target == nil ? "now" : "-") }
}

/// A moment of China's time, `2024-09-27T10:00`.
func moment(_ text: String) throws -> Moment { try #require(Moment(iso8601: text)) }

/// The day alone where a limit ends with it, else the minute too: `2024-10-01`, `2024-10-01T02:20`.
func short(_ moment: Moment) -> String {
    let text = moment.iso8601
    return String(text.contains("T23:59:59") ? text.prefix(10) : text.prefix(16))
}
