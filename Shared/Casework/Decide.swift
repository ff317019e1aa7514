import WorkingTime

/// What a rule has to know beyond the case, loaded by the caller after the case was locked.
package struct Facts: Sendable {
    /// What this very command did when it came before; empty if it never came.
    package var done: [Event]
    /// Whether the earlier case that the command speaks of exists; `nil` if it speaks of none.
    package var earlierExists: Bool?
    package var directory: Directory

    package init(done: [Event] = [], earlierExists: Bool? = nil, directory: Directory) {
        self.done = done
        self.earlierExists = earlierExists
        self.directory = directory
    }
}

/// What became of a command.
package enum Decision: Sendable, Equatable {
    /// These events happen now.
    case happens([Event])
    /// It came before and did this; nothing happens again.
    case happened([Event])
}

/// Decides a command. Pure: the same arguments give the same decision.
///
/// - Parameters:
///   - file: the case as it stands; `nil` if there is none.
///   - policy: the policy pinned to the case, or, for a registration, the one that will be.
///   - now: legal time, read once after the locks.
/// - Throws: `Refusal`, which costs nothing: no event happens.
package func decide(
    _ command: Command, on file: Case?, under policy: Policy, facts: Facts, now: Moment
) throws(Refusal) -> Decision {
    guard facts.done.isEmpty else { return .happened(facts.done) }
    if case .register(let registered, let earlier) = command.order {
        return .happens(try register(registered, earlier: earlier, on: file, under: policy, facts: facts, now: now))
    }
    guard let file else { throw .unknownCase }
    guard command.seen == file.version else { throw .stale(seen: command.seen, current: file.version) }
    switch command.order {
    case .register:
        throw .alreadyRegistered
    case .classify(let finding):
        try require(file, in: [.registered, .awaitingJudgement])
        guard finding.subject != nil else { throw .incomplete("subject") }
        return .happens([.classified(finding)])
    case .requestJudgement(let request):
        try require(file, in: [.registered, .classified])
        return .happens([.judgementRequested(request)])
    case .dispatch(let dispatched):
        try require(file, in: [.classified, .awaitingJudgement])
        for code in [dispatched.lead] + dispatched.helpers {
            try requireCompetence(of: code, for: file, in: facts.directory)
        }
        guard Set([dispatched.lead] + dispatched.helpers).count == dispatched.helpers.count + 1 else {
            throw .incomplete("helpers")
        }
        return .happens([.dispatched(dispatched)])
    case .redirect(let redirected):
        try require(file, in: [.classified, .awaitingJudgement])
        guard policy.transferMode == .tellOnly else { throw .againstPolicy("transfer") }
        guard facts.directory.organisations[redirected.to] != nil else { throw .unknownOrganisation(redirected.to) }
        return .happens([.redirected(redirected)])
    case .refuse(let refused):
        try require(file, in: [.classified, .awaitingJudgement])
        guard policy.refuse.contains(refused.ground) else { throw .againstPolicy("refuse") }
        if let to = refused.to, facts.directory.organisations[to] == nil { throw .unknownOrganisation(to) }
        return .happens([.refused(refused)])
    case .link(let linked):
        return .happens([.linked(try checked(linked, of: file.id, facts: facts))])
    }
}

/// A registration never fails for what the complaint says (R-IN-11, R-IN-12), only for what cannot be.
private func register(
    _ registered: Registered, earlier: Int64?, on file: Case?, under policy: Policy, facts: Facts, now: Moment
) throws(Refusal) -> [Event] {
    guard file == nil else { throw .alreadyRegistered }
    if let happened = registered.happened, happened > now.microseconds { throw .inFuture }
    if let region = registered.region, facts.directory.regions[region] == nil { throw .unknownRegion(region) }
    var registered = registered
    if !policy.channels.isEmpty, !policy.channels.contains(registered.channel) { registered.unusual = true }
    guard let earlier else { return [.registered(registered)] }
    return [.registered(registered), .linked(try checked(Linked(earlier: earlier), of: nil, facts: facts))]
}

private func checked(_ linked: Linked, of id: Int64?, facts: Facts) throws(Refusal) -> Linked {
    guard linked.earlier != id, facts.earlierExists == true else { throw .unknownEarlierCase }
    return linked
}

private func require(_ file: Case, in states: Set<State>) throws(Refusal) {
    guard states.contains(file.state) else { throw .notNow(file.state) }
}

/// Nobody works on a complaint about himself or about whoever he reports to (R-RT-47).
private func requireCompetence(of code: String, for file: Case, in directory: Directory) throws(Refusal) {
    guard let organisation = directory.organisations[code], organisation.hasInbox else {
        throw .unknownOrganisation(code)
    }
    guard !directory.isUnder(code, anyOf: file.accused) else { throw .conflictOfInterest(code) }
}
