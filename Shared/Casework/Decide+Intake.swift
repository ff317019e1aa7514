import WorkingTime

/// A registration never fails for what the complaint says (R-IN-11, R-IN-12), only for what cannot be.
func register(
    _ registered: Registered, earlier: Int64?, on file: Case?, under policy: Policy, facts: Facts, now: Moment
) throws(Refusal) -> [Event] {
    guard file == nil else { throw .alreadyRegistered }
    if let happened = registered.happened, happened > now.microseconds { throw .inFuture }
    if let region = registered.region, facts.directory.regions[region] == nil { throw .unknownRegion(region) }
    var registered = registered
    if !policy.channels.isEmpty, !policy.channels.contains(registered.channel) { registered.unusual = true }
    var events: [Event] = [.registered(registered)]
    // Taken on the telephone, it is accepted with the same breath.
    if policy.accepts == .registration { events.append(.accepted(Accepted(policies: registered.policies))) }
    guard let earlier else { return events }
    return events + [.linked(try checked(Linked(earlier: earlier), of: nil, facts: facts))]
}

/// An earlier case has a lower id, so that whoever locks both locks them in one order.
func checked(_ linked: Linked, of id: Int64?, facts: Facts) throws(Refusal) -> Linked {
    guard id.map({ linked.earlier < $0 }) ?? true, facts.earlierExists == true else { throw .unknownEarlierCase }
    return linked
}

extension Scene {
    /// A case that was accepted already may turn out to be what other schemes govern too: those are pinned then, and count from its
    /// acceptance. None is taken away. Where no limit has a number for what it is now, it needs a date of its own (R-DL-24).
    func classify(_ finding: Finding, _ due: Int64?) throws(Refusal) -> [Event] {
        try require(State.sent.union([.registered, .awaitingJudgement]))
        guard finding.subject != nil else { throw .incomplete("subject") }
        // A mistyped name would keep the complaint from nobody it is about.
        for code in finding.accused where facts.directory.organisations[code] == nil {
            throw .unknownOrganisation(code)
        }
        if let region = finding.region, facts.directory.regions[region] == nil { throw .unknownRegion(region) }
        // Nobody keeps a complaint that turns out to be about himself (R-RT-47).
        let isAboutHandler =
            State.sent.contains(file.state)
            && file.involved.contains { facts.directory.isUnder($0, anyOf: finding.accused) }
        var after = file
        after.apply(.classified(finding), at: now)
        var events: [Event] = [.classified(finding)]
        var governing = policies
        let more = joining(after, beside: policies)
        if file.moment(of: .event(.accepted)) != nil, !more.isEmpty {
            governing += more
            let accepted = Accepted(policies: governing.map(\.version))
            events.append(.accepted(accepted))
            after.apply(.accepted(accepted), at: now)
        }
        if State.sent.contains(file.state), !isAboutHandler { events += try dates(due, for: after, under: governing) }
        return events
            + (isAboutHandler ? [.judgementRequested(JudgementRequested(reason: "conflict_of_interest"))] : [])
    }

    /// As long as it is worked on; afterwards it is what it was worked on as. Brought by somebody else it may have other limits: where
    /// none of them has a number it needs a date of its own, as when it is found to be something else (R-DL-24).
    func correct(_ corrected: Corrected, _ due: Int64?) throws(Refusal) -> [Event] {
        guard !file.state.isFinal else { throw .notNow(file.state) }
        guard corrected != Corrected() else { throw .incomplete("payload") }
        if let region = corrected.region, facts.directory.regions[region] == nil { throw .unknownRegion(region) }
        guard State.sent.contains(file.state) else { return [.corrected(corrected)] }
        var after = file
        after.apply(.corrected(corrected), at: now)
        return [.corrected(corrected)] + (try dates(due, for: after, under: policies))
    }

    func link(_ linked: Linked) throws(Refusal) -> [Event] {
        guard !file.state.isFinal || file.state == .closed else { throw .notNow(file.state) }
        return [.linked(try checked(linked, of: file.id, facts: facts))]
    }

    func requestJudgement(_ request: JudgementRequested) throws(Refusal) -> [Event] {
        try require([.registered, .classified, .reopened])
        return [.judgementRequested(request)]
    }

    func accept() throws(Refusal) -> [Event] {
        try require([.classified, .awaitingJudgement])
        guard file.moment(of: .event(.accepted)) == nil else { throw .notNow(file.state) }
        return [acceptance(of: file)]
    }

    func dispatch(_ dispatched: Dispatched) throws(Refusal) -> [Event] {
        try require(State.undecided.union([.classified, .reopened]))
        if let step = policy.sendsAfter, file.round == 1, file.moment(of: .event(step)) == nil {
            throw .incomplete(step.rawValue)
        }
        // Whoever sends on what the scheme wants to wait for says why.
        if case .account = by, dispatched.note == nil, file.state == .awaitingJudgement,
            case .judgement(_, wantsNote: true)? = policy.leadRules.first(where: { $0.when.holds(for: file) })?.then
        {
            throw .incomplete("note")
        }
        for code in [dispatched.lead] + dispatched.helpers {
            try requireCompetence(of: code)
        }
        guard Set([dispatched.lead] + dispatched.helpers).count == dispatched.helpers.count + 1 else {
            throw .incomplete("helpers")
        }
        let isAccepted = file.moment(of: .event(.accepted)) != nil
        let events: [Event] = isAccepted ? [] : [acceptance(of: file)]
        // Under the policies that hold from acceptance on, a case that is exempt from a limit needs a date of its own.
        let governing = isAccepted ? policies : accepting(file)
        var after = file
        for event in events { after.apply(event, at: now) }
        after.apply(.dispatched(dispatched), at: now)
        do throws(Refusal) {
            return events + (try dates(dispatched.due, for: after, under: governing)) + [.dispatched(dispatched)]
        } catch {
            // A rule knows no date; whoever may set one does, also for a case that comes back (R-DL-24).
            guard case .service = by, error == .incomplete("due"), file.state != .awaitingJudgement else { throw error }
            return try requestJudgement(JudgementRequested(reason: "date_first"))
        }
    }

