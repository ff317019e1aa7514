import Casework
import Foundation
import Policies
import Support
import Testing
import WorkingTime

/// Every order there is, by everybody, in any order, under each shipped scheme and those that join it: what must hold all the same.
struct WalkTests {
    @Test func `under no scheme does any order of things break what must hold`() throws {
        var reached: Set<Event.Kind> = []
        let profiles = try City.shipped().profiles.filter { $0.policy.joins == nil || $0.policy.line != nil }
        for profile in profiles {
            for seed in 0..<16 as Range<UInt64> {
                var walk = try Walk(profile, seed)
                try walk.go(steps: 120)
                reached.formUnion(walk.life.kinds)
            }
        }
        // What ends a case at once is seldom asked for here, and few schemes have a target.
        let rare: Set<Event.Kind> = [.redirected, .refused, .targetPassed]
        #expect(Set(Event.Kind.allCases).subtracting(reached).subtracting(rare) == [], "the walk goes everywhere else")
    }
}

/// One case, led by chance; the same profile and seed give the same life.
private struct Walk {
    private(set) var life: Life
    private let profile: Profile
    private let seed: UInt64
    private var chance: SeededGenerator
    private let roles: Set<String>
    /// Which steps of which clocks came, in which round.
    private var once: Set<String> = []
    /// What was obeyed so far, as the store remembers it.
    private var done: [(order: Order, by: Actor, round: Int, did: [Event])] = []

    init(_ profile: Profile, _ seed: UInt64) throws {
        self.profile = profile
        self.seed = seed
        chance = SeededGenerator(seed: seed)
        let identity = Identity.allCases.randomElement(using: &chance)!
        life = try Life(
            profile.name, at: "2024-09-27T10:00",
            channel: ["walk_in", "letter", "phone_hotline"].randomElement(using: &chance)!,
            source: [nil, nil, "leader", "line_12345"].randomElement(using: &chance)!, identity: identity,
            contactable: identity != .anonymous)
        roles = life.city.duties.duties.values.reduce(into: ["leader", "dispatcher"]) { $0.formUnion($1.roles) }
    }

    private var place: Comment { "\(profile.name), seed \(seed), after \(life.kinds.count) events" }

    mutating func go(steps: Int) throws {
        for _ in 0..<steps {
            if chance.below(60) == 0, let office = pick(life.file.involved) { end(office) }
            let order = order()
            life.waiting =
                order == .fire && chance.below(4) == 0
                ? Moment(microseconds: life.now.microseconds - Int64(chance.below(90)) * 3_600_000_000) : nil
            try give(order, by: actor(for: order))
            life.waiting = nil
            // By chance alone few cases would come far.
            if chance.below(3) == 0 { try goOn() }
            if chance.below(3) == 0 {
                life.now = Moment(microseconds: life.now.microseconds + Int64(1 + chance.below(60)) * 3_600_000_000)
            }
        }
        try rebuild()
    }

    /// What should happen next, by whoever may.
    private mutating func goOn() throws {
        let file = life.file
        let due = life.now.microseconds + Int64(1 + chance.below(20)) * 86_400_000_000
        let running = pick(life.clocks)
        let order: Order
        switch file.state {
        case .registered: order = .classify(finding(), due: due)
        case .classified, .reopened: order = route(file, under: life.policies[0], in: life.city.directory)
        case .awaitingJudgement, .returned, .disputed:
            order = .dispatch(Dispatched(lead: pick(["wangting-urban", "city-health", "shixun-urban"])!, due: due))
        case .dispatched where chance.below(3) == 0:
            order = .return(Returned(organisation: life.lead, reason: "misdirected", note: 1))
        case .dispatched: order = .sign(Signed(organisation: life.lead))
        case .signed where file.course.asked != nil: order = .grantExtension(due: nil, means: "phone")
        case .signed where chance.below(2) == 0:
            order = .askExtension(
                ExtensionAsked(
                    organisation: life.lead, profile: running?.profile ?? "", clock: running?.rule ?? "",
                    due: (running?.limit?.microseconds ?? due) + 86_400_000_000, reason: "complex"))
        case .signed:
            order = .reply(
                Replied(
                    organisation: life.lead, to: .complainant, form: "written", outcome: "explained", photo: true,
                    note: 1,
                    attachments: [1]))
        case .replied: order = Life.said(pick(Satisfaction.allCases)!, resolved: chance.below(2) == 0)
        case .closed, .redirected, .refused, .withdrawn: return
        }
        for office in [file.lead, nil] + life.city.directory.organisations(withRole: "inspection_room").map(\.code) {
            let known = life.log.count
            try give(order, by: .account(Int64(5 + chance.below(4)), organisation: office, roles: roles))
            if life.log.count > known { return }
        }
    }

