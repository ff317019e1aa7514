import WorkingTime

/// Why somebody need not, or must not, call back now.
package enum NoCallback: Sendable, Equatable {
    /// Anonymous, or nobody knows how to reach the complainant (R-CB-02, R-CB-32).
    case notContactable
    /// There is no result to ask about yet.
    case notAnswered
    /// No scheme that governs the case wants this caller to call, or not this complainant.
    case notDemanded
    /// The complainant rated with number and query code: there is nothing left to ask.
    case rated
    /// The complainant was reached in this round, and spoke or would not.
    case done
    /// So many were made in vain in this round.
    case attemptsUsed(Int)
    /// Before closing it would have been time; the case is closed.
    case closed
    /// After closing; another callback, before closing, comes first.
    case afterClosing
    /// An attempt in vain does not count before this moment; one that reaches somebody does.
    case tooSoon(Moment)

    /// A stable word.
    package var code: String {
        switch self {
        case .notContactable: "not_contactable"
        case .notAnswered: "not_answered"
        case .notDemanded: "not_demanded"
        case .rated: "rated"
        case .done: "done"
        case .attemptsUsed: "attempts_used"
        case .closed: "closed"
        case .afterClosing: "after_closing"
        case .tooSoon: "too_soon"
        }
    }
}

/// Why none of `callers` owes a callback that may be tried now; `nil`: one does.
package func whyNoCallback(
    of file: Case, by callers: [Callback.Caller], under policies: [Policy], on calendar: WorkCalendar, now: Moment
) -> NoCallback? {
    if let owed = callbacks(of: file, under: policies, on: calendar).first(where: { callers.contains($0.by) }) {
        return owed.attempts > 0 && now < owed.from ? .tooSoon(owed.from) : nil
    }
    let reasons = callers.compactMap { caller in
        policies.callback(by: caller).flatMap { why(not: $0.callback, for: file, under: policies) }
    }
    return reasons.first { $0 != .notDemanded } ?? whyNobodyIsAsked(file) ?? .notDemanded
}

/// Why nobody need call, whoever it is.
private func whyNobodyIsAsked(_ file: Case) -> NoCallback? {
    guard file.isContactable else { return .notContactable }
    guard [.replied, .closed].contains(file.state) else { return .notAnswered }
    return file.course.rated?.by == .complainant ? .rated : nil
}

/// Why a callback is not owed; `nil`: it is time, the policy means this complainant, and nobody has said enough yet.
private func why(not callback: Callback, for file: Case, under policies: [Policy]) -> NoCallback? {
    if let reason = whyNobodyIsAsked(file) { return reason }
    guard callback.whom.holds(for: file), callback.by != .handler || file.lead != nil else { return .notDemanded }
    let calls = file.course.calls(by: callback.by)
    if calls.isDone { return .done }
    if calls.attempts >= callback.attempts { return .attemptsUsed(calls.attempts) }
    switch callback.when {
    case .beforeClosing: return file.state == .replied ? nil : .closed
    case .afterClosing: return file.state == .closed || !isOwedBeforeClosing(file, policies) ? nil : .afterClosing
    }
}

/// Whether somebody must still call.
func isOwed(_ callback: Callback, for file: Case, under policies: [Policy]) -> Bool {
    why(not: callback, for: file, under: policies) == nil
}

/// Whether a callback keeps the case from being closed.
func isOwedBeforeClosing(_ file: Case, _ policies: [Policy]) -> Bool {
    Callback.Caller.allCases.contains { caller in
        policies.callback(by: caller).map { _, callback in
            callback.when == .beforeClosing && isOwed(callback, for: file, under: policies)
        } ?? false
    }
}

/// For whom the people of `organisation` call: the line, the organisation that leads, or both where the line answers itself.
/// - Parameter organisation: `nil`: they work for the line as a whole.
package func callers(
    _ organisation: String?, for file: Case, under policies: [Policy], in directory: Directory
) -> [Callback.Caller] {
    guard let organisation else { return [.centre] }
    return Callback.Caller.allCases.filter {
        $0.organisations(for: file, under: policies, in: directory).contains(organisation)
    }
}

extension Callback.Caller {
    /// Whose people call.
    func organisations(for file: Case, under policies: [Policy], in directory: Directory) -> Set<String> {
        switch self {
        case .handler: Set([file.lead].compactMap(\.self))
        case .centre: directory.codes(withRoles: [policies.first?.centre].compactMap(\.self))
        }
    }
}
