import WorkingTime

/// What organisations do with a case that was sent to them.
extension Scene {
    /// Whether who acts may give such an order: by right, or, where the duty allows deputies, in the place of somebody who is away.
    /// - Returns: in whose place; `nil`: by right.
    func checkDuty(_ kind: Order.Kind, inPlaceOf absent: [Command.Absent]) throws(Refusal) -> Int64? {
        do throws(Refusal) {
            try checkDuty(kind)
            return nil
        } catch {
            guard case .account(let id, let organisation, _) = by, facts.duties.duties[kind]?.isForDeputies == true,
                error != .ownRequest
            else { throw error }
            var refusal = error
            for one in absent {
                let actor = Actor.account(id, organisation: organisation, roles: one.roles)
                let scene = Scene(file: file, policies: policies, facts: facts, by: actor, now: now)
                do throws(Refusal) {
                    try scene.checkDuty(kind)
                    guard kind != .grantExtension || file.course.asked?.account != one.account else {
                        throw .ownRequest
                    }
                    return one.account
                } catch .ownRequest {
                    refusal = .ownRequest
                } catch {}
            }
            throw refusal
        }
    }

    private func checkDuty(_ kind: Order.Kind) throws(Refusal) {
        switch kind {
        case .grantExtension, .refuseExtension:
            try facts.duties.check(by, kind, for: file, centre: centre, role: try askedClock().extend.approver)
        case .supervise, .reviewSupervision, .waiveSupervision:
            // Nobody supervises himself (R-SV-53).
            let actors = facts.directory.codes(withRoles: [first(\.supervise)?.actor].compactMap { $0 })
                .subtracting([file.lead].compactMap(\.self))
            try facts.duties.check(by, kind, for: file, centre: centre, deciders: actors)
        case .dispatch where file.state == .disputed:
            let asked = file.course.dispute.flatMap { deciders.indices.contains($0) ? deciders[$0] : nil }
            // Nobody settles a dispute about himself (R-RT-47): where all who would are complained about, whoever runs the line does.
            let decider = asked.flatMap { isComplainedAbout($0) ? nil : $0 }
            // Who works for the line as a whole settles no dispute that somebody else is to settle.
            if let decider, decider != policy.centre, case .account(_, nil, _) = by { throw .notAllowed(kind.rawValue) }
            try facts.duties.check(
                by, kind, for: file, centre: decider.map { facts.directory.codes(withRoles: [$0]) } ?? centre)
        case .callBack:
            let callers = policies.compactMap { $0.callback?.by }
            try facts.duties.check(
                by, kind, for: file, centre: centre,
                deciders: callers.reduce(into: []) {
                    $0.formUnion($1.organisations(for: file, under: policies, in: facts.directory))
                })
        default: try facts.duties.check(by, kind, for: file, centre: centre)
        }
        try checkSigner(kind)
        // Four eyes.
        if kind == .grantExtension, case .account(let id, _, _) = by, file.course.asked?.account == id {
            throw .ownRequest
        }
    }

    /// An order that names the organisation that acts is given by somebody of it.
    private func checkSigner(_ kind: Order.Kind) throws(Refusal) {
        guard case .account(_, let organisation?, _) = by, kind == .sign, !file.involved.contains(organisation) else {
            return
        }
        throw .notAllowed(kind.rawValue)
    }

    /// Duties of those who settle a dispute, in order. A scheme that joined for its matter knows better than the line's own
    /// (R-RT-20).
    private var deciders: [String] {
        policies.dropFirst().first { !$0.dispute.isEmpty }?.dispute ?? policy.dispute
    }

    /// Organisations that run the line.
    var centre: Set<String> { facts.directory.codes(withRoles: [policy.centre].compactMap { $0 }) }

    /// A case of an organisation that is no more goes to its successor as it stands. What that one may not have (R-RT-47), or nobody
    /// succeeds to, a person decides anew.
    func handOver(_ from: String) throws(Refusal) -> [Event] {
        guard facts.directory.organisations[from]?.isDisabled == true else { throw .unknownOrganisation(from) }
        try require(State.handled.union([.replied, .closed]))
        guard file.involved.contains(from) else { throw .nothingRunning("hand_over") }
        let heir = facts.directory.heir(of: from).flatMap { heir in
            heir.hasInbox && !facts.directory.isUnder(heir.code, anyOf: file.accused) ? heir.code : nil
        }
        guard heir == nil, from == file.lead else { return [.handedOver(HandedOver(from: from, to: heir))] }
        guard file.state != .closed else { throw .notNow(.closed) }
        return [.judgementRequested(JudgementRequested(reason: "organisation_disabled"))]
    }