    // MARK: What must hold

    private mutating func give(_ order: Order, by actor: Actor) throws {
        let (before, known) = (life.file, life.log.count)
        guard life.refusal(of: order, by: actor) == nil else {
            #expect(life.file == before && life.log.count == known, "\(place): a refusal changes nothing")
            return
        }
        let events = life.log[known...].map(\.event)
        for event in events { check(event) }
        let after = life.file
        #expect(after.round == before.round || after.round == before.round + 1, "\(place)")
        checkPolicies(before, after)
        checkClocks(after, isFired: order == .fire && life.waiting == nil)
        if State.handled.contains(after.state) {
            for code in after.involved {
                #expect(!life.city.directory.isUnder(code, anyOf: after.accused), "\(place): \(code) works on itself")
            }
        }
        if after.state == .withdrawn { #expect(after.course.running.isEmpty, "\(place)") }
        try checkEnd(after)
        if case .account(_, let office, let roles) = actor { checkAuthor(order, office, roles, before) }
        guard !events.isEmpty else { return }
        done.append((order, actor, before.round, events))
        try redeliver()
    }

    /// An answered case that nobody need call back is closed, or a person may close it, or who complained may be dissatisfied.
    private func checkEnd(_ file: Case) throws {
        guard file.state == .replied, callbacks(of: file, under: life.policies, on: life.city.calendar).isEmpty else {
            return
        }
        let isManual = life.policies.flatMap(\.closing).contains(where: \.isManual)
        #expect(isManual || file.course.rated != nil, "\(place): nobody can end it")
    }

    /// Whoever gave an order held a role that its duty names, and worked where it says.
    private func checkAuthor(_ order: Order, _ office: String?, _ roles: Set<String>, _ before: Case) {
        guard let duty = life.city.duties.duties[order.kind] else { return }
        #expect(duty.roles.isEmpty || !duty.roles.isDisjoint(with: roles), "\(place): \(order.kind) by \(roles)")
        let isCentre =
            office.map { code in
                life.city.directory.organisations[code]?.roles.contains(life.policies[0].centre ?? "") == true
            } ?? true
        let isInvolved = office.map(before.involved.contains) ?? false
        let isAllowed =
            switch duty.place {
            case .lead: office != nil && office == before.lead
            case .involved: isInvolved
            case .centre: isCentre
            case .leadOrCentre: isCentre || office == before.lead
            case .involvedOrCentre: isCentre || isInvolved
            case .policy: true
            }
        #expect(isAllowed, "\(place): \(order.kind) at \(office ?? "-") of \(before.involved)")
    }

    /// Any command of the past comes once more: nothing happens, and what it did then is the answer.
    private mutating func redeliver() throws {
        let (order, actor, round, events) = done.randomElement(using: &chance)!
        var facts = life.facts
        facts.done = events
        let again = Command(id: "again", seen: .round(round), by: actor, order: order)
        let decision = try decide(again, on: life.file, under: life.policies, facts: facts, now: life.now)
        #expect(decision == .happened(events), "\(place): \(order.kind)")
    }

    private mutating func check(_ event: Event) {
        switch event {
        case .missed(let fired), .targetPassed(let fired), .escalated(let fired):
            if let waiting = life.waiting {
                #expect(fired.due < waiting.microseconds, "\(place): fired over a command that waits")
            }
            let step = "\(life.file.round)/\(fired.profile)/\(fired.clock)/\(fired.step)"
            #expect(once.insert(step).inserted, "\(place): \(step) came twice")
        default: break
        }
    }

    /// Pinned, replaced once at acceptance, and kept: afterwards more may join, none goes and none changes.
    private func checkPolicies(_ before: Case, _ after: Case) {
        guard before.moment(of: .event(.accepted)) != nil else { return }
        #expect(Array(after.policies.prefix(before.policies.count)) == before.policies, "\(place)")
    }

    private func checkClocks(_ file: Case, isFired: Bool) {
        let clocks = life.clocks
        #expect(Set(clocks.map(\.key)).count == clocks.count, "\(place): a clock runs twice")
        switch file.state {
        case .withdrawn, .redirected, .refused: #expect(clocks.isEmpty, "\(place)")
        case .closed:
            for clock in clocks where !clock.rule.hasPrefix("supervision:") {
                let rule = life.policies.flatMap(\.clocks).first { $0.name == clock.rule && $0.from == .concluded }
                #expect(rule != nil, "\(place): \(clock.key) outlives the closing")
            }
        default: break
        }
        // Whatever was due is done, all of it at once.
        if isFired { #expect(clocks.allSatisfy { $0.next.map { $0 > life.now } ?? true }, "\(place)") }
    }

    /// The events alone give the case again, through the bytes that are stored.
    private func rebuild() throws {
        guard case .registered(let registered)? = life.log.first?.event else { throw Refusal.unknownCase }
        var rebuilt = Case(id: life.file.id, registered: registered, at: life.log[0].at)
        for entry in life.log.dropFirst() {
            rebuilt.apply(try Event(kind: entry.event.kind, payload: entry.event.payload), at: entry.at)
        }
        #expect(rebuilt == life.file, "\(place)")
        let course = try JSONDecoder().decode(Course.self, from: JSONEncoder().encode(life.file.course))
        #expect(course == life.file.course, "\(place)")
    }

    // MARK: Chance

    private mutating func pick<T>(_ values: [T]) -> T? { values.randomElement(using: &chance) }

    /// Somebody of the lead most often: there most happens.
    private mutating func actor(for order: Order) -> Actor {
        switch order {
        case .fire: return .service("deadlines")
        case .classify, .repeat, .handOver, .link, .requestJudgement, .accept: return .service("routing")
        case .withdraw, .rate, .applyForReview: return .complainant
        default: break
        }
        let office = pick([life.file.lead, life.file.lead, nil, nil, anyWithADuty()]) ?? nil
        // One role alone shows whom an order was not meant for.
        let own = chance.below(2) == 0 ? roles : [pick(roles.sorted())!]
        return .account(Int64(1 + chance.below(4)), organisation: office, roles: own)
    }

    /// One that a policy may put who gives an order into.
    private mutating func anyWithADuty() -> String? {
        pick(life.city.directory.organisations.values.filter { !$0.roles.isEmpty }.map(\.code).sorted())
    }

    /// The organisation is no more, with or without an heir.
    private mutating func end(_ code: String) {
        let old = life.city.directory
        guard var office = old.organisations[code], !office.isDisabled else { return }
        office.isDisabled = true
        office.successor = chance.below(2) == 0 ? "city-offices-service" : nil
        let others = old.organisations.values.filter { $0.code != code }
        life.city.directory = Directory(
            organisations: others + [office], regions: Array(old.regions.values), jurisdictions: old.jurisdictions)
    }

    private mutating func finding() -> Finding {
        let words = profile.classification
        let organisations = life.city.directory.organisations.keys.sorted()
        return Finding(
            nature: pick(words?.nature.values.map(\.code) ?? []) ?? "complaint",
            subject: pick(words?.subjects.map(\.code) ?? []) ?? "health", also: [],
            urgency: pick(words?.urgency.values.map(\.code) ?? []) ?? "ordinary",
            flags: chance.below(2) == 0 ? [pick(words?.flags.map(\.code) ?? [])].compactMap(\.self) : [],
            region: chance.below(2) == 0 ? pick(life.city.directory.regions.keys.sorted()) : nil,
            accused: chance.below(10) == 0 ? [pick(organisations)].compactMap(\.self) : [])
    }

    private mutating func order() -> Order {
        let office = pick([life.lead, life.lead, "city-offices-inspection", "wangting-urban", "city-health"])!
        let helper = pick(["wangting-urban", "city-health", "shixun-urban"])!
        let satisfaction = pick(Satisfaction.allCases)!
        let due = life.now.microseconds + Int64(chance.below(23) - 3) * 86_400_000_000
        let policy = pick(life.policies) ?? profile.policy
        let clock = pick(policy.clocks)?.name ?? ""
        let running = pick(life.clocks)
        let form = pick(["oral", "written"])!
        let number = 1 + chance.below(3)
        let orders: [Order] = [
            .classify(finding(), due: chance.below(2) == 0 ? due : nil),
            route(life.file, under: life.policies[0], in: life.city.directory),
            .dispatch(
                Dispatched(
                    lead: office, helpers: helper == office ? [] : [helper], due: chance.below(2) == 0 ? due : nil)),
            .dispatch(Dispatched(lead: helper, due: due)), .accept,
            .requestJudgement(JudgementRequested(reason: "no_subject")),
            .handOver(from: pick(life.file.involved) ?? helper),
            .link(Linked(earlier: Int64(chance.below(2)))), .repeat(by: 100 + Int64(chance.below(9))),
            .submit(Submitted(organisation: office, note: 1)), .instruct(Instructed(organisation: office, note: 1)),
            .sign(Signed(organisation: office)), .sign(Signed(organisation: life.lead)),
            .return(Returned(organisation: life.lead, reason: "misdirected", note: 1)),
            .dispute(reason: "not_in_remit"),
            .contact(Contacted(organisation: office, means: "phone", reached: chance.below(3) > 0)),
            .visit(Visited(organisation: office, note: 1)), .note(Noted(organisation: office, note: 1)),
            .inform(Informed(organisation: office, what: pick(Informed.What.allCases)!, means: "phone", reached: true)),
            .askExtension(
                ExtensionAsked(
                    organisation: life.lead, profile: running?.profile ?? "", clock: running?.rule ?? "", due: due,
                    reason: "complex")
            ),
            .grantExtension(due: nil, means: "phone"), .refuseExtension(reason: "no_need"),
            .setLimit(LimitSet(profile: policy.version.profile, clock: clock, due: due)),
            .reply(
                Replied(
                    organisation: life.lead, to: pick(Reply.Receiver.allCases)!, form: form, outcome: "explained",
                    photo: true,
                    note: 1, attachments: [1])),
            .reply(
                Replied(
                    organisation: life.lead, to: .complainant, form: "written", outcome: "explained", photo: true,
                    note: 1,
                    attachments: [1])),
            .answerAtOnce(AnsweredAtOnce(note: 1)), Life.inVain,
            Life.said(satisfaction, resolved: chance.below(2) == 0),
            .callBack(
                CalledBack(by: .handler, form: "phone", outcome: .reached),
                Rated(by: .handler, resolved: chance.below(2) == 0, satisfaction: satisfaction)),
            .rate(Rated(by: .complainant, resolved: chance.below(2) == 0, satisfaction: satisfaction)), .applyForReview,
            .close(Closed(rule: pick(policy.closing)?.name ?? "", note: 1)),
            .supervise(reason: pick(["leader", "media"])!),
            .answerSupervision(SupervisionAnswered(organisation: life.lead, order: number, note: 1)),
            .reviewSupervision(
                SupervisionReviewed(order: number, failed: chance.below(3) == 0 ? ["facts_clear"] : [])),
            .waiveSupervision(order: number, note: 1),
            .correct(Corrected(channel: pick(["letter", "phone_hotline"])!)),
            .fire, .fire, .fire, .fire,
        ]
        // What ends everything, or changes who is to be asked, comes seldom, or nothing else would.
        switch chance.below(300) {
        case 0: return .withdraw(Withdrawn())
        case 1: return .redirect(Redirected(to: office, reason: "not_in_remit"))
        case 2:
            return .correct(
                Corrected(source: pick([nil, "leader", "media"])!, identity: pick(Identity.allCases)!), due: due)
        case 3: return .refuse(Refused(ground: policy.refuse.sorted().first ?? "", reason: "not_in_remit"))
        default: break
        }
        return pick(orders)!
    }
}
