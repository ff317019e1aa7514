import Casework
import Foundation
import Support
import Testing
import WorkingTime

/// Whole lives of a case, by the rules alone. Times are of March 2026, whose weeks have no holidays.
struct LifeTests {
    @Test func aCaseIsSignedAnsweredCalledBackAndClosed() throws {
        var life = try Life.signed()
        try life.give(.contact(Contacted(organisation: "env-city", means: "phone", reached: true)), by: Life.officer)
        #expect(try life.give(Life.answer, by: Life.officer) == [.replied])
        #expect(life.file.state == .replied)
        #expect(try life.give(Life.rating(.satisfied), by: Life.agent) == [.calledBack, .rated, .closed])
        #expect(life.file.state == .closed)
        #expect(life.clocks.map(\.rule) == ["tell"], "only the notice of the result still runs")
        try life.give(
            .inform(Informed(organisation: "env-city", what: .result, means: "phone", reached: true)), by: Life.officer)
        #expect(life.clocks.isEmpty)
    }

    @Test func anAnonymousComplaintIsClosedWithItsAnswer() throws {
        var life = try Life.signed(identity: .anonymous)
        #expect(try life.give(Life.answer, by: Life.officer) == [.replied, .closed])
        #expect(
            life.refusal(of: Life.rating(.satisfied), by: Life.agent) == .nothingRunning("callback (not_contactable)"))
    }

    @Test func whoIsNotReachedIsTriedAsOftenAsThePolicySays() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        let first = life.nextCallback
        #expect(first == life.now)
        #expect(try life.give(Life.inVain, by: Life.agent) == [.calledBack])
        #expect(
            life.nextCallback?.iso8601 == "2026-03-03T10:00:00+08:00"
        )
        #expect(life.refusal(of: Life.inVain, by: Life.agent) == .notNow(.replied), "tries in quick succession are one")
        for kinds in [[Event.Kind.calledBack], [.calledBack, .closed]] {
            life.now = life.nextCallback ?? life.now
            #expect(try life.give(Life.inVain, by: Life.agent) == kinds)
        }
        guard case .closed(let closed)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(closed.rule == "not_reached")
    }

    @Test func dissatisfactionBringsTheCaseBackWithAHigherRoundUntilTheRoundsAreUsedUp() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        let kinds = try life.give(Life.rating(.dissatisfied), by: Life.agent)
        #expect(kinds == [.calledBack, .rated, .supervised, .reopened])
        #expect(life.file.round == 2 && life.file.state == .reopened)
        // It goes to whoever had it, and the limit runs again from the reopening.
        #expect(
            route(life.file, under: Life.policy, in: City.directory)
                == .dispatch(
                    Dispatched(lead: "env-city", helpers: ["works-city"])))
        try life.give(.dispatch(Dispatched(lead: "env-city")), by: .service("routing"))
        #expect(life.clock("close")?.from == life.now)
        // What was seen of the first round counts no more.
        #expect(life.refusal(of: .sign(Signed(organisation: "env-city")), by: Life.officer) == nil)
        try life.give(Life.answer, by: Life.officer)
        try life.give(Life.rating(.veryDissatisfied, resolved: false), by: Life.agent)
        #expect(life.file.state == .replied, "no third round: a person closes it")
        #expect(life.refusal(of: .close(Closed(rule: "unreasonable")), by: Life.leader) == .incomplete("note"))
        #expect(try life.give(.close(Closed(rule: "unreasonable", note: 1)), by: Life.leader) == [.closed])
        #expect(life.kinds.count { $0 == .supervised } == 2, "each trigger once a round")
    }

    @Test func solvedAndSatisfiedAreTwoAnswers() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        #expect(try life.give(Life.rating(.satisfied, resolved: false), by: Life.agent).contains(.reopened))
    }

    @Test func aCommandForAnEarlierRoundIsStale() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        try life.give(Life.rating(.dissatisfied), by: Life.agent)
        try life.give(.dispatch(Dispatched(lead: "env-city")), by: .service("routing"))
        #expect(throws: Refusal.stale(seen: 1, current: 2)) {
            try life.give(.sign(Signed(organisation: "env-city")), by: Life.officer, seen: .round(1))
        }
    }

    @Test func aMisdirectedCaseGoesBackInTimeAndTheSecondReturnIsADispute() throws {
        var life = try Life.dispatched()
        let back = Order.return(Returned(organisation: "env-city", reason: "misdirected"))
        #expect(try life.give(back, by: Life.officer) == [.returned, .supervised])
        #expect(life.file.state == .returned)
        try life.give(.dispatch(Dispatched(lead: "env-city")), by: Life.dispatcher)
        #expect(try life.give(back, by: Life.officer) == [.returned, .disputed])
        #expect(life.file.state == .disputed)
        // The duty that the policy names decides it, nobody else.
        let decision = Order.dispatch(Dispatched(lead: "works-city"))
        for other in [Life.officer, Life.dispatcher] {
            #expect(life.refusal(of: decision, by: other) == .notAllowed("dispatch"))
        }
        let judge = Actor.account(9, organisation: "inspection", roles: ["dispatcher"])
        #expect(life.refusal(of: decision, by: judge) == nil)
        #expect(life.file.lead == "works-city")
    }

    @Test func aDisputeAboutItsOnlyDeciderIsSettledByWhoeverRunsTheLine() throws {
        for (accused, refusal) in [([], Refusal.notAllowed("dispatch")), (["inspection"], nil)]
            as [([String], Refusal?)]
        {
            var life = Life(accused: accused)
            try life.give(.dispatch(Dispatched(lead: "env-city")), by: Life.dispatcher)
            try life.give(.dispute(reason: "not_in_remit"), by: Life.officer)
            #expect(life.refusal(of: .dispatch(Dispatched(lead: "works-city")), by: Life.dispatcher) == refusal)
        }
    }

    @Test func whoADecisionNamesBringsItBeforeTheNextDeciderAndNeverReturnsIt() throws {
        var life = try Life.dispatched()
        let back = Order.return(Returned(organisation: "env-city", reason: "misdirected"))
        let again = Order.dispatch(Dispatched(lead: "env-city"))
        let judge = Actor.account(9, organisation: "inspection", roles: ["dispatcher"])
        #expect(try life.give(back, by: Life.officer).contains(.returned))
        #expect(life.refusal(of: again, by: Life.dispatcher) == nil)
        #expect(try life.give(back, by: Life.officer).contains(.disputed))
        #expect(life.refusal(of: again, by: judge) == nil)
        #expect(life.refusal(of: back, by: Life.officer) == .againstPolicy("dispute"), "decided is decided")
        // The second decider of the policy may still be asked; nobody decides in this city for it, and nobody comes after it.
        #expect(life.refusal(of: .dispute(reason: "not_in_remit"), by: Life.officer) == nil)
        #expect(life.file.course.dispute == 1)
        let kept = try JSONDecoder().decode(Course.self, from: JSONEncoder().encode(life.file.course))
        #expect(kept.bound == "env-city", "and is kept with the case")
    }

    @Test func aReturnThatComesTooLateIsRefusedAndTheOrganisationKeepsTheCase() throws {
        var life = try Life.dispatched()
        life.now = Moment(iso8601: "2026-03-04T00:00:00+08:00")!
        let back = Order.return(Returned(organisation: "env-city", reason: "misdirected"))
        #expect(life.refusal(of: back, by: Life.officer) == .expired)
        #expect(life.file.state == .dispatched)
        #expect(life.refusal(of: .dispute(reason: "not_in_remit"), by: Life.officer) == nil)
        #expect(life.file.course.dispute == 0)
    }

    @Test func onlyWhoHoldsTheRoleInTheRightPlaceActs() throws {
        var life = try Life.signed()
        let orders: [(Order, Actor)] = [
            (Life.answer, Life.stranger), (Life.answer, Life.leader), (Life.answer, Life.agent),
            (Life.inVain, Life.officer), (.sign(Signed(organisation: "env-east")), Life.stranger),
            (.supervise(reason: "leader"), Life.officer), (.submit(Submitted(organisation: "env-city")), Life.officer),
        ]
        for (order, actor) in orders {
            #expect(life.refusal(of: order, by: actor) == .notAllowed(order.kind.rawValue), "\(order.kind) \(actor)")
        }
    }

    @Test func aLetterIsAnsweredInWriting() throws {
        var life = try Life.signed(channel: "letter")
        #expect(life.refusal(of: Life.answer, by: Life.officer) == .incomplete("form"))
        let written = Replied(organisation: "env-city", to: .complainant, form: "written", outcome: "explained")
        #expect(life.refusal(of: .reply(written), by: Life.officer) == nil)
    }

    @Test func aComplaintIsTakenBackOnceAndForAll() throws {
        var life = try Life.signed()
        #expect(try life.give(.withdraw(Withdrawn()), by: .complainant) == [.withdrawn])
        #expect(life.clocks.isEmpty)
        #expect(life.refusal(of: Life.answer, by: Life.officer) == .notNow(.withdrawn))
        #expect(life.refusal(of: .withdraw(Withdrawn()), by: .complainant) == .notNow(.withdrawn))
    }

    @Test func theThirdComplaintAboutTheSameMatterOpensSupervisionOnce() throws {
        var life = try Life.dispatched()
        #expect(try life.give(.repeat(by: 101), by: .service("routing")) == [.repeated])
        #expect(try life.give(.repeat(by: 102), by: .service("routing")) == [.repeated, .supervised])
        #expect(try life.give(.repeat(by: 103), by: .service("routing")) == [.repeated])
        // One that had been repeated itself brings its own along.
        try life.give(.repeat(by: 104, count: 3), by: .service("routing"))
        #expect(life.file.course.complaints == 7)
    }

    @Test func anOrderAboutAClosedCaseHasItsLimitWatched() throws {
        var life = try Life.signed(identity: .anonymous)
        #expect(try life.give(Life.answer, by: Life.officer) == [.replied, .closed])
        #expect(try life.give(.supervise(reason: "leader"), by: Life.supervisor) == [.supervised])
        let clock = try #require(life.clock("supervision:1"))
        life.now = try #require(clock.next)
        #expect(try life.give(.fire, by: .service("deadlines")) == [.missed, .supervised])
        try life.give(
            .answerSupervision(SupervisionAnswered(organisation: "env-city", order: 1, note: 7)), by: Life.officer)
        #expect(life.clock("supervision:1") == nil)
    }

    @Test func anOrderThatWasMissedIsNotMissedAgainInTheNextRound() throws {
        var life = try Life.signed()
        try life.give(Life.answer, by: Life.officer)
        try life.give(.supervise(reason: "leader"), by: Life.supervisor)
        life.now = try #require(life.clock("supervision:1")?.next)
        #expect(try life.give(.fire, by: .service("deadlines")).contains(.missed))
        #expect(try life.give(Life.rating(.dissatisfied), by: Life.agent).contains(.reopened))
        #expect(life.clock("supervision:1")?.next == nil, "it runs on, and there is nothing left to fire")
    }

    @Test func anIdThatStandsForAnotherOrderIsNoOrder() throws {
        let life = try Life.signed()
        var facts = life.facts
        facts.done = [.signed(Signed(organisation: "env-city"))]
        func decided(_ order: Order, by actor: Actor) throws -> Decision {
            try decide(
                Command(id: "1", seen: .round(1), by: actor, order: order), on: life.file, under: [Life.policy],
                facts: facts, now: life.now)
        }
        #expect(try decided(.sign(Signed(organisation: "env-city")), by: Life.officer) == .happened(facts.done))
        #expect(throws: Refusal.idTaken) { try decided(Life.answer, by: Life.officer) }
        // A service decides anew what it decided before under other rules.
        #expect(try decided(Life.answer, by: .service("routing")) == .happened(facts.done))
    }

    @Test func supervisionEndsOnlyWhenEveryCriterionIsMet() throws {
        var life = try Life.dispatched()
        #expect(try life.give(.supervise(reason: "leader"), by: Life.supervisor) == [.supervised])
        let answer = Order.answerSupervision(SupervisionAnswered(organisation: "env-city", order: 1, note: 7))
        #expect(life.clock("supervision:1")?.limit?.iso8601 == "2026-03-05T23:59:59+08:00")
        let review = Order.reviewSupervision(SupervisionReviewed(order: 1, failed: ["facts_clear"]))
        #expect(
            life.refusal(of: review, by: Life.supervisor) == .nothingRunning("supervision"), "nothing was reported yet")
        try life.give(answer, by: Life.officer)
        #expect(life.clock("supervision:1") == nil)
        try life.give(review, by: Life.supervisor)
        #expect(life.clock("supervision:1") != nil, "sent back, the date stays")
        try life.give(answer, by: Life.officer)
        let unknown = Order.reviewSupervision(SupervisionReviewed(order: 1, failed: ["weather"]))
        #expect(life.refusal(of: unknown, by: Life.supervisor) == .incomplete("failed"))
        try life.give(.reviewSupervision(SupervisionReviewed(order: 1, failed: [])), by: Life.supervisor)
        #expect(life.file.course.orders.allSatisfy { $0.isEnded })
    }

    @Test func whoWasLateOnceMayAskForMoreTimeInTheNextRound() throws {
        var life = try Life.signed()
        try life.wait(until: "2026-04-30T10:00:00+08:00")
        #expect(life.file.course.missed.contains("life/close"))
        let ask = Order.askExtension(
            ExtensionAsked(
                organisation: "env-city", profile: "life", clock: "close",
                due: life.now.microseconds + 30 * 86_400_000_000, reason: "complex"))
        #expect(life.refusal(of: ask, by: Life.officer) == .expired)
        try life.give(Life.answer, by: Life.officer)
        try life.give(Life.rating(.dissatisfied, resolved: false), by: Life.agent)
        try life.give(.dispatch(Dispatched(lead: "env-city")), by: Life.dispatcher)
        try life.give(.sign(Signed(organisation: "env-city")), by: Life.officer)
        let again = Order.askExtension(
            ExtensionAsked(
                organisation: "env-city", profile: "life", clock: "close",
                due: try #require(life.clock("close")?.limit).microseconds + 86_400_000_000, reason: "complex"))
        #expect(life.refusal(of: again, by: Life.officer) == nil, "this round's limit was not missed")
    }

    @Test func whatIsMissedTogetherBringsEachOrderOnceUnderANumberOfItsOwn() throws {
        var life = try Life.dispatched()
        for reason in ["leader", "media"] { try life.give(.supervise(reason: reason), by: Life.supervisor) }
        try life.give(.sign(Signed(organisation: "env-city")), by: Life.officer)
        try life.give(Life.answer, by: Life.officer)
        try life.give(Life.rating(.satisfied, resolved: true), by: Life.agent)
        #expect(life.file.state == .closed)
        let events = try life.wait(until: "2026-04-30T10:00:00+08:00")
        #expect(Set(["life/supervision:1", "life/supervision:2"]).isSubset(of: life.file.course.missed))
        #expect(events.filter { $0 == .supervised }.count == 1)
        #expect(life.file.course.orders.map(\.number) == [1, 2, 3])
    }

    @Test func aWithdrawnCaseIsUnderSupervisionNoMore() throws {
        var life = try Life.dispatched()
        #expect(life.refusal(of: .supervise(reason: "repeat"), by: Life.supervisor) == .incomplete("reason"))
        try life.give(.supervise(reason: "leader"), by: Life.supervisor)
        try life.give(
            .answerSupervision(SupervisionAnswered(organisation: "env-city", order: 1, note: 7)), by: Life.officer)
        try life.give(.withdraw(Withdrawn()), by: .complainant)
        #expect(life.file.course.supervisedUntil == nil)
        let review = Order.reviewSupervision(SupervisionReviewed(order: 1, failed: ["facts_clear"]))
        #expect(life.refusal(of: review, by: Life.supervisor) == .nothingRunning("supervision"))
    }

    @Test func whoTurnsOutToBeNobodyToCallLeavesNoAnsweredCaseOpen() throws {
        var life = try Life.signed()
        #expect(try life.give(Life.answer, by: Life.officer) == [.replied])
        let correction = Order.correct(Corrected(identity: .anonymous))
        #expect(try life.give(correction, by: Life.dispatcher) == [.corrected, .closed])
    }

    @Test func whoTurnsOutToHaveBroughtItMayChangeItsLimit() throws {
        var life = try Life.signed()
        let correction = Corrected(source: "leader")
        #expect(life.refusal(of: .correct(correction), by: Life.dispatcher) == .incomplete("due"))
        let due = life.now.microseconds + 86_400_000_000
        #expect(try life.give(.correct(correction, due: due), by: Life.dispatcher) == [.corrected, .limitSet])
        #expect(life.clock("close") == nil && life.clock("set")?.limit?.microseconds == due)
    }

    @Test func whatWasTakenDownWronglyIsPutRightWhileItIsWorkedOn() throws {
        var life = try Life.dispatched()
        let correction = Order.correct(Corrected(channel: "letter", identity: .confidential, contactable: false))
        #expect(life.refusal(of: correction, by: Life.officer) == .notAllowed("correct"))
        #expect(life.refusal(of: .correct(Corrected()), by: Life.dispatcher) == .incomplete("payload"))
        #expect(
            life.refusal(of: .correct(Corrected(region: "atlantis")), by: Life.dispatcher) == .unknownRegion("atlantis")
        )
        #expect(try life.give(correction, by: Life.dispatcher) == [.corrected])
        #expect(life.file.channel == "letter" && life.file.identity == .confidential && !life.file.isContactable)
        try life.give(.withdraw(Withdrawn()), by: .complainant)
        #expect(life.refusal(of: correction, by: Life.dispatcher) == .notNow(.withdrawn))
    }

    @Test func whatIsSimpleIsAnsweredAtOnceByTheCentreAlone() throws {
        var policy = Life.policy
        policy.answerAtOnce = AnswerAtOnce(natures: ["consult"])
        let life = Life()
        let question = Case(
            id: 1,
            registered: Registered(
                channel: "phone_hotline", identity: .named, policies: [policy.version], contactable: true),
            at: life.now)
        func decided(
            _ order: AnsweredAtOnce, by actor: Actor = Life.dispatcher, on file: Case? = nil
        ) throws -> [Event.Kind] {
            let command = Command(id: "1", seen: .round(1), by: actor, order: .answerAtOnce(order))
            guard
                case .happens(let events) = try decide(
                    command, on: file ?? question, under: [policy], facts: life.facts, now: life.now)
            else { return [] }
            return events.map(\.kind)
        }
        let whole = AnsweredAtOnce(nature: "consult", subject: "noise", urgency: "ordinary", note: 7)
        #expect(try decided(whole) == [.classified, .accepted, .replied, .closed])
        #expect(throws: Refusal.notAllowed("answer_at_once")) { try decided(whole, by: Life.officer) }
        for (wrong, refusal) in [
            (
                AnsweredAtOnce(nature: "complaint", subject: "noise", urgency: "ordinary", note: 7),
                Refusal.againstPolicy("answer_at_once")
            ),
            (AnsweredAtOnce(nature: "consult", subject: "noise", urgency: "ordinary"), .incomplete("note")),
            (AnsweredAtOnce(nature: "consult", urgency: "ordinary", note: 7), .incomplete("subject")),
            (AnsweredAtOnce(nature: "consult", subject: "noise", note: 7), .incomplete("urgency")),
        ] {
            #expect(throws: refusal) { try decided(wrong) }
        }
        #expect(throws: Refusal.againstPolicy("answer_at_once"), "found to be a complaint") {
            try decided(whole, on: life.file)
        }
        #expect(throws: Refusal.notNow(.dispatched)) { try decided(whole, on: try Life.dispatched().file) }
        policy.answerAtOnce = nil
        #expect(throws: Refusal.againstPolicy("answer_at_once")) { try decided(whole) }
    }

    @Test func whoAppliesForAReviewGetsAnotherRoundWhereTheSchemeGivesOne() throws {
        var life = try Life.signed()
        #expect(
            life.refusal(of: .applyForReview, by: .complainant) == .againstPolicy("review"),
            "dissatisfaction is enough here")
        var policy = Life.policy
        policy.review = Review(kind: "review", rounds: 2, onRequest: true)
        func applied() throws -> [Event] {
            let command = Command(
                id: "review", seen: .round(life.file.round), by: .complainant, order: .applyForReview)
            guard
                case .happens(let events) = try decide(
                    command, on: life.file, under: [policy], facts: life.facts, now: life.now)
            else { return [] }
            return events
        }
        #expect(throws: Refusal.notNow(.signed)) { try applied() }
        try life.give(Life.answer, by: Life.officer)
        #expect(try applied() == [.reopened(Reopened(round: 2, kind: "review"))])
        policy.review?.rounds = 1
        #expect(throws: Refusal.overCap("review")) { try applied() }
    }

    @Test func anOrderThatIsGivenInPrincipleIsWaivedWithAReason() throws {
        var life = try Life.dispatched()
        try life.give(.repeat(by: 101), by: .service("routing"))
        #expect(try life.give(.repeat(by: 102), by: .service("routing")) == [.repeated, .supervised])
        try life.give(.supervise(reason: "leader"), by: Life.supervisor)
        let waiver = Order.waiveSupervision(order: 1, note: 7)
        #expect(life.refusal(of: waiver, by: Life.officer) == .notAllowed("waive_supervision"))
        #expect(
            life.refusal(of: .waiveSupervision(order: 1, note: nil), by: Life.supervisor) == .incomplete("note"))
        #expect(
            life.refusal(of: .waiveSupervision(order: 2, note: 7), by: Life.supervisor) == .againstPolicy("exception"),
            "what somebody ordered is no matter of principle")
        #expect(try life.give(waiver, by: Life.supervisor) == [.supervisionReviewed])
        #expect(life.file.course.orders.map(\.isWaived) == [true, nil])
        #expect(life.clock("supervision:1") == nil && life.clock("supervision:2") != nil)
        #expect(life.refusal(of: waiver, by: Life.supervisor) == .nothingRunning("supervision"))
        #expect(
            try life.give(.repeat(by: 103), by: .service("routing")) == [.repeated],
            "a waived order does not come again")
    }

    @Test func whatARuleBringsAboutStandsInNobodysName() throws {
        let life = try Life.dispatched()
        let command = Command(
            id: "1", seen: .round(1), by: Life.officer,
            order: .return(Returned(organisation: "env-city", reason: "misdirected")))
        guard
            case .happens(let events) = try decide(
                command, on: life.file, under: [Life.policy], facts: life.facts, now: life.now)
        else {
            Issue.record("it was refused")
            return
        }
        #expect(events.map(\.kind) == [.returned, .supervised])
        #expect(events.map { command.author(of: $0).text } == ["account:1@env-city", "service:rules"])
        let order = Command(id: "2", seen: .round(1), by: Life.supervisor, order: .supervise(reason: "leader"))
        #expect(order.author(of: events[1]) == Life.supervisor)
    }

    @Test func aCaseThatIsExemptFromTheLimitNeedsADateOfItsOwn() throws {
        var life = Life(source: "leader")
        let without = Order.dispatch(Dispatched(lead: "env-city"))
        #expect(life.refusal(of: without, by: Life.dispatcher) == .incomplete("due"))
        let due = Moment(iso8601: "2026-03-20T18:00:00+08:00")!
        let with = Order.dispatch(Dispatched(lead: "env-city", due: due.microseconds))
        #expect(try life.give(with, by: Life.dispatcher) == [.accepted, .limitSet, .dispatched])
        #expect(life.clocks.map(\.rule) == ["set"])
        #expect(life.clock("set")?.limit == due)
    }
}

