/// Who must answer: the first of the policy's ordered rules that holds and finds somebody (分级负责、属地办理).
///
/// Nobody who is complained about, and nobody who reports to him, is ever found (R-RT-47). Where no rule finds anybody
/// a person decides.
package func route(_ file: Case, under policy: Policy, in directory: Directory) -> Order {
    // A case that comes back goes to whoever had it, by whatever rule or person that was decided.
    if file.state == .reopened, let lead = file.lead.flatMap({ directory.heir(of: $0)?.code }),
        !directory.isUnder(lead, anyOf: file.accused)
    {
        let helpers = file.helpers.compactMap { directory.heir(of: $0)?.code }.reduce(into: [String]()) { list, code in
            if code != lead, !list.contains(code) { list.append(code) }
        }
        return .dispatch(Dispatched(lead: lead, helpers: helpers))
    }
    var excluded = false
    for rule in policy.leadRules where rule.when.holds(for: file) {
        switch rule.then {
        case .dispatch(let target, let wantsHelpers):
            let able = candidates(target, subject: file.subject, for: file, in: directory).filter(\.hasInbox)
            guard let lead = able.first(where: { !directory.isUnder($0.code, anyOf: file.accused) }) else {
                excluded = excluded || !able.isEmpty
                continue
            }
            let helpers = wantsHelpers ? helpers(beside: lead.code, target, for: file, in: directory) : []
            return .dispatch(Dispatched(lead: lead.code, helpers: helpers, rule: rule.name))
        case .redirect(let target, let reason, _):
            guard let place = alternative(target, for: file, in: directory) else { continue }
            return .redirect(Redirected(to: place, reason: reason, rule: rule.name))
        case .refuse(let ground, let target, let reason, _):
            let place = target.flatMap { alternative($0, for: file, in: directory) }
            guard place != nil || target == nil else { continue }
            return .refuse(Refused(ground: ground, reason: reason, to: place, rule: rule.name))
        case .judgement(let reason, _):
            return .requestJudgement(JudgementRequested(reason: reason))
        }
    }
    return .requestJudgement(
        JudgementRequested(reason: excluded ? "conflict_of_interest" : "no_competent_organisation"))
}

private func candidates(
    _ target: LeadRule.Target, subject: String?, for file: Case, in directory: Directory
) -> [Directory.Organisation] {
    let found =
        if let role = target.role {
            directory.organisations(withRole: role)
        } else if let subject {
            directory.answering(for: subject, in: file.region)
        } else {
            [Directory.Organisation]()
        }
    return found.filter { target.level == nil || $0.level == target.level }
}

/// Who answers for the further subjects; everyone once, never the lead, nobody complained about.
private func helpers(
    beside lead: String, _ target: LeadRule.Target, for file: Case, in directory: Directory
) -> [String] {
    var helpers: [String] = []
    for subject in file.also {
        let next = candidates(LeadRule.Target(level: target.level), subject: subject, for: file, in: directory).first {
            $0.hasInbox && $0.code != lead && !helpers.contains($0.code)
                && !directory.isUnder($0.code, anyOf: file.accused)
        }
        if let next { helpers.append(next.code) }
    }
    return helpers
}

private func alternative(_ target: LeadRule.Target, for file: Case, in directory: Directory) -> String? {
    candidates(target, subject: file.subject, for: file, in: directory)
        .first { !directory.isUnder($0.code, anyOf: file.accused) }?.code
}