    /// The date of each limit without a number that begins with what happens now.
    private func dates(_ due: Int64?, for after: Case, under governing: [Policy]) throws(Refusal) -> [Event] {
        if let due, due <= now.microseconds || due > Moment.bounds.upperBound.microseconds { throw .incomplete("due") }
        var events: [Event] = []
        for policy in governing {
            for rule in policy.clocks where rule.isManual && rule.applies(to: after) {
                let isRunning =
                    file.course.ends[clockKey(policy.version.profile, rule.name)] != nil && rule.applies(to: file)
                if due == nil, isRunning, State.sent.contains(file.state) { continue }
                guard let due else { throw .incomplete("due") }
                events.append(.limitSet(LimitSet(profile: policy.version.profile, clock: rule.name, due: due)))
            }
        }
        return events
    }

    func redirect(_ redirected: Redirected) throws(Refusal) -> [Event] {
        try require([.classified, .awaitingJudgement])
        guard policy.transferMode == .tellOnly else { throw .againstPolicy("transfer") }
        guard facts.directory.organisations[redirected.to]?.isDisabled == false else {
            throw .unknownOrganisation(redirected.to)
        }
        return [.redirected(redirected)]
    }

    func refuse(_ refused: Refused) throws(Refusal) -> [Event] {
        try require([.classified, .awaitingJudgement])
        guard policy.refuse.contains(refused.ground) else { throw .againstPolicy("refuse") }
        if let to = refused.to, facts.directory.organisations[to]?.isDisabled != false {
            throw .unknownOrganisation(to)
        }
        return [.refused(refused)]
    }

    /// The policies that hold from acceptance on: the newest versions of those that apply, the leading one first.
    private func accepting(_ file: Case) -> [Policy] {
        let lead = facts.newest.first { $0.version.profile == policy.version.profile } ?? policy
        return [lead] + joining(file, beside: [lead])
    }

    /// The newest versions of schemes that govern such a case beside `policies`, whose first leads, and are none of them.
    private func joining(_ file: Case, beside policies: [Policy]) -> [Policy] {
        let lead = policies[0].version.profile
        let pinned = Set(policies.map(\.version.profile))
        return facts.newest.filter { other in
            guard let joins = other.joins, !pinned.contains(other.version.profile) else { return false }
            return joins.profiles.contains(lead) && joins.when.holds(for: file)
        }.sorted { $0.version.profile < $1.version.profile }
    }

    /// Answered by whoever runs the line before anybody had it, where the scheme finds that simple enough: it ends with the answer.
    func answerAtOnce(_ answer: AnsweredAtOnce) throws(Refusal) -> [Event] {
        try require([.registered, .classified, .awaitingJudgement])
        // What somebody had already is no simple question.
        guard file.involved.isEmpty else { throw .notNow(file.state) }
        // What was found already is put right by whoever classifies, not with an answer.
        guard let simple = policy.answerAtOnce, let nature = file.nature ?? answer.nature,
            simple.natures.contains(nature)
        else { throw .againstPolicy("answer_at_once") }
        guard let subject = file.subject ?? answer.subject else { throw .incomplete("subject") }
        guard let urgency = file.urgency ?? answer.urgency else { throw .incomplete("urgency") }
        guard answer.note != nil else { throw .incomplete("note") }
        var finding = Finding(nature: nature, subject: subject, urgency: urgency)
        (finding.also, finding.flags, finding.region, finding.accused) = (
            file.also, file.flags, file.region, file.accused
        )
        let isWriting = policy.reply?.writtenFor.contains(file.channel) == true
        let reply = Replied(
            organisation: "centre", to: .complainant, form: isWriting ? "written" : "oral", outcome: "explained",
            note: answer.note)
        let found = file.subject == nil ? try classify(finding, nil) : []
        // It may come back: so all schemes that govern such a case are pinned.
        var after = file
        for event in found { after.apply(event, at: now) }
        let isAccepted = after.moment(of: .event(.accepted)) != nil
        return found + (isAccepted ? [] : [acceptance(of: after)]) + [
            .replied(reply), .closed(Closed(rule: "answer_at_once")),
        ]
    }

    private func acceptance(of file: Case) -> Event { .accepted(Accepted(policies: accepting(file).map(\.version))) }

    /// Nobody works on a complaint about himself or about whoever he reports to (R-RT-47).
    private func requireCompetence(of code: String) throws(Refusal) {
        guard let organisation = facts.directory.organisations[code], organisation.hasInbox,
            !organisation.isDisabled
        else {
            throw .unknownOrganisation(code)
        }
        guard !facts.directory.isUnder(code, anyOf: file.accused) else { throw .conflictOfInterest(code) }
    }
}