struct ClockTests {
    @Test func eachStepFiresOnceInItsOrder() throws {
        var life = try Life.signed()
        let close = try #require(life.clock("close"))
        #expect(close.target?.iso8601 == "2026-03-05T23:59:59+08:00")
        #expect(close.limit?.iso8601 == "2026-03-11T23:59:59+08:00")
        #expect(try life.wait(until: "2026-03-05T23:59:59+08:00") == [], "the last second is in time")
        #expect(try life.wait(until: "2026-03-06T00:00:00+08:00") == [.targetPassed])
        #expect(try life.wait(until: "2026-03-06T00:00:01+08:00") == [])
        #expect(try life.wait(until: "2026-03-11T09:00:00+08:00") == [.warned])
        #expect(try life.wait(until: "2026-03-12T00:00:00+08:00") == [.missed, .supervised])
        #expect(try life.wait(until: "2026-03-14T00:00:00+08:00") == [.escalated])
        #expect(life.kinds.contains(.supervised))
        #expect(life.file.course.missed == ["life/close"])
    }

    @Test func aWatcherThatSleptForDaysFiresEverythingInOrder() throws {
        var life = try Life.signed()
        let fired = try life.wait(until: "2026-03-30T00:00:00+08:00")
        #expect(fired.filter { $0 != .supervised } == [.targetPassed, .warned, .missed, .escalated])
    }

