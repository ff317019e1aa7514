import WorkingTime

/// Limits: extended, set by hand, and fired.
extension Scene {
    var running: [Clock] { clocks(of: file, under: policies, on: facts.calendar) }

    /// The clock with this name, its rule and how it may be extended.
    private func extensible(
        _ profile: String, _ name: String
    ) throws(Refusal) -> (clock: Clock, limit: Moment, extend: ClockRule.Extend, policy: Policy) {
        guard let policy = policies.first(where: { $0.version.profile == profile }),
            let rule = policy.clocks.first(where: { $0.name == name }),
            let clock = running.first(where: { $0.profile == profile && $0.rule == name }), let limit = clock.limit
        else { throw .nothingRunning(name) }
        guard let extend = rule.extend else { throw .againstPolicy("extend") }
        return (clock, limit, extend, policy)
    }

    func askedClock() throws(Refusal) -> (clock: Clock, limit: Moment, extend: ClockRule.Extend, policy: Policy) {
        guard let asked = file.course.asked else { throw .nothingRunning("extension") }
        return try extensible(asked.profile, asked.clock)
    }

    /// Before the limit has passed (R-DL-57), and no further than the cap.
    func askExtension(_ asked: ExtensionAsked) throws(Refusal) -> [Event] {
        try require(State.handled)
        // What was asked for a limit that no longer runs is void.
        guard (try? askedClock()) == nil else { throw .overCap("extend") }
        let (clock, limit, extend, policy) = try extensible(asked.profile, asked.clock)
        guard now <= limit, !file.course.isLate(clock.key) else { throw .expired }
        try checkCap(Moment(microseconds: asked.due), of: clock, limit, extend, policy)
        return [.extensionAsked(asked)]
    }

    /// A limit that was missed while the request waited stays missed.
    func grantExtension(_ due: Int64?, _ means: String?) throws(Refusal) -> [Event] {
        try require(State.handled)
        guard let asked = file.course.asked else { throw .nothingRunning("extension") }
        let (clock, limit, extend, policy) = try askedClock()
        guard !file.course.isLate(clock.key), now <= limit else { throw .expired }
        // Who may be told must have been (E-05).
        guard extend.notice == .none || means != nil || !file.isContactable else { throw .incomplete("means") }
        let granted = due ?? asked.due
        guard granted <= asked.due else { throw .overCap("extension") }
        try checkCap(Moment(microseconds: granted), of: clock, limit, extend, policy)
        let event = ExtensionGranted(
            profile: asked.profile, clock: asked.clock, original: limit.microseconds, due: granted,
            approver: extend.approver, means: means)
        return [.extensionGranted(event)]
    }

    func refuseExtension(_ reason: String) throws(Refusal) -> [Event] {
        guard let asked = file.course.asked else { throw .nothingRunning("extension") }
        let approver = try askedClock().extend.approver
        return [
            .extensionRefused(
                ExtensionRefused(profile: asked.profile, clock: asked.clock, approver: approver, reason: reason))
        ]
    }

    private func checkCap(
        _ wanted: Moment, of clock: Clock, _ limit: Moment, _ extend: ClockRule.Extend, _ policy: Policy
    ) throws(Refusal) {
        guard wanted > limit, wanted <= Moment.bounds.upperBound else { throw .incomplete("due") }
        if let most = extend.count, (file.course.extensions[clock.key] ?? 0) >= most { throw .overCap("extend") }
        guard let cap = extend.cap else { return }
        let start: Moment
        switch extend.capKind {
        case .total: start = clock.from
        case .add: start = limit
        case .none: return
        }
        guard let latest = try? due(from: start, cap, counting: policy.calendar, on: facts.calendar).moment,
            wanted <= latest
        else { throw .overCap("extend") }
    }

    func setLimit(_ limit: LimitSet) throws(Refusal) -> [Event] {
        guard !file.state.isFinal else { throw .notNow(file.state) }
        guard let policy = policies.first(where: { $0.version.profile == limit.profile }),
            policy.clocks.contains(where: { $0.name == limit.clock && $0.isManual && $0.applies(to: file) })
        else { throw .nothingRunning(limit.clock) }
        guard limit.due > now.microseconds, limit.due <= Moment.bounds.upperBound.microseconds else {
            throw .incomplete("due")
        }
        return [.limitSet(limit)]
    }

    /// Every step whose moment has come, in order of time; none over a command that was given before it (idea 5).
    func fire() -> [Event] {
        let latest = facts.waiting.map { min($0, now) } ?? now
        let due = running.flatMap { clock in clock.steps.map { (clock: clock, step: $0) } }
            .filter { facts.waiting == nil ? $0.step.at <= latest : $0.step.at < latest }
        return due.sorted { a, b in
            (a.step.at, a.clock.key, a.step.number) < (b.step.at, b.clock.key, b.step.number)
        }.map { event($0.clock, $0.step) }
    }

    private func event(_ clock: Clock, _ step: Clock.Step) -> Event {
        let about = (step.kind == .target ? clock.target : clock.limit) ?? step.at
        var fired = ClockFired(
            profile: clock.profile, clock: clock.rule, step: step.number, due: about.microseconds)
        switch step.kind {
        case .target: return .targetPassed(fired)
        case .warning: return .warned(fired)
        case .limit: return .missed(fired)
        case .escalation(let escalation):
            fired.to = escalation.to
            fired.act = escalation.act
            return .escalated(fired)
        }
    }
}
