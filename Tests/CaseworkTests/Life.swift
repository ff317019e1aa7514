import Casework
import Testing
import WorkingTime

/// One case in memory, led through its life by the rules alone.
struct Life {
    static let policy = Policy(
        version: .init(profile: "life", version: 1), line: "12345", centre: "hotline", refuse: ["reasoned"],
        transferMode: .tellOnly, leadRules: City.policy.leadRules,
        clocks: [
            ClockRule(
                name: "close", title: "办结", step: "close", source: "test", unless: Condition(source: ["leader"]),
                from: .accepted, until: ["replied"], target: Limit("3wd"), limit: Limit("7wd"), warn: [Limit("1wd")!],
                escalate: [.init(after: Limit("1wd")!, to: "leader", act: .report)],
                extend: .init(approver: "leader", cap: Limit("5wd"), capKind: .add, count: 1, notice: .reason),
                again: true),
            ClockRule(
                name: "set", title: "个案时限", step: "close", source: "test", when: Condition(source: ["leader"]),
                from: .accepted, until: ["replied"], isManual: true),
            ClockRule(
                name: "tell", title: "告知结果", step: "result_notice", source: "test", when: Condition(contactable: true),
                from: .concluded, until: ["informed:result"], limit: Limit("2cd")),
        ],
        returns: Returns(limit: Limit("1wd"), most: 1), dispute: ["inspection_room", "city_government"],
        reply: Reply(to: .complainant, writtenFor: ["letter"]),
        callback: Callback(
            by: .centre, when: .beforeClosing, whom: Condition(), spacing: Limit("24h")!, attempts: 3),
        closing: [
            ClosingRule(name: "settled", source: "test", satisfied: true),
            ClosingRule(name: "not_reached", source: "test", attempts: 3),
            ClosingRule(name: "no_callback", source: "test", callbackOwed: false, satisfied: nil, round: nil),
            ClosingRule(name: "unreasonable", source: "test", isManual: true),
        ],
        review: Review(kind: "forward_again", rounds: 2),
        supervise: Supervise(
            actor: "inspection_room",
            triggers: [.repeated(times: 3), .shirking, .undone, .dissatisfied, .rectificationMissed],
            limit: Limit("3wd")!, criteria: ["facts_clear", "conclusion_right"], exceptions: ["repeat"]))

    static let duties = Duties([
        .sign: .init(roles: ["officer"], place: .involved), .return: .init(roles: ["officer"], place: .lead),
        .dispute: .init(roles: ["officer"], place: .lead), .contact: .init(roles: ["officer"], place: .involved),
        .note: .init(roles: ["officer"], place: .involved), .reply: .init(roles: ["officer"], place: .lead),
        .askExtension: .init(roles: ["officer"], place: .lead),
        .grantExtension: .init(roles: [], place: .lead, isForDeputies: true),
        .refuseExtension: .init(roles: [], place: .lead), .dispatch: .init(roles: ["dispatcher"], place: .centre),
        .callBack: .init(roles: ["agent"], place: .policy),
        .inform: .init(roles: ["officer"], place: .involvedOrCentre),
        .close: .init(roles: ["leader"], place: .involvedOrCentre, isForDeputies: true),
        .supervise: .init(roles: ["supervisor"], place: .policy),
        .answerSupervision: .init(roles: ["officer"], place: .lead),
        .reviewSupervision: .init(roles: ["supervisor"], place: .policy),
        .correct: .init(roles: ["dispatcher"], place: .centre),
        .answerAtOnce: .init(roles: ["dispatcher"], place: .centre),
        .waiveSupervision: .init(roles: ["supervisor"], place: .policy),
    ])

    static let officer = Actor.account(1, organisation: "env-city", roles: ["officer"])
    static let leader = Actor.account(2, organisation: "env-city", roles: ["leader"])
    static let stranger = Actor.account(3, organisation: "works-city", roles: ["officer", "leader"])
    static let dispatcher = Actor.account(4, organisation: nil, roles: ["dispatcher"])
    static let agent = Actor.account(5, organisation: nil, roles: ["agent"])
    static let supervisor = Actor.account(6, organisation: "inspection", roles: ["supervisor"])

