import Casework
import Support
import Testing
import WorkingTime

/// What events make of facts.
struct FactTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let events: [Event]
        let facts: [String]

        init(_ description: String, _ events: [Event], _ facts: String...) {
            testDescription = description
            self.events = events
            self.facts = facts
        }
    }

    private static let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("a")]
    private static let answered = handled + [Life.replied]

    @Test(arguments: [
        Row("just registered", [], "1* registered - - r0"),
        Row("classified", [Life.classified("telecom")], "1* classified - telecom r0"),
        Row(
            "a person must judge", [.judgementRequested(JudgementRequested(reason: "no_subject"))],
            "1* awaiting_judgement - - r0"),
        Row("handed out", handled, "1* dispatched a telecom r0 a2 d3 limited"),
        Row(
            "handed on: the last lead and the last dispatch count",
            handled + [.returned(Returned(organisation: "a", reason: "misdirected")), Life.dispatched("b")],
            "1* dispatched b telecom r0 a2 d5 limited"),
        Row("answered", answered, "1* replied a telecom r0 a2 d3 p4 limited"),
        Row(
            "closed without a word from the complainant", answered + [Life.closed],
            "1* closed a telecom r0 a2 d3 p4 c5 limited"),
        Row(
            "called in vain", answered + [.calledBack(CalledBack(by: .centre, form: "phone", outcome: .notReached))],
            "1* replied a telecom r0 a2 d3 p4 limited"),
        Row(
            "rated and closed", answered + [Life.rated(.satisfied), Life.closed],
            "1* closed a telecom r0 a2 d3 p4 c6 limited resolved satisfied"),
        Row(
            "the latest rating of the round counts, also after the closing",
            answered + [Life.rated(.satisfied), Life.closed, Life.rated(.dissatisfied, resolved: false)],
            "1* closed a telecom r0 a2 d3 p4 c6 limited unresolved dissatisfied"),
        Row(
            "redirected", [Life.classified("telecom"), .redirected(Redirected(to: "court", reason: "not_in_remit"))],
            "1* redirected - telecom r0"),
        Row(
            "refused", [Life.classified("telecom"), .refused(Refused(ground: "reasoned", reason: "not_in_remit"))],
            "1* refused - telecom r0"),
        Row("taken back", handled + [.withdrawn(Withdrawn())], "1* withdrawn a telecom r0 a2 d3 limited"),
        Row("supervised", handled + [Life.supervised(1)], "1* dispatched a telecom r0 a2 d3 limited supervised"),
    ])
    func oneRound(row: Row) {
        #expect(Life.facts(row.events).map(\.text) == row.facts)
    }

    @Test(arguments: [
        Row(
            "a limit of step close", handled + [Life.missed("close")],
            "1* dispatched a telecom r0 a2 d3 limited late:life/close"),
        Row(
            "each once, in their order",
            [Life.classified("environment")] + handled.dropFirst()
                + [Life.missed("first"), Life.missed("close"), Life.missed("first")],
            "1* dispatched a environment r0 a2 d3 limited late:life/first,life/close"),
        Row(
            "neither another step nor an order nor another scheme nor a target nor a warning",
            answered + [
                Life.missed("tell"), Life.missed("supervision:1"), Life.missed("close", profile: "other"),
                .targetPassed(ClockFired(profile: "life", clock: "close", step: 0, due: 0)),
                .warned(ClockFired(profile: "life", clock: "close", step: 10, due: 0)),
                .escalated(ClockFired(profile: "life", clock: "close", step: 100, due: 0)),
            ], "1* replied a telecom r0 a2 d3 p4 limited"),
        Row(
            "late stays late when more time is granted",
            handled + [
                Life.missed("close"),
                .extensionGranted(
                    ExtensionGranted(profile: "life", clock: "close", original: 0, due: 1, approver: "leader")),
            ], "1* dispatched a telecom r0 a2 d3 limited late:life/close"),
    ])
    func missedLimits(row: Row) {
        #expect(Life.facts(row.events).map(\.text) == row.facts)
    }

    /// Where no limit holds nobody can be late, so nobody is punctual either.
    @Test(arguments: [
        Row(
            "exempt: a target and a limit at once set no end", [Life.classified("health"), Life.accepted],
            "1* classified - health r0 a2"),
        Row(
            "a date of its own is an end",
            [
                Life.classified("health"), Life.accepted,
                .limitSet(LimitSet(profile: "life", clock: "own", due: 1)), Life.dispatched("a"),
            ], "1* dispatched a health r0 a2 d4 limited"),
        Row(
            "what the case turned out to be counts",
            [Life.accepted, .judgementRequested(JudgementRequested(reason: "no_subject")), Life.classified("health")],
            "1* classified - health r0 a1"),
        Row(
            "a limit that has ended did hold", answered + [Life.closed], "1* closed a telecom r0 a2 d3 p4 c5 limited"),
    ])
    func limitsThatHold(row: Row) {
        #expect(Life.facts(row.events).map(\.text) == row.facts)
    }

    @Test(arguments: [
        Row(
            "the next round keeps lead, subject and acceptance and forgets the rest",
            answered + [Life.rated(.dissatisfied), Life.reopened(2)],
            "1 replied a telecom r0 a2 d3 p4 limited resolved dissatisfied", "2* reopened a telecom r0 a2 limited"),
        Row(
            "a closed case comes back: its first closing stays",
            answered + [Life.closed, Life.rated(.satisfied, resolved: false), Life.reopened(2)],
            "1 closed a telecom r0 a2 d3 p4 c5 limited unresolved satisfied", "2* reopened a telecom r0 a2 limited"),
        Row(
            "each round has its own lead, lateness, rating and supervision",
            handled + [
                Life.missed("close"), Life.supervised(1), Life.replied, Life.rated(.dissatisfied), Life.reopened(2),
                Life.dispatched("b"), Life.replied, Life.rated(.verySatisfied), Life.closed,
            ],
            "1 replied a telecom r0 a2 d3 p6 limited late:life/close resolved dissatisfied supervised",
            "2* closed b telecom r0 a2 d9 p10 c12 limited resolved very_satisfied"),
        Row(
            "a limit that was missed in both rounds",
            handled + [
                Life.missed("close"), Life.replied, Life.reopened(2), Life.dispatched("a"), Life.missed("close"),
            ],
            "1 replied a telecom r0 a2 d3 p5 limited late:life/close",
            "2* dispatched a telecom r0 a2 d7 limited late:life/close"),
        Row(
            "a limit for the first round alone",
            [Life.classified("health"), Life.accepted, Life.reopened(2), Life.classified("environment")],
            "1 classified - health r0 a2", "2* classified - environment r0 a2 limited"),
        Row(
            "taken back in the second round", answered + [Life.reopened(2), .withdrawn(Withdrawn())],
            "1 replied a telecom r0 a2 d3 p4 limited", "2* withdrawn a telecom r0 a2 limited"),
    ])
    func moreRounds(row: Row) {
        #expect(Life.facts(row.events).map(\.text) == row.facts)
    }

    @Test func whatCannotBeReadIsNotTakenIn() throws {
        struct Unreadable: Error {}
        var tally = Life.start
        let before = tally
        #expect(throws: Unreadable.self) {
            try tally.apply(Life.replied, at: Life.day(1), under: { _ throws(Unreadable) in throw Unreadable() })
        }
        #expect(tally == before)
    }
}