    func submit(_ submitted: Submitted) throws(Refusal) -> [Event] {
        guard !file.state.isFinal, file.moment(of: .event(.submitted)) == nil else { throw .notNow(file.state) }
        return [.submitted(submitted)]
    }

    func instruct(_ instructed: Instructed) throws(Refusal) -> [Event] {
        guard !file.state.isFinal else { throw .notNow(file.state) }
        return [.instructed(instructed)]
    }

    func sign(_ signed: Signed) throws(Refusal) -> [Event] {
        try require(State.handled)
        guard file.involved.contains(signed.organisation) else { throw .notAllowed("sign") }
        guard !file.course.signed.contains(signed.organisation) else { throw .notNow(file.state) }
        return [.signed(signed)]
    }

    private func isComplainedAbout(_ duty: String) -> Bool {
        let holders = facts.directory.organisations(withRole: duty)
        return !holders.isEmpty && holders.allSatisfy { facts.directory.isUnder($0.code, anyOf: file.accused) }
    }

    /// In time back to whoever sent it; too late, the organisation keeps it (E-14). One return too many is a dispute
    /// (R-RT-48).
    func sendBack(_ returned: Returned) throws(Refusal) -> [Event] {
        try require(State.handled)
        guard let returns = first(\.returns) else { throw .againstPolicy("return") }
        // Who was named by whoever settles disputes brings it before the next of them, or keeps it.
        guard file.course.bound == nil || file.course.bound != file.lead else { throw .againstPolicy("dispute") }
        if let limit = returns.limit, let sent = file.moment(of: .event(.dispatched)) {
            guard let end = try? due(from: sent, limit, counting: policy.calendar, on: facts.calendar).moment,
                now <= end
            else { throw .expired }
        }
        guard file.course.returns >= returns.most, !deciders.isEmpty else { return [.returned(returned)] }
        return [.returned(returned), disputed(returned.reason, step: min(nextStep, deciders.count - 1))]
    }

    func dispute(_ reason: String) throws(Refusal) -> [Event] {
        try require(State.handled)
        guard !deciders.isEmpty else { throw .againstPolicy("dispute") }
        let step = nextStep
        guard step < deciders.count else { throw .overCap("dispute") }
        return [disputed(reason, step: step)]
    }

    /// Of the deciders, who is asked next.
    private var nextStep: Int { file.course.dispute.map { $0 + 1 } ?? 0 }

    private func disputed(_ reason: String, step: Int) -> Event {
        .disputed(
            Disputed(
                reason: reason, step: step, decider: deciders.indices.contains(step) ? deciders[step] : nil)
        )
    }

    func inform(_ informed: Informed) throws(Refusal) -> [Event] {
        // Proof that a message came is no wish: it came, wherever the case stands by now.
        if case .service = by { return [.informed(informed)] }
        var states = State.handled.union([.replied, .closed, .disputed, .returned])
        // That it is accepted, or must be written first, may be told before it is known who answers.
        if [.acceptance, .writing].contains(informed.what) {
            states.formUnion([.registered, .classified, .awaitingJudgement])
        }
        try require(states)
        return [.informed(informed)]
    }

    /// One answer, by the organisation that leads (E-17), in the form that the policies demand.
    func reply(_ reply: Replied) throws(Refusal) -> [Event] {
        try require([.signed])
        for demand in policies.compactMap(\.reply) {
            // Its limits end with what the complainant hears, not with what the centre does.
            if demand.to == .complainant, reply.to != .complainant { throw .incomplete("to") }
            let isWriting = demand.writtenFor.contains(file.channel) || demand.writtenWhen?.holds(for: file) == true
            if isWriting, reply.form != "written" { throw .incomplete("form") }
            // R-HD-26: said to be there, and something is there.
            let hasPhoto = reply.photo == true && reply.attachments?.isEmpty == false
            if demand.photoWhen?.holds(for: file) == true, !hasPhoto { throw .incomplete("photo") }
            if demand.contactFirst, file.course.isContactable, !wasInTouch { throw .incomplete("contact") }
        }
        return [.replied(reply)]
    }

    var wasInTouch: Bool {
        [Event.Kind.contacted, .visited].contains { file.moment(of: .event($0)) != nil }
    }

    func withdraw(_ withdrawn: Withdrawn) throws(Refusal) -> [Event] {
        guard !file.state.isFinal else { throw .notNow(file.state) }
        return [.withdrawn(withdrawn)]
    }
}