    var file: Case
    var log: [(event: Event, at: Moment, by: Actor)] = []
    var now: Moment
    var waiting: Moment?
    /// Organisations that are no more, and who took over.
    var disabled: [String: String?] = [:]
    /// Those in whose place whoever acts may approve.
    var absent: [Command.Absent] = []
    private var count = 0

    /// A complaint of Monday 2 March 2026, ten in the morning, by somebody who can be called back.
    init(channel: String = "phone_hotline", source: String? = nil, identity: Identity = .named, accused: [String] = [])
    {
        now = Moment(iso8601: "2026-03-02T10:00:00+08:00")!
        let registered = Registered(
            channel: channel, source: source, identity: identity, policies: [Self.policy.version],
            contactable: identity != .anonymous)
        file = Case(id: 100, registered: registered, at: now)
        log = [(.registered(registered), now, .complainant)]
        for order in [Order.classify(City.finding("environment", accused: accused))] {
            try! give(order, by: .service("test"))
        }
    }

    /// The same, sent to `env-city`.
    static func dispatched(channel: String = "phone_hotline", identity: Identity = .named) throws -> Life {
        var life = Life(channel: channel, identity: identity)
        try life.give(.dispatch(Dispatched(lead: "env-city", helpers: ["works-city"])), by: .service("routing"))
        return life
    }

    static func signed(channel: String = "phone_hotline", identity: Identity = .named) throws -> Life {
        var life = try dispatched(channel: channel, identity: identity)
        try life.give(.sign(Signed(organisation: "env-city")), by: officer)
        return life
    }

    static let answer = Order.reply(
        Replied(organisation: "env-city", to: .complainant, form: "oral", outcome: "explained"))

    static func rating(_ satisfaction: Satisfaction, resolved: Bool = true) -> Order {
        .callBack(
            CalledBack(by: .centre, form: "phone", outcome: .reached),
            Rated(by: .agent, resolved: resolved, satisfaction: satisfaction))
    }

    static let inVain = Order.callBack(CalledBack(by: .centre, form: "phone", outcome: .notReached), nil)

    var facts: Facts {
        var facts = City.facts
        facts.directory = Directory(
            organisations: (Array(City.directory.organisations.values)
                + [.init(code: "gov", title: "市政府办", level: "city", roles: ["city_government"])]).map { one in
                    var one = one
                    if let successor = disabled[one.code] { (one.isDisabled, one.successor) = (true, successor) }
                    return one
                },
            regions: Array(City.directory.regions.values), jurisdictions: City.directory.jurisdictions)
        facts.duties = Self.duties
        facts.newest = [Self.policy]
        facts.waiting = waiting
        facts.earlierExists = true
        return facts
    }

    var nextCallback: Moment? { callbacks(of: file, under: [Self.policy], on: City.calendar).first?.from }
    var clocks: [Clock] { Casework.clocks(of: file, under: [Self.policy], on: City.calendar) }
    var kinds: [Event.Kind] { log.map(\.event.kind) }

    func clock(_ name: String) -> Clock? { clocks.first { $0.rule == name } }

    /// Gives an order now.
    @discardableResult
    mutating func give(_ order: Order, by actor: Actor, seen: Command.Seen? = nil) throws(Refusal) -> [Event.Kind] {
        count += 1
        let command = Command(
            id: "c\(count)", seen: seen ?? .round(file.round), by: actor, order: order, absent: absent)
        let decision = try decide(command, on: file, under: [Self.policy], facts: facts, now: now)
        guard case .happens(let events) = decision else { return [] }
        for event in events {
            file.apply(event, at: now)
            log.append((event, now, actor))
        }
        return events.map(\.kind)
    }

    mutating func refusal(of order: Order, by actor: Actor) -> Refusal? {
        do throws(Refusal) {
            try give(order, by: actor)
            return nil
        } catch {
            return error
        }
    }

    /// Goes to a moment and fires whatever is due.
    @discardableResult
    mutating func wait(until text: String) throws(Refusal) -> [Event.Kind] {
        now = Moment(iso8601: text)!
        return try give(.fire, by: .service("deadlines"))
    }
}
