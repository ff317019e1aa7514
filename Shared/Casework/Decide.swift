import WorkingTime

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
///   - policies: those pinned to the case, or, for a registration, the one that will be. The first one leads.
///   - now: legal time of the command.
/// - Throws: `Refusal`, which costs nothing: no event happens.
package func decide(
    _ command: Command, on file: Case?, under policies: [Policy], facts: Facts, now: Moment
) throws(Refusal) -> Decision {
    guard facts.done.isEmpty else {
        // A service may decide otherwise today; a person who means something else must hear that it did not happen.
        if case .account = command.by, let event = command.order.kind.event,
            !facts.done.contains(where: { $0.kind == event })
        {
            throw .idTaken
        }
        return .happened(facts.done)
    }
    guard let policy = policies.first else { throw .againstPolicy("profile") }
    if case .register(let registered, let earlier) = command.order {
        return .happens(try register(registered, earlier: earlier, on: file, under: policy, facts: facts, now: now))
    }
    guard let file else { throw .unknownCase }
    switch command.seen {
    case .version(let seen): guard seen == file.version else { throw .stale(seen: seen, current: file.version) }
    case .round(let seen): guard seen == file.round else { throw .stale(seen: seen, current: file.round) }
    }
    let scene = Scene(file: file, policies: policies, facts: facts, by: command.by, now: now)
    let absent = try scene.checkDuty(command.order.kind, inPlaceOf: command.absent)
    let ordered = try scene.events(of: command.order).map { $0.signed(by: command.by, inPlaceOf: absent) }
    return .happens(scene.withConsequences(ordered))
}

/// One case, the policies that govern it, and who wants something: what the rules of all orders look at.
struct Scene {
    let file: Case
    let policies: [Policy]
    let facts: Facts
    let by: Actor
    let now: Moment

    /// The policy that leads.
    var policy: Policy { policies[0] }

    /// The first policy, in their order, that says anything about a parameter.
    func first<T>(_ parameter: (Policy) -> T?) -> T? { policies.lazy.compactMap(parameter).first }

    func require(_ states: Set<State>) throws(Refusal) {
        guard states.contains(file.state) else { throw .notNow(file.state) }
    }

    /// What happens by itself is the work of `consequences`; this is what was ordered.
    func events(of order: Order) throws(Refusal) -> [Event] {
        switch order {
        case .register: throw .alreadyRegistered
        case .correct(let corrected, let due): try correct(corrected, due)
        case .classify(let finding, let due): try classify(finding, due)
        case .requestJudgement(let request): try requestJudgement(request)
        case .accept: try accept()
        case .dispatch(let dispatched): try dispatch(dispatched)
        case .handOver(let from): try handOver(from)
        case .redirect(let redirected): try redirect(redirected)
        case .refuse(let refused): try refuse(refused)
        case .link(let linked): try link(linked)
        case .repeat(let other, let count):
            [.repeated(Repeated(by: other, times: file.course.complaints + max(1, count)))]
        case .submit(let submitted): try submit(submitted)
        case .instruct(let instructed): try instruct(instructed)
        case .sign(let signed): try sign(signed)
        case .return(let returned): try sendBack(returned)
        case .dispute(let reason): try dispute(reason)
        case .contact(let contacted): [.contacted(try during(State.handled, contacted))]
        case .visit(let visited): [.visited(try during(State.handled, visited))]
        case .note(let noted): [.noted(try during(State.handled, noted))]
        case .inform(let informed): try inform(informed)
        case .askExtension(let asked): try askExtension(asked)
        case .grantExtension(let due, let means): try grantExtension(due, means)
        case .refuseExtension(let reason): try refuseExtension(reason)
        case .setLimit(let limit): try setLimit(limit)
        case .reply(let reply): try self.reply(reply)
        case .answerAtOnce(let answer): try answerAtOnce(answer)
        case .callBack(let call, let rated): try callBack(call, rated)
        case .rate(let rated): try rate(rated)
        case .applyForReview: try applyForReview()
        case .close(let closed): try close(closed)
        case .withdraw(let withdrawn): try withdraw(withdrawn)
        case .fire: fire()
        case .supervise(let reason): try supervise(reason)
        case .answerSupervision(let answer): try answerSupervision(answer)
        case .reviewSupervision(let review): try reviewSupervision(review)
        case .waiveSupervision(let order, let note): try waiveSupervision(order, note)
        }
    }

    /// The events, and what follows from them by the policies, and from that.
    func withConsequences(_ ordered: [Event]) -> [Event] {
        var scene = self
        var events: [Event] = []
        var waiting = ordered[...]
        while let event = waiting.popFirst() {
            scene = scene.after(event)
            events.append(event)
            // An order to supervise follows from whatever event calls for it; an end is decided when all that was ordered has
            // happened, so that nothing follows twice.
            // One that waits already is not given again, and the next one has the next number.
            let known = waiting.filter { $0.kind == .supervised }.reduce(scene) { $0.after($1) }
            if let order = known.supervision(after: event) { waiting.append(order) }
            if waiting.allSatisfy({ $0.kind == .supervised }) { waiting += scene.ending(after: event) }
        }
        return events
    }

    /// The scene when `event` has happened; acceptance brings the policies that hold from then on.
    private func after(_ event: Event) -> Scene {
        var file = file
        file.apply(event, at: now)
        var policies = policies
        if case .accepted(let accepted) = event {
            policies = accepted.policies.compactMap { version in
                (facts.newest + policies).first { $0.version == version }
            }
        }
        return Scene(file: file, policies: policies, facts: facts, by: by, now: now)
    }

    private func during<Body>(_ states: Set<State>, _ body: Body) throws(Refusal) -> Body {
        try require(states)
        return body
    }
}
