import WorkingTime

/// Callback, rating, closing, reopening.
extension Scene {
    /// - Parameter call: `by` does not count, here and in the rating: who acts decides it.
    func callBack(_ call: CalledBack, _ rated: Rated?) throws(Refusal) -> [Event] {
        try require([.replied, .closed])
        let owed = callbacks(of: file, under: policies, on: facts.calendar)
        guard let callback = owed.first(where: { callers.contains($0.by) }) else {
            let why = whyNoCallback(of: file, by: callers, under: policies, on: facts.calendar, now: now)
            throw .nothingRunning("callback (\(why?.code ?? ""))")
        }
        guard call.outcome == .reached || rated == nil else { throw .incomplete("outcome") }
        var call = call
        call.by = callback.by
        guard var rated else {
            guard call.outcome != .reached else { throw .incomplete("satisfaction") }
            // Tries in quick succession are one try.
            if callback.attempts > 0, now < callback.from { throw .notNow(file.state) }
            return [.calledBack(call)]
        }
        // Also where the line answers itself: whoever did the work.
        rated.by = isLead ? .handler : .agent
        return told(in: call) + [.calledBack(call), .rated(rated)]
    }

    /// A result that only the centre has heard of is told with the callback, before it is asked about (R-CB-03).
    private func told(in call: CalledBack) -> [Event] {
        guard file.isResultUntold else { return [] }
        var organisation = "centre"
        if case .account(_, let own?, _) = by { organisation = own }
        return [.informed(Informed(organisation: organisation, what: .result, means: call.form, reached: true))]
    }

    private var callers: [Callback.Caller] {
        var own: String?
        if case .account(_, let organisation, _) = by { own = organisation }
        return Casework.callers(own, for: file, under: policies, in: facts.directory)
    }

    private var isLead: Bool {
        guard case .account(_, let organisation?, _) = by else { return false }
        return organisation == file.lead
    }

    /// By the complainant with number and code: once a round, when there is an answer to rate. What whoever did the work wrote down
    /// of it does not take that word away.
    func rate(_ rated: Rated) throws(Refusal) -> [Event] {
        try require([.replied, .closed])
        // Nobody rates what was never said to them.
        guard !file.isResultUntold else { throw .notNow(file.state) }
        guard file.course.rated.map({ $0.by == .handler }) ?? true else { throw .overCap("rating") }
        return [.rated(rated)]
    }

    /// By the complainant, where the policy gives another round to who applies for it.
    func applyForReview() throws(Refusal) -> [Event] {
        guard let review = first(\.review), review.onRequest else { throw .againstPolicy("review") }
        try require([.replied, .closed])
        guard !file.isResultUntold else { throw .notNow(file.state) }
        guard review.allows(roundAfter: file.round) else { throw .overCap("review") }
        return [.reopened(Reopened(round: file.round + 1, kind: review.kind))]
    }

    /// By a person, with a basis: what the policy allows by hand.
    func close(_ closed: Closed) throws(Refusal) -> [Event] {
        try require([.signed, .replied])
        guard let rule = policies.flatMap(\.closing).first(where: { $0.name == closed.rule && $0.isManual }) else {
            throw .againstPolicy("closing")
        }
        guard closed.note != nil else { throw .incomplete("note") }
        if let satisfied = rule.satisfied, satisfied != file.course.rated?.satisfaction.isSatisfied {
            throw .againstPolicy("closing")
        }
        if let round = rule.round, file.round < round { throw .againstPolicy("closing") }
        // Explained, then closed (R-HD-20): who can be told learns it from somebody and not from the closing.
        guard file.state == .replied || !file.course.isContactable || wasInTouch else { throw .incomplete("contact") }
        return [.closed(closed)]
    }
}

/// A callback that is owed, and when it may be made (again).
package struct OwedCallback: Sendable, Equatable {
    package let by: Callback.Caller
    package let from: Moment
    /// Tried in vain so far in this round.
    package let attempts: Int
    /// So many are demanded in a round, while nobody is reached.
    package let most: Int
}

/// The callbacks that are owed under the policies of a case, at most one by each caller: of two policies that mean the same
/// caller the first says how. The line's comes first.
package func callbacks(of file: Case, under policies: [Policy], on calendar: WorkCalendar) -> [OwedCallback] {
    let answered = file.moment(of: .event(.replied)) ?? file.moment(of: .event(.closed))
    guard file.isContactable, let answered else { return [] }
    return Callback.Caller.allCases.compactMap { caller in
        guard let (policy, callback) = policies.callback(by: caller), isOwed(callback, for: file, under: policies)
        else {
            return nil
        }
        let calls = file.course.calls(by: caller)
        let again = calls.last.map(Moment.init(microseconds:)).flatMap {
            try? due(from: $0, callback.spacing, counting: policy.calendar, on: calendar).moment
        }
        return OwedCallback(by: caller, from: again ?? answered, attempts: calls.attempts, most: callback.attempts)
    }
}

extension [Policy] {
    /// How a caller calls: of two policies that mean the same one the first says it.
    func callback(by caller: Callback.Caller) -> (policy: Policy, callback: Callback)? {
        for policy in self {
            if let callback = policy.callback, callback.by == caller { return (policy, callback) }
        }
        return nil
    }
}

/// What an event brings about by itself, by the policies.
extension Scene {
    func ending(after event: Event) -> [Event] {
        switch event {
        case .rated:
            if let review = reopening { return [.reopened(Reopened(round: file.round + 1, kind: review.kind))] }
            return closingRule.map { [.closed(Closed(rule: $0.name))] } ?? []
        // Also a correction may leave nobody to ask.
        case .replied, .calledBack, .corrected: return closingRule.map { [.closed(Closed(rule: $0.name))] } ?? []
        default: return []
        }
    }

    /// Dissatisfied or unsolved, and the policy gives another round.
    var reopening: Review? {
        guard let review = first(\.review), let rated = file.course.rated, [.replied, .closed].contains(file.state),
            !review.onRequest, !rated.isContent, review.allows(roundAfter: file.round)
        else { return nil }
        return review
    }

    private var closingRule: ClosingRule? {
        guard file.state == .replied else { return nil }
        let isCallbackOwed = isOwedBeforeClosing(file, policies)
        // Who has said something is not one whom nobody need ask.
        let isNobodyToAsk = !isCallbackOwed && file.course.rated == nil
        for policy in policies {
            let attempts = policy.callback.map { file.course.calls(by: $0.by).attempts } ?? 0
            func holds(_ rule: ClosingRule) -> Bool {
                !rule.isManual && (rule.callbackOwed.map { $0 ? isCallbackOwed : isNobodyToAsk } ?? true)
                    && (rule.satisfied.map { $0 == file.course.rated?.satisfaction.isSatisfied } ?? true)
                    && (rule.attempts.map { attempts >= $0 } ?? true) && (rule.round.map { file.round >= $0 } ?? true)
            }
            if let rule = policy.closing.first(where: holds) { return rule }
        }
        return nil
    }
}