/// Whatever a log holds, also in an order that no rule allows.
struct FactPropertyTests {
    static func events(_ count: Int, using random: inout SeededGenerator) -> [Event] {
        let subjects = ["telecom", "environment", "health"]
        return (0..<count).map { _ in
            switch random.below(16) {
            case 0: Life.classified(subjects[random.below(3)])
            case 1: Life.accepted
            case 2, 3: Life.dispatched(["a", "b"][random.below(2)])
            case 4: Life.replied
            case 5: Life.rated(Satisfaction.allCases[random.below(5)], resolved: Bool.random(using: &random))
            case 6: Life.closed
            // Mostly the next round, now and then one that is wrong.
            case 7, 8: Life.reopened(1 + random.below(6))
            case 9: Life.missed(["close", "first", "tell"][random.below(3)])
            case 10: Life.supervised(1 + random.below(3))
            case 11: .withdrawn(Withdrawn())
            case 12: .returned(Returned(organisation: "a", reason: "misdirected"))
            case 13: .limitSet(LimitSet(profile: "life", clock: "own", due: 1))
            case 14: .registered(Life.registered)
            default: .signed(Signed(organisation: "a"))
            }
        }
    }

    @Test func aPrefixAndThenTheRestMakeWhatAllMakeAtOnce() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let events = Self.events(random.below(40), using: &random)
            let whole = Life.tally(events)
            let cut = random.below(events.count + 1)
            var tally = Life.tally(Array(events[..<cut]))
            let stored = tally.facts
            for index in cut..<events.count { tally.take(events[index], on: index + 1) }
            #expect(tally == whole, "seed \(random.seed)")
            // What was stored of a round that was over is still right.
            let over = stored.dropLast()
            #expect(Array(over) == Array(whole.facts.prefix(over.count)), "seed \(random.seed)")
        }
    }

    @Test func aRowThatSaysEnoughSaysWhatItsEventsDo() {
        var random = SeededGenerator()
        var enough = 0
        for _ in 0..<600 {
            // A case is registered once.
            let events = Self.events(random.below(12), using: &random).filter { $0.kind != .registered }
            let whole = Life.tally(events)
            guard let row = Tally(whole.file, registered: Life.day(0), under: { _ in [Life.policy] }) else { continue }
            enough += 1
            #expect(row == whole, "seed \(random.seed)")
        }
        #expect(enough > 100, "seed \(random.seed)")
    }

    @Test func roundsGrowAndOneIsTheLatest() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let facts = Life.facts(Self.events(random.below(40), using: &random))
            #expect(facts.first?.round == 1, "seed \(random.seed)")
            #expect(zip(facts, facts.dropFirst()).allSatisfy { $0.round < $1.round }, "seed \(random.seed)")
            #expect(facts.map(\.isLatest) == facts.indices.map { $0 == facts.count - 1 }, "seed \(random.seed)")
            #expect(facts.allSatisfy { $0.registered == Life.day(0) && Set($0.missed).count == $0.missed.count })
        }
    }
}
