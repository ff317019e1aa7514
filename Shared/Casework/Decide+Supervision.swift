import WorkingTime

/// Supervision orders (督办): opened by what the policy names or by the supervising organisation, answered, reviewed.
extension Scene {
    /// The order that `event` triggers, if any: each trigger once a round (E-20).
    func supervision(after event: Event) -> Event? {
        guard let supervise = first(\.supervise), !file.state.isFinal || file.state == .closed else { return nil }
        let trigger = supervise.triggers.first { trigger in
            guard !came(trigger) else { return false }
            return switch (trigger, event) {
            case (.repeated(let times), .repeated(let repeated)): repeated.times >= times
            // Counted before it was known who must answer.
            case (.repeated(let times), .dispatched): file.course.complaints >= times
            case (.shirking, .returned), (.shirking, .disputed): true
            case (.undone, .missed(let fired)): policies.missed(fired, isOf: supervise.undone)
            case (.dissatisfied, .rated(let rated)):
                !rated.isContent && (file.state == .closed || leavesTime(supervise))
            case (.dissatisfied, .closed): file.course.rated.map { !$0.isContent } ?? false
            case (.rectificationMissed, .missed(let fired)): file.state == .closed && fired.isOfOrder
            case (.rectificationMissed, .closed): file.course.running.contains(where: isMissed)
            default: false
            }
        }
        return trigger.flatMap { order(supervise, trigger: $0.code) }
    }

    private func came(_ trigger: Supervise.Trigger) -> Bool {
        file.course.orders.contains {
            $0.trigger == trigger.code && ($0.round == file.round || trigger.isOnceForAll)
        }
    }

    /// Whether whoever is supervised now still has time before the case must be closed; a case that is reopened has it anew.
    private func leavesTime(_ supervise: Supervise) -> Bool {
        guard let enough = supervise.enoughTime, reopening == nil,
            let limit = closingLimit(of: file, under: policies, on: facts.calendar)
        else { return true }
        return end(enough).map { $0 <= limit } ?? false
    }

    private func isMissed(_ order: Course.Order) -> Bool {
        policies.contains { file.course.missed.contains(clockKey($0.version.profile, order.clock)) }
    }

    private func order(_ supervise: Supervise, trigger: String) -> Event? {
        guard let end = end(supervise.limit) else { return nil }
        return .supervised(
            Supervised(
                order: (file.course.orders.map(\.number).max() ?? 0) + 1, trigger: trigger,
                stage: file.state == .closed ? .postClosing : .preClosing, due: end.microseconds))
    }

    /// When a limit of supervision ends that begins now.
    private func end(_ limit: Limit) -> Moment? {
        let policy = policies.first { $0.supervise != nil } ?? policy
        return try? due(from: now, limit, counting: policy.calendar, on: facts.calendar).moment
    }

    func supervise(_ reason: String) throws(Refusal) -> [Event] {
        guard let supervise = first(\.supervise) else { throw .againstPolicy("supervise") }
        guard !file.involved.isEmpty, file.state != .withdrawn else { throw .notNow(file.state) }
        // What a rule looks out for is no reason of a person's: it would not be ordered again when it happens.
        guard !Supervise.Trigger.codes.contains(reason) else { throw .incomplete("reason") }
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
        guard
            file.course.orders.contains(where: {
                $0.number == review.order && $0.isAnswered && !$0.isEnded
            })
        else {
            throw .nothingRunning("supervision")
        }
        let criteria = first(\.supervise)?.criteria ?? []
        // A scheme without criteria verifies the result as a whole (R-SV-08).
        let known = criteria.isEmpty ? ["not_rectified"] : criteria
        guard review.failed.allSatisfy(known.contains) else { throw .incomplete("failed") }
        // Whoever is sent back has the time again that the order gave; a date that was missed stays missed.
        var review = review
        review.exception = nil
        review.due = review.failed.isEmpty ? nil : first(\.supervise).flatMap { end($0.limit) }?.microseconds
        return [.supervisionReviewed(review)]
    }

    /// Whether it was answered or not, and counted as if there had been none.
    func waiveSupervision(_ number: Int, _ note: Int?) throws(Refusal) -> [Event] {
        guard let order = file.course.running.first(where: { $0.number == number }) else {
            throw .nothingRunning("supervision")
        }
        guard first(\.supervise)?.exceptions.contains(order.trigger) == true else { throw .againstPolicy("exception") }
        guard note != nil else { throw .incomplete("note") }
        return [.supervisionReviewed(SupervisionReviewed(order: number, exception: true, note: note))]
    }
}

extension Supervise.Trigger {
    /// Repeats are counted over the whole life of a case.
    var isOnceForAll: Bool {
        if case .repeated = self { true } else { false }
    }
}
