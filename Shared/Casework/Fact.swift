import WorkingTime

/// What one round of one case adds to statistics (事实): codes, times, yes and no; nothing of a person.
///
/// A round that is over never changes again, but for `isLatest`, and for `isSupervised` where an order is waived.
package struct Fact: Sendable, Equatable {
    /// From 1, growing within a case.
    package let round: Int
    /// The case's last round so far: by it each case is counted once.
    package var isLatest: Bool
    /// Where the round stands, or stood when the next one began.
    package var state: State
    /// The organisation that led last in the round (主办); `nil`: the case was never sent to anybody.
    package var lead: String?
    package var subject: String?
    /// Of the case, the same in each of its rounds.
    package var registered: Moment
    /// Of the case, the same in each round that follows.
    package var accepted: Moment?
    /// The last time in this round, as of the next two.
    package var dispatched: Moment?
    package var replied: Moment?
    package var closed: Moment?
    /// Profiles that govern the case.
    package var profiles: [String]
    /// Those of them by which some limit of step `close` holds for the case in this round. Where none does, nobody can be late.
    package var limitedBy: [String]
    /// Limits of step `close` that were missed in this round, by the clock's key, in their order.
    package var missed: [String]
    /// 实际解决, by the round's latest rating (but see `Rated.By.handler`); `nil`: nobody said.
    package var resolved: Bool?
    /// By the same rating.
    package var satisfaction: Satisfaction?
    /// Who wrote that rating down (R-CB-30).
    package var ratedBy: Rated.By?
    /// The case was put under supervision in this round (督办), which was not waived.
    package var isSupervised: Bool

    package var isLimited: Bool { !limitedBy.isEmpty }

    fileprivate init(round: Int, of file: Case, registered: Moment, limitedBy: [String], missed: [String]) {
        self.round = round
        isLatest = true
        state = file.state
        lead = file.lead
        subject = file.subject
        self.registered = registered
        accepted = file.moment(of: .event(.accepted))
        dispatched = file.moment(of: .event(.dispatched))
        replied = file.moment(of: .event(.replied))
        closed = file.moment(of: .event(.closed))
        profiles = file.policies.map(\.profile)
        self.limitedBy = limitedBy
        self.missed = missed
        resolved = file.course.rated?.resolved
        satisfaction = file.course.rated?.satisfaction
        ratedBy = file.course.rated?.by
        isSupervised = file.course.isSupervised(in: file.round)
    }
}

/// The facts of one case, folded from its events in their order.
package struct Tally: Sendable, Equatable {
    package private(set) var file: Case
    /// One for each round so far, in order; never empty.
    package private(set) var facts: [Fact]

    /// - Parameter policies: those that govern the case as it stands.
    package init<Failure: Error>(
        id: Int64, registered: Registered, at: Moment, under policies: (Case) throws(Failure) -> [Policy]
    ) throws(Failure) {
        file = Case(id: id, registered: registered, at: at)
        let limitedBy = try policies(file).limitClosing(of: file)
        facts = [Fact(round: file.round, of: file, registered: at, limitedBy: limitedBy, missed: [])]
    }

    /// A case as its row tells it, where that says all that its events say: never reopened, no limit missed. So are most.
    ///
    /// - Returns: `nil` where the events must be folded: what earlier rounds came to, and which clock was missed under which
    ///   policy, is in no row.
    package init?<Failure: Error>(
        _ file: Case, registered: Moment, under policies: (Case) throws(Failure) -> [Policy]
    ) throws(Failure) {
        let wasReopened = file.round > 1 || file.moment(of: .event(.reopened)) != nil
        guard !wasReopened, file.course.missed.isEmpty else { return nil }
        self.file = file
        let limitedBy = try policies(file).limitClosing(of: file)
        facts = [Fact(round: 1, of: file, registered: registered, limitedBy: limitedBy, missed: [])]
    }

    /// Takes in the next event. Total, as `Case.apply` is: whatever a log holds, the numbers of rounds grow.
    /// - Parameter policies: those that govern the case as it stands after the event.
    /// - Throws: what `policies` does; then nothing was taken in.
    package mutating func apply<Failure: Error>(
        _ event: Event, at: Moment, under policies: (Case) throws(Failure) -> [Policy]
    ) throws(Failure) {
        var after = file
        after.apply(event, at: at)
        let governing = try policies(after)
        let last = facts[facts.count - 1]
        let isNext = after.round > last.round
        var missed = isNext ? [] : last.missed
        if case .missed(let fired) = event, governing.closes(fired) {
            let key = clockKey(fired.profile, fired.clock)
            if !missed.contains(key) { missed.append(key) }
        }
        let fact = Fact(
            round: max(after.round, last.round), of: after, registered: last.registered,
            limitedBy: governing.limitClosing(of: after), missed: missed)
        if isNext {
            facts[facts.count - 1].isLatest = false
            facts.append(fact)
        } else {
            facts[facts.count - 1] = fact
        }
        // Waived, it counts as if there had been none, whenever that is said.
        if case .supervisionReviewed = event {
            for index in facts.indices { facts[index].isSupervised = after.course.isSupervised(in: facts[index].round) }
        }
        file = after
    }
}

extension [Policy] {
    /// Profiles by which some limit of step `close` holds for the case: one with an end that can be missed.
    fileprivate func limitClosing(of file: Case) -> [String] {
        filter { policy in
            policy.clocks.contains { rule in
                let isSet = file.course.ends[clockKey(policy.version.profile, rule.name)] != nil
                let hasEnd = isSet || rule.limit.map { $0 != .now } ?? false
                return rule.step == ClockRule.closing && hasEnd && rule.governs(file)
            }
        }.map(\.version.profile)
    }
}
