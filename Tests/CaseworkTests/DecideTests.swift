import Casework
import Support
import Testing
import WorkingTime

struct DecideTests {
    private let facts = City.facts

    private func refusal(of command: Command, on file: Case?, facts: Facts? = nil, policy: Policy = City.policy)
        -> Refusal?
    {
        do throws(Refusal) {
            _ = try decide(command, on: file, under: [policy], facts: facts ?? self.facts, now: City.noon)
            return nil
        } catch {
            return error
        }
    }

    private func command(_ order: Order, seen: Int = 2) -> Command {
        Command(id: "c", seen: .version(seen), by: .service("test"), order: order)
    }

    private let waiting = City.classified(City.finding("environment", accused: ["works-city"]))

    @Test func aRegistrationBeginsACaseAndLinksItToTheEarlierOne() throws {
        var facts = facts
        facts.earlierExists = true
        let decision = try decide(
            command(.register(City.registered, earlier: 9), seen: 0), on: nil, under: [City.policy], facts: facts,
            now: City.noon)
        #expect(decision == .happens([.registered(City.registered), .linked(Linked(earlier: 9))]))
    }

    @Test func aChannelThatTheSchemeDoesNotAllowIsRegisteredAndMarked() throws {
        var odd = City.registered
        odd.channel = "opinion_box"
        let decision = try decide(
            command(.register(odd, earlier: nil), seen: 0), on: nil, under: [City.policy], facts: facts, now: City.noon)
        odd.unusual = true
        #expect(decision == .happens([.registered(odd)]))
    }

    @Test func aRegistrationIsRefusedOnlyForWhatCannotBe() {
        var future = City.registered
        future.happened = City.noon.microseconds + 1
        var nowhere = City.registered
        nowhere.region = "atlantis"
        #expect(refusal(of: command(.register(future, earlier: nil), seen: 0), on: nil) == .inFuture)
        #expect(refusal(of: command(.register(nowhere, earlier: nil), seen: 0), on: nil) == .unknownRegion("atlantis"))
        #expect(refusal(of: command(.register(City.registered, earlier: 9), seen: 0), on: nil) == .unknownEarlierCase)
        #expect(
            refusal(of: command(.register(City.registered, earlier: nil), seen: 0), on: waiting) == .alreadyRegistered)
    }

    @Test func aCommandForACaseThatDoesNotExistIsRefused() {
        #expect(refusal(of: command(.link(Linked(earlier: 1))), on: nil) == .unknownCase)
    }

    @Test func whoLookedAtAnOlderVersionIsTold() {
        #expect(
            refusal(of: command(.dispatch(Dispatched(lead: "env-city")), seen: 1), on: waiting)
                == .stale(seen: 1, current: 2))
        #expect(
            refusal(of: command(.dispatch(Dispatched(lead: "env-city")), seen: 3), on: waiting)
                == .stale(seen: 3, current: 2))
    }

    @Test(arguments: [
        (Dispatched(lead: "works-city"), Refusal.conflictOfInterest("works-city")),
        (Dispatched(lead: "env-city", helpers: ["works-east"]), .conflictOfInterest("works-east")),
        (Dispatched(lead: "nobody"), .unknownOrganisation("nobody")),
        (Dispatched(lead: "court"), .unknownOrganisation("court")),
        (Dispatched(lead: "env-city", helpers: ["env-city"]), .incomplete("helpers")),
        (Dispatched(lead: "env-city", helpers: ["inspection", "inspection"]), .incomplete("helpers")),
    ])
    func nobodyIsSentWhatIsNotForHim(dispatched: Dispatched, expected: Refusal) {
        #expect(refusal(of: command(.dispatch(dispatched)), on: waiting) == expected)
    }

    @Test func whatThePolicyDoesNotProvideForDoesNotHappen() {
        let silent = Policy(version: City.policy.version, line: "12345", leadRules: [])
        let refused = Refused(ground: "reasoned", reason: "not_in_remit")
        let redirected = Redirected(to: "court", reason: "not_in_remit")
        #expect(refusal(of: command(.refuse(refused)), on: waiting, policy: silent) == .againstPolicy("refuse"))
        #expect(refusal(of: command(.redirect(redirected)), on: waiting, policy: silent) == .againstPolicy("transfer"))
        #expect(refusal(of: command(.refuse(refused)), on: waiting) == nil)
        #expect(refusal(of: command(.redirect(redirected)), on: waiting) == nil)
    }

    @Test func aFindingWithoutSubjectIsNoClassification() {
        let fresh = Case(id: 1, registered: City.registered, at: City.noon)
        var vague = City.finding("x")
        vague.subject = nil
        #expect(refusal(of: command(.classify(vague), seen: 1), on: fresh) == .incomplete("subject"))
        #expect(
            refusal(
                of: command(.requestJudgement(JudgementRequested(reason: "no_subject", finding: vague)), seen: 1),
                on: fresh) == nil)
    }

    @Test func everyOrderIsRefusedInTheStatesWhereItHasNoPlace() {
        var dispatched = waiting
        dispatched.apply(.dispatched(Dispatched(lead: "env-city")), at: City.noon)
        let orders: [Order] = [
            .requestJudgement(JudgementRequested(reason: "r")), .dispatch(Dispatched(lead: "env-city")),
            .redirect(Redirected(to: "court", reason: "r")),
            .refuse(Refused(ground: "reasoned", reason: "r")),
        ]
        for order in orders {
            #expect(refusal(of: command(order, seen: 3), on: dispatched) == .notNow(.dispatched))
        }
        var answered = dispatched
        answered.apply(
            .replied(Replied(organisation: "env-city", to: .centre, form: "oral", outcome: "done")), at: City.noon)
        #expect(refusal(of: command(.classify(City.finding("works")), seen: 4), on: answered) == .notNow(.replied))
    }

    @Test func aCommandThatCameBeforeDoesNothingAndAnswersTheSame() throws {
        var facts = facts
        facts.done = [.dispatched(Dispatched(lead: "env-city"))]
        let again = try decide(
            command(.dispatch(Dispatched(lead: "inspection")), seen: 1), on: waiting, under: [City.policy],
            facts: facts,
            now: City.noon)
        #expect(again == .happened(facts.done))
    }
}