    @Test func aLimitDoesNotFireOverAReplyThatCameInTimeAndWaits() throws {
        var life = try Life.signed()
        // Given on the last evening, decided two days later.
        let given = Moment(iso8601: "2026-03-11T22:00:00+08:00")!
        life.waiting = given
        #expect(try life.wait(until: "2026-03-13T08:00:00+08:00") == [.targetPassed, .warned])
        life.now = given
        life.waiting = nil
        try life.give(Life.answer, by: Life.officer)
        #expect(try life.wait(until: "2026-03-13T08:00:00+08:00") == [])
        #expect(life.file.course.missed.isEmpty)
    }

    @Test func anExtensionMovesTheLimitWithinTheCapAndLeavesTheOldEndVisible() throws {
        var life = try Life.signed()
        let wanted = Moment(iso8601: "2026-03-16T23:59:59+08:00")!
        func ask(_ due: Moment) -> Order {
            .askExtension(
                ExtensionAsked(
                    organisation: "env-city", profile: "life", clock: "close", due: due.microseconds, reason: "complex")
            )
        }
        let late = Moment(iso8601: "2026-03-19T00:00:00+08:00")!
        #expect(life.refusal(of: ask(late), by: Life.officer) == .overCap("extend"))
        #expect(life.refusal(of: ask(life.now), by: Life.officer) == .incomplete("due"))
        try life.give(ask(wanted), by: Life.officer)
        #expect(life.refusal(of: ask(wanted), by: Life.officer) == .overCap("extend"), "one request at a time")
        // The profile names who approves; the complainant must be told.
        let grant = Order.grantExtension(due: nil, means: "phone")
        #expect(life.refusal(of: grant, by: Life.officer) == .notAllowed("grant_extension"))
        #expect(life.refusal(of: .grantExtension(due: nil, means: nil), by: Life.leader) == .incomplete("means"))
        try life.give(grant, by: Life.leader)
        #expect(life.clock("close")?.limit == wanted)
        guard case .extensionGranted(let granted)? = life.log.last?.event else { throw Refusal.unknownCase }
        #expect(Moment(microseconds: granted.original).iso8601 == "2026-03-11T23:59:59+08:00")
        #expect(life.refusal(of: ask(late), by: Life.officer) == .overCap("extend"), "once is the policy's count")
        #expect(try life.wait(until: "2026-03-12T00:00:00+08:00") == [.targetPassed])
        #expect(try life.wait(until: "2026-03-17T00:00:00+08:00").contains(.missed))
    }

