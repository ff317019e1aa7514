import WorkingTime

/// A limit of one case that runs now.
///
/// Derived, never stored by itself: the same case under the same policies has the same clocks. So they cannot be forgotten
/// when a rule, an extension or a reopening changes what is due.
package struct Clock: Sendable, Equatable {
    package let profile: String
    /// Name of the profile's rule; `supervision:` and the order's number for an order.
    package let rule: String
    package let step: String
    package let from: Moment
    /// The source names no start; counted from receipt (R-DL-61).
    package let isAssumed: Bool
    package let target: Moment?
    /// `nil`: only a target, or no number at all (`now`).
    package let limit: Moment?
    /// Steps that have not been fired, in order of time.
    package let steps: [Step]
    /// The calendar does not reach so far: something of it is not known yet, and is counted when a longer one is put. What is known
    /// fires.
    package let isUncounted: Bool

    /// Number of the step that is the limit.
    static let limitStep = 1
    /// Number of the step that is the target.
    static let targetStep = 0

    package var key: String { clockKey(profile, rule) }
    /// When something must happen next.
    package var next: Moment? { steps.first?.at }

    /// What fires at a moment.
    package struct Step: Sendable, Equatable {
        /// Place in the rule's fixed order: target 0, limit 1, warnings from 10, escalations from 100.
        package let number: Int
        package let at: Moment
        package let kind: Kind

        package enum Kind: Sendable, Equatable {
            case target
            case warning
            case limit
            case escalation(ClockRule.Escalation)
        }
    }
}

/// The clocks of a case that run now, under each policy that applies to it; each limit is kept, the earliest drives
/// alerts (R-DL-54). What begins with the conclusion, and a supervision order, outlive the closing; nothing else does.
package func clocks(of file: Case, under policies: [Policy], on calendar: WorkCalendar) -> [Clock] {
    guard file.state != .withdrawn, file.state != .redirected, file.state != .refused else { return [] }
    var clocks: [Clock] = []
    for policy in policies {
        for rule in policy.clocks where rule.applies(to: file) && (file.state != .closed || rule.from == .concluded) {
            if let clock = clock(rule, of: file, under: policy, on: calendar) { clocks.append(clock) }
        }
    }
    return clocks + supervisionClocks(of: file, under: policies)
}

/// When the case must be closed at the latest, whether it was answered meanwhile or not: the first of the limits of step `close` that
/// were counted in this round; `nil`: there is none.
func closingLimit(of file: Case, under policies: [Policy], on calendar: WorkCalendar) -> Moment? {
    policies.flatMap { policy in
        policy.clocks.filter { $0.step == ClockRule.closing && $0.governs(file) }
            .compactMap { clock($0, of: file, under: policy, on: calendar)?.limit }
    }.min()
}

extension ClockFired {
    /// Whether it is an order to supervise that it is about.
    var isOfOrder: Bool { clock.hasPrefix(Course.Order.rule) }
}

extension ClockRule {
    /// Whether it runs for the case now: it holds for it and has not ended.
    func applies(to file: Case) -> Bool {
        let begun = start(for: file) ?? Moment(microseconds: 0)
        let isOver = until.contains { code in file.course.marks[code].map { $0 >= begun.microseconds } ?? false }
        return !isOver && governs(file)
    }

    /// Whether it has begun in this round and is meant for such a case; it may have ended.
    func governs(_ file: Case) -> Bool {
        guard again || file.round == 1, file.moment(of: from.mark) != nil else { return false }
        return when.holds(for: file) && unless?.holds(for: file) != true
    }

    /// When it begins: with its anchor, in later rounds with the reopening if that came after it.
    func start(for file: Case) -> Moment? {
        guard let anchor = file.moment(of: from.mark) else { return nil }
        guard file.round > 1, let reopened = file.moment(of: .event(.reopened)) else { return anchor }
        return max(anchor, reopened)
    }
}

extension [Policy] {
    /// Whether what fired belongs to a limit of step `close`: missing such a one is being late.
    func closes(_ fired: ClockFired) -> Bool { missed(fired, isOf: [ClockRule.closing]) }

