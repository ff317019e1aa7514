import WorkingTime

/// Callback, rating, closing, reopening.
extension Scene {
    private var callback: Callback? { Casework.callback(of: file, under: policies) }

    func callBack(_ call: CalledBack, _ rated: Rated?) throws(Refusal) -> [Event] {
        try require([.replied, .closed])
        guard callback != nil else { throw .nothingRunning("callback") }
        guard call.outcome == .reached || rated == nil else { throw .incomplete("outcome") }
        guard let rated else {
            guard call.outcome != .reached else { throw .incomplete("satisfaction") }
            // Tries in quick succession are one try.
            if let next = nextCallback(of: file, under: policies, on: facts.calendar), now < next {
                throw .notNow(file.state)
            }
            return [.calledBack(call)]
        }
        return [.calledBack(call), .rated(rated)]
    }

    /// By the complainant with number and code: once a round, when there is an answer to rate.
    func rate(_ rated: Rated) throws(Refusal) -> [Event] {
        try require([.replied, .closed])
        guard file.course.rated == nil else { throw .overCap("rating") }
        return [.rated(rated)]
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
        return [.closed(closed)]
    }
}

/// When somebody may call the complainant (again), under the policies of the case; `nil`: no callback is owed.
package func nextCallback(of file: Case, under policies: [Policy], on calendar: WorkCalendar) -> Moment? {
    guard let callback = callback(of: file, under: policies), let policy = policies.first(where: { $0.callback != nil })
    else { return nil }
    let answered = file.moment(of: .event(.replied)) ?? file.moment(of: .event(.closed))
    guard file.course.attempts > 0, let last = file.moment(of: .event(.calledBack)) else { return answered }
    return try? due(from: last, callback.spacing, counting: policy.calendar, on: calendar).moment
}

/// The callback that is owed, if any is: somebody may call, whom the policy means, and nobody has said enough yet.
func callback(of file: Case, under policies: [Policy]) -> Callback? {
    guard let callback = policies.lazy.compactMap(\.callback).first, !file.course.isCallbackDone, file.isContactable,
        callback.whom.holds(for: file), file.course.attempts < callback.attempts
    else { return nil }
    switch callback.when {
    case .beforeClosing: return file.state == .replied ? callback : nil
    case .afterClosing: return [.replied, .closed].contains(file.state) ? callback : nil
    }
}

/// What an event brings about by itself, by the policies.
extension Scene {
    func ending(after event: Event) -> [Event] {
        switch event {
        case .rated:
            if let review = reopening { return [.reopened(Reopened(round: file.round + 1, kind: review.kind))] }
            return closingRule.map { [.closed(Closed(rule: $0.name))] } ?? []
        case .replied, .calledBack: return closingRule.map { [.closed(Closed(rule: $0.name))] } ?? []
        default: return []
        }
    }

    /// Dissatisfied or unsolved, and the policy gives another round.
    private var reopening: Review? {
        guard let review = first(\.review), let rated = file.course.rated, [.replied, .closed].contains(file.state),
            !rated.satisfaction.isSatisfied || !rated.resolved
        else { return nil }
        return review.rounds.map { file.round < $0 } ?? true ? review : nil
    }

    private var closingRule: ClosingRule? {
        guard file.state == .replied else { return nil }
        return policies.flatMap(\.closing).first { rule in
            guard !rule.isManual else { return false }
            func agrees<T: Equatable>(_ wanted: T?, _ found: T?) -> Bool { wanted == nil || wanted == found }
            let isCallbackOwed = callback.map { $0.when == .beforeClosing } ?? false
            // Who has said something is not one whom nobody need ask.
            let isNobodyToAsk = !isCallbackOwed && file.course.rated == nil
            return (rule.callbackOwed.map { $0 ? isCallbackOwed : isNobodyToAsk } ?? true)
                && agrees(rule.satisfied, file.course.rated?.satisfaction.isSatisfied)
                && (rule.attempts.map { file.course.attempts >= $0 } ?? true)
                && (rule.round.map { file.round >= $0 } ?? true)
        }
    }
}