    @Test func afterTheLimitNoExtensionHelpsAndTheLateMarkStays() throws {
        var life = try Life.signed()
        try life.give(
            .askExtension(
                ExtensionAsked(
                    organisation: "env-city", profile: "life", clock: "close",
                    due: Moment(iso8601: "2026-03-16T23:59:59+08:00")!.microseconds, reason: "complex")),
            by: Life.officer)
        try life.wait(until: "2026-03-12T00:00:00+08:00")
        #expect(life.refusal(of: .grantExtension(due: nil, means: "phone"), by: Life.leader) == .expired)
        #expect(life.file.course.missed == ["life/close"])
    }

    @Test func anEndBeyondTheCalendarIsNotGuessed() throws {
        var life = try Life.signed()
        life.file = Case(
            id: 100, registered: Registered(channel: "x", identity: .named, policies: [Life.policy.version]),
            at: life.now)
        let december = Moment(iso8601: "2026-12-29T10:00:00+08:00")!
        life.file.apply(.accepted(Accepted(policies: [Life.policy.version])), at: december)
        let clock = try #require(life.clock("close"))
        #expect(clock.isUncounted && clock.limit == nil && clock.next == nil)
    }

    @Test func atOnceIsToldAtOnceAndNeverLate() throws {
        var policy = Life.policy
        policy.clocks = [
            ClockRule(
                name: "go", title: "立即到场", step: "onsite", source: "test", from: .dispatched, until: ["visited"],
                limit: .now)
        ]
        let life = try Life.signed()
        let clock = try #require(clocks(of: life.file, under: [policy], on: City.calendar).first)
        #expect(clock.limit == nil)
        #expect(clock.steps.map(\.kind) == [.warning])
        #expect(clock.next == life.now)
    }
}