    /// Whether what fired belongs to a limit of one of these steps.
    func missed(_ fired: ClockFired, isOf steps: [String]) -> Bool {
        let policy = first { $0.version.profile == fired.profile }
        return policy?.clocks.first { $0.name == fired.clock }.map { steps.contains($0.step) } ?? false
    }
}

private func clock(_ rule: ClockRule, of file: Case, under policy: Policy, on calendar: WorkCalendar) -> Clock? {
    guard let start = rule.start(for: file) else { return nil }
    let key = clockKey(policy.version.profile, rule.name)
    // Each by itself: that an escalation lies beyond the calendar takes no limit away.
    var isUncounted = false
    func end(_ limit: Limit, from start: Moment = start) -> Moment? {
        guard let due = try? due(from: start, limit, counting: policy.calendar, on: calendar) else {
            isUncounted = true
            return nil
        }
        return due.moment
    }
    func made(
        _ target: Moment?, _ limit: Moment?, _ steps: [Clock.Step], from start: Moment = start
    ) -> Clock {
        let fired = Set(file.course.fired[key] ?? [])
        return Clock(
            profile: policy.version.profile, rule: rule.name, step: rule.step, from: start,
            isAssumed: rule.from == .notStated, target: target, limit: limit,
            steps: steps.filter { !fired.contains($0.number) }.sorted { ($0.at, $0.number) < ($1.at, $1.number) },
            isUncounted: isUncounted)
    }
    // "At once" sets no figure to be late by: whoever must act is told at once; he who has the case already, as soon as it is
    // known what it is (E-18).
    if rule.limit == .now {
        var start = start
        if let known = file.moment(of: .event(.classified)), let sent = file.moment(of: .event(.dispatched)),
            known > sent
        {
            start = max(start, known)
        }
        return made(nil, nil, [Clock.Step(number: 10, at: start, kind: .warning)], from: start)
    }
    var steps: [Clock.Step] = []
    let target = rule.target.flatMap { end($0) }
    if let target { steps.append(.init(number: Clock.targetStep, at: target.justAfter, kind: .target)) }
    let limit = file.course.ends[key].map(Moment.init(microseconds:)) ?? rule.limit.flatMap { end($0) }
    guard let limit else { return target == nil && !isUncounted ? nil : made(target, nil, steps) }
    for (index, offset) in rule.warn.enumerated() {
        guard let at = try? before(limit, by: offset, on: calendar) else {
            isUncounted = true
            continue
        }
        // What it warned of before it was extended has been said.
        if let granted = file.moment(of: .event(.extensionGranted)), file.course.extensions[key] != nil, at <= granted {
            continue
        }
        steps.append(.init(number: 10 + index, at: max(at, start), kind: .warning))
    }
    steps.append(.init(number: Clock.limitStep, at: limit.justAfter, kind: .limit))
    for (index, escalation) in rule.escalate.enumerated() {
        guard let at = end(escalation.after, from: limit) else { continue }
        steps.append(.init(number: 100 + index, at: max(at, limit.justAfter), kind: .escalation(escalation)))
    }
    return made(target, limit, steps)
}

/// Each open supervision order has the end that was set with it.
private func supervisionClocks(of file: Case, under policies: [Policy]) -> [Clock] {
    guard let policy = policies.first(where: { $0.supervise != nil }) else { return [] }
    return file.course.orders.filter { !$0.isEnded && !$0.isAnswered }.map { order in
        let due = Moment(microseconds: order.due)
        let fired = file.course.fired[clockKey(policy.version.profile, order.clock)] ?? []
        return Clock(
            profile: policy.version.profile, rule: order.clock, step: "supervise",
            from: file.moment(of: .event(.supervised)) ?? due, isAssumed: false, target: nil, limit: due,
            steps: fired.contains(Clock.limitStep)
                ? [] : [.init(number: Clock.limitStep, at: due.justAfter, kind: .limit)], isUncounted: false)
    }
}

extension Moment {
    /// A limit's last moment is in time; it is missed the microsecond after.
    fileprivate var justAfter: Moment { Moment(microseconds: microseconds + 1) }
}
