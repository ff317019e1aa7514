import WorkingTime

/// Supervision orders (督办): opened by what the policy names or by the supervising organisation, answered, reviewed.
extension Scene {
    /// The order that `event` triggers, if any: each trigger once a round (E-20).
    func supervision(after event: Event) -> Event? {
        guard let supervise = first(\.supervise), !file.state.isFinal || file.state == .closed else { return nil }
        let trigger = supervise.triggers.first { trigger in
            switch (trigger, event) {
            case (.repeated(let times), .repeated(let repeated)): repeated.times >= times
            // Counted before it was known who must answer.
            case (.repeated(let times), .dispatched): file.course.complaints >= times
            case (.shirking, .returned), (.shirking, .disputed): true
            case (.undone, .missed(let fired)): policies.missed(fired, isOf: supervise.undone)
            case (.dissatisfied, .rated(let rated)): !rated.satisfaction.isSatisfied || !rated.resolved
            default: false
            }
        }
        guard let trigger else { return nil }
        let code = trigger.code
        let came = file.course.orders.contains {
            $0.trigger == code && ($0.round == file.round || trigger.isOnceForAll)
        }
        return came ? nil : order(supervise, trigger: code)
    }

    private func order(_ supervise: Supervise, trigger: String) -> Event? {
        guard let end = end(of: supervise) else { return nil }
        return .supervised(
            Supervised(
                order: (file.course.orders.map(\.number).max() ?? 0) + 1, trigger: trigger, due: end.microseconds))
    }

    /// When an order ends that is given now.
    private func end(of supervise: Supervise) -> Moment? {
        let policy = policies.first { $0.supervise != nil } ?? policy
        return try? due(from: now, supervise.limit, counting: policy.calendar, on: facts.calendar).moment
    }

    func supervise(_ reason: String) throws(Refusal) -> [Event] {
        guard let supervise = first(\.supervise) else { throw .againstPolicy("supervise") }
        guard !file.involved.isEmpty, file.state != .withdrawn else { throw .notNow(file.state) }
        // One for the same reason runs already.
        guard !file.course.orders.contains(where: { $0.trigger == reason && !$0.isEnded }) else {
            throw .overCap("supervise")
        }
        guard let order = order(supervise, trigger: reason) else { throw .againstPolicy("calendar") }
        return [order]
    }

    func answerSupervision(_ answer: SupervisionAnswered) throws(Refusal) -> [Event] {
        guard file.course.orders.contains(where: { $0.number == answer.order && !$0.isEnded && !$0.isAnswered })
        else { throw .nothingRunning("supervision") }
        return [.supervisionAnswered(answer)]
    }

    func reviewSupervision(_ review: SupervisionReviewed) throws(Refusal) -> [Event] {
        guard file.course.orders.contains(where: { $0.number == review.order && $0.isAnswered }) else {
            throw .nothingRunning("supervision")
        }
        let criteria = first(\.supervise)?.criteria ?? []
        // A scheme without criteria verifies the result as a whole (R-SV-08).
        let known = criteria.isEmpty ? ["not_rectified"] : criteria
        guard review.failed.allSatisfy(known.contains) else { throw .incomplete("failed") }
        // Whoever is sent back has the time again that the order gave; a date that was missed stays missed.
        var review = review
        review.due = review.failed.isEmpty ? nil : first(\.supervise).flatMap(end(of:))?.microseconds
        return [.supervisionReviewed(review)]
    }
}

extension Supervise.Trigger {
    /// Repeats are counted over the whole life of a case.
    var isOnceForAll: Bool {
        if case .repeated = self { true } else { false }
    }
}