/// Orders, redeliveries and firings in any order, and what must hold all the same.
struct LifePropertyTests {
    private static let actors: [Actor] = [
        Life.officer, Life.leader, Life.stranger, Life.dispatcher, Life.agent, Life.supervisor, .complainant,
        .service("routing"),
    ]

    private func order(_ life: Life, _ generator: inout SeededGenerator) -> Order {
        let organisation = ["env-city", "works-city", "inspection"].randomElement(using: &generator)!
        let satisfaction = Satisfaction.allCases.randomElement(using: &generator)!
        let due = life.now.microseconds + Int64.random(in: -3...20, using: &generator) * 86_400_000_000
        let orders: [Order] = [
            .dispatch(Dispatched(lead: organisation)), .sign(Signed(organisation: organisation)),
            .return(Returned(organisation: organisation, reason: "misdirected")), .dispute(reason: "not_in_remit"),
            .contact(Contacted(organisation: organisation, means: "phone", reached: true)), Life.answer, Life.answer,
            .askExtension(
                ExtensionAsked(organisation: organisation, profile: "life", clock: "close", due: due, reason: "complex")
            ),
            .grantExtension(due: nil, means: "phone"), .refuseExtension(reason: "no_need"), Life.inVain,
            Life.rating(satisfaction, resolved: Bool.random(using: &generator)),
            .rate(Rated(by: .complainant, resolved: true, satisfaction: satisfaction)),
            .close(Closed(rule: "unreasonable", note: 1)), .supervise(reason: "leader"),
            .answerSupervision(
                SupervisionAnswered(organisation: organisation, order: Int.random(in: 1...3, using: &generator))),
            .reviewSupervision(SupervisionReviewed(order: Int.random(in: 1...3, using: &generator), failed: [])),
            .answerAtOnce(AnsweredAtOnce(note: 1)), .applyForReview,
            .correct(Corrected(channel: ["letter", "phone_hotline"].randomElement(using: &generator)!)),
            .inform(Informed(organisation: organisation, what: .result, means: "phone", reached: true)),
            .waiveSupervision(order: Int.random(in: 1...3, using: &generator), note: 1), .repeat(by: 101), .fire, .fire,
            .fire,
        ]
        if life.file.state == .replied, Bool.random(using: &generator) {
            return Bool.random(using: &generator)
                ? Life.inVain : Life.rating(satisfaction, resolved: Bool.random(using: &generator))
        }
        // Seldom: what ends a case, and who it turns out to be from.
        switch Int.random(in: 0..<120, using: &generator) {
        case 0...1: return .withdraw(Withdrawn())
        case 2:
            let (source, identity) = (
                [nil, "leader"].randomElement(using: &generator)!, Identity.allCases.randomElement(using: &generator)!
            )
            return .correct(Corrected(source: source, identity: identity), due: due)
        default: return orders.randomElement(using: &generator)!
        }
    }

