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
    guard file.isContactable else { return .notContactable }
    guard [.replied, .closed].contains(file.state) else { return .notAnswered }
    guard file.course.rated?.by != .complainant else { return .rated }
    let demanded = policies.compactMap(\.callback).first { callers.contains($0.by) && $0.whom.holds(for: file) }
    guard let demanded else { return .notDemanded }
    let calls = file.course.calls(by: demanded.by)
    if calls.isDone { return .done }
    if calls.attempts >= demanded.attempts { return .attemptsUsed(calls.attempts) }
    return demanded.when == .beforeClosing ? .closed : .afterClosing
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