/// Commands that come again, at any moment, and what they must not do.
struct RedeliveryTests {
    /// Cases and their events in memory, written by the rules alone.
    private struct Ledger {
        var files: [Int64: Case] = [:]
        var log: [Entry] = []

        struct Entry: Equatable {
            let caseID: Int64
            let version: Int
            let command: String
            let event: Event
        }

        mutating func perform(_ command: Command, on id: Int64) -> Result<Decision, Refusal> {
            let done = log.filter { $0.caseID == id && $0.command == command.id }.map(\.event)
            var facts = City.facts
            (facts.done, facts.earlierExists) = (done, true)
            do throws(Refusal) {
                let decision = try decide(command, on: files[id], under: [City.policy], facts: facts, now: City.noon)
                if case .happens(let events) = decision {
                    for event in events {
                        if files[id] != nil {
                            files[id]!.apply(event, at: City.noon)
                        } else if case .registered(let registered) = event {
                            files[id] = Case(id: id, registered: registered, at: City.noon)
                        }
                        log.append(Entry(caseID: id, version: files[id]!.version, command: command.id, event: event))
                    }
                }
                return .success(decision)
            } catch {
                return .failure(error)
            }
        }
    }

    private func order(for file: Case?, using generator: inout SeededGenerator) -> Order {
        guard file != nil, Int.random(in: 0..<10, using: &generator) > 0 else {
            return .register(City.registered, earlier: Bool.random(using: &generator) ? 1 : nil)
        }
        let codes = City.directory.organisations.keys.sorted()
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            let accused = Bool.random(using: &generator) ? [codes.randomElement(using: &generator)!] : []
            return .classify(City.finding("environment", region: "east", accused: accused))
        case 1: return .requestJudgement(JudgementRequested(reason: "close_subjects"))
        case 2:
            return .dispatch(
                Dispatched(
                    lead: codes.randomElement(using: &generator)!,
                    helpers: codes.filter { _ in Int.random(in: 0..<5, using: &generator) == 0 }))
        case 3: return .redirect(Redirected(to: "court", reason: "not_in_remit"))
        case 4: return .refuse(Refused(ground: "reasoned", reason: "not_in_remit"))
        default: return .link(Linked(earlier: 1))
        }
    }

    @Test func commandsRedeliveredAtAnyMomentHappenOnce() {
        for seed in 0..<300 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var once = Ledger()
            var again = Ledger()
            var sent: [(Int64, Command)] = []
            for step in 0..<40 {
                let id = Int64.random(in: 11...13, using: &generator)
                let file = once.files[id]
                let current = file?.version ?? 0
                let seen =
                    Int.random(in: 0..<5, using: &generator) == 0
                    ? Int.random(in: 0...current, using: &generator) : current
                let command = Command(
                    id: "c\(step)", seen: .version(seen), by: .service("test"),
                    order: order(for: file, using: &generator))
                sent.append((id, command))

                let first = once.perform(command, on: id)
                let second = again.perform(command, on: id)
                #expect(first == second, "seed \(seed), step \(step)")
                if seen != current, case .success(.happens(let events)) = first {
                    Issue.record("seed \(seed): a command that saw \(seen) of \(current) made \(events.map(\.kind))")
                }
                for _ in 0..<Int.random(in: 0...3, using: &generator) {
                    let (id, command) = sent.randomElement(using: &generator)!
                    let length = again.log.count
                    let answer = again.perform(command, on: id)
                    #expect(again.log.count == length, "seed \(seed): \(command.id) happened twice: \(answer)")
                }
            }
            #expect(once.log == again.log)
            #expect(once.files == again.files)
        }
    }

    @Test func theEventsAloneRebuildEveryCase() throws {
        for seed in 0..<100 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var ledger = Ledger()
            for step in 0..<60 {
                let id = Int64.random(in: 11...13, using: &generator)
                let command = Command(
                    id: "c\(step)", seen: .version(ledger.files[id]?.version ?? 0), by: .complainant,
                    order: order(for: ledger.files[id], using: &generator))
                _ = ledger.perform(command, on: id)
            }
            for (id, file) in ledger.files {
                let entries = ledger.log.filter { $0.caseID == id }
                #expect(entries.map(\.version) == Array(1...file.version))
                // Through the bytes that are stored, so that encoding is part of the property.
                let events = try entries.map { try Event(kind: $0.event.kind, payload: $0.event.payload) }
                #expect(events == entries.map(\.event))
                guard case .registered(let registered) = events[0] else {
                    Issue.record("a case began with \(events[0].kind)")
                    continue
                }
                var rebuilt = Case(id: id, registered: registered, at: City.noon)
                for event in events.dropFirst() { rebuilt.apply(event, at: City.noon) }
                #expect(rebuilt == file)
            }
        }
    }
}