    @Test func noOrderOfThingsBreaksWhatMustHold() throws {
        var reached: Set<Event.Kind> = []
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var life = Life(identity: Identity.allCases.randomElement(using: &generator)!)
            for _ in 0..<80 {
                let before = life.file
                let order = order(life, &generator)
                let actor = order == .fire ? Actor.service("deadlines") : Self.actors.randomElement(using: &generator)!
                // Now and then a command waits that was given some hours ago.
                life.waiting =
                    order == .fire && Int.random(in: 0..<3, using: &generator) == 0
                    ? Moment(
                        microseconds: life.now.microseconds - Int64.random(in: 0...90, using: &generator)
                            * 3_600_000_000)
                    : nil
                let known = life.log.count
                if life.refusal(of: order, by: actor) == nil {
                    let events = life.log[known...].map(\.event)
                    try checkAuthor(actor, order, before, seed)
                    try checkRedelivery(of: order, by: actor, seen: before, did: events, in: life, seed)
                    for case .missed(let fired) in events where life.waiting != nil {
                        #expect(fired.due < life.waiting!.microseconds, "seed \(seed): fired over a command that waits")
                    }
                }
                life.waiting = nil
                #expect(life.file.round == before.round || life.file.round == before.round + 1, "seed \(seed)")
                if life.file.state == .closed {
                    #expect(
                        life.clocks.allSatisfy { ["result_notice", "supervise"].contains($0.step) },
                        "seed \(seed): \(life.clocks)")
                }
                if life.file.state == .withdrawn {
                    #expect(life.clocks.isEmpty && life.file.course.running.isEmpty, "seed \(seed)")
                }
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    life.now = Moment(
                        microseconds: life.now.microseconds + Int64.random(in: 1...60, using: &generator)
                            * 3_600_000_000)
                }
            }
            reached.formUnion(life.kinds)
            try check(life, seed)
        }
        let never: Set<Event.Kind> = [
            .judgementRequested, .corrected, .handedOver, .redirected, .refused, .linked, .submitted, .instructed,
            .visited, .noted,
            .informed,
            .limitSet,
        ]
        let missing = Set(Event.Kind.allCases).subtracting(reached).subtracting(never)
        #expect(missing == [], "the walk is long enough to reach everything else")
    }

    /// Whoever gave an order held a role that its duty names, and worked where it says, by the duties alone.
    private func checkAuthor(_ actor: Actor, _ order: Order, _ before: Case, _ seed: UInt64) throws {
        guard case .account(_, let organisation, let roles) = actor else { return }
        let duty = try #require(Life.duties.duties[order.kind])
        #expect(duty.roles.isEmpty || !duty.roles.isDisjoint(with: roles), "seed \(seed): \(order.kind) by \(roles)")
        switch duty.place {
        case .lead: #expect(organisation != nil && organisation == before.lead, "seed \(seed): \(order.kind)")
        case .involved: #expect(organisation.map(before.involved.contains) == true, "seed \(seed): \(order.kind)")
        case .centre, .involvedOrCentre, .leadOrCentre, .policy: break
        }
    }

    /// The same command once more, at any later moment, does nothing and says what it did.
    private func checkRedelivery(
        of order: Order, by actor: Actor, seen before: Case, did events: [Event], in life: Life, _ seed: UInt64
    ) throws {
        guard !events.isEmpty else { return }
        var facts = life.facts
        facts.done = events
        let again = Command(id: "again", seen: .round(before.round), by: actor, order: order)
        #expect(
            try decide(again, on: life.file, under: [Life.policy], facts: facts, now: life.now) == .happened(events),
            "seed \(seed): \(order.kind)")
    }

    private func check(_ life: Life, _ seed: UInt64) throws {
        // Each limit at most once a round.
        var once: Set<String> = []
        var round = 1
        for entry in life.log {
            if case .reopened(let reopened) = entry.event {
                #expect(reopened.round == round + 1, "seed \(seed): rounds only rise, one at a time")
                round = reopened.round
            }
            // A warning comes again before an extended limit, as it should.
            switch entry.event {
            case .missed(let fired), .targetPassed(let fired), .escalated(let fired):
                let step = "\(round)/\(fired.clock)/\(fired.step)"
                #expect(once.insert(step).inserted, "seed \(seed): \(step) came twice")
            default: break
            }
            // What only certain people may do was done by them or followed from a service's own work.
            guard case .account(_, let organisation, let roles) = entry.by else { continue }
            switch entry.event {
            case .signed: #expect(roles.contains("officer"), "seed \(seed)")
            case .extensionGranted: #expect(roles.contains("leader"), "seed \(seed)")
            case .dispatched: #expect(roles.contains("dispatcher"), "seed \(seed)")
            case .calledBack: #expect(roles.contains("agent") && organisation == nil, "seed \(seed)")
            default: break
            }
        }
        // The events alone rebuild the case, through the bytes that are stored.
        guard case .registered(let registered) = life.log[0].event else { throw Refusal.unknownCase }
        var rebuilt = Case(id: 100, registered: registered, at: life.log[0].at)
        for entry in life.log.dropFirst() {
            rebuilt.apply(try Event(kind: entry.event.kind, payload: entry.event.payload), at: entry.at)
        }
        #expect(rebuilt == life.file, "seed \(seed)")
    }
}
