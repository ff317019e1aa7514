import Casework
import CaseStore
import Classifying
import Policies
import WorkingTime

/// What the rules would make of what an operator has typed so far: what it is, and the limits that would run.
struct Suggestion {
    let finding: Finding
    /// The rules would decide so; else a person will.
    let isSure: Bool
    /// Rules of clocks and their ends, the earliest first.
    let limits: [(title: String, end: Moment)]
    /// Not of the profile's usual urgency.
    let isUrgent: Bool

    /// `nil` where nothing can be said: a line without words, or nothing that a word stands in.
    init?(_ complaint: Complaint, registered: Registered, by classifier: Classifier, rules: Rulebook, now: Moment) {
        let result = classifier.find(complaint)
        var file = Case(id: 1, registered: registered, at: now)
        guard let profile = try? rules.profile(of: file), let usual = profile.classification?.urgency.standard else {
            return nil
        }
        finding = result.finding
        isSure = if case .sure = result { true } else { false }
        isUrgent = finding.urgency != usual
        guard isSure || isUrgent || finding.reasons.contains(where: { $0.about == "subject" }) else { return nil }
        // As if it were classified and accepted now.
        file.apply(.classified(finding), at: now)
        let accept = Command(id: "suggestion", seen: .version(file.version), by: .service("intake"), order: .accept)
        if case .happens(let events)? = try? decide(
            accept, on: file, under: [profile.policy], facts: rules.facts, now: now)
        {
            for event in events { file.apply(event, at: now) }
        }
        let policies = (try? rules.policies(of: file)) ?? []
        limits = clocks(of: file, under: policies, on: rules.calendar).compactMap { clock in
            let rule = policies.first { $0.version.profile == clock.profile }?.clocks.first { $0.name == clock.rule }
            return clock.limit.flatMap { limit in rule.map { ($0.title, limit) } }
        }.sorted { $0.1 < $1.1 }
    }
}

/// An open case that is like what an operator types.
struct LikeCase {
    let number: CaseNumber
    /// Per mille.
    let likeness: Int
    /// What both texts say, the longest first.
    let common: [String]
    let state: State
    let subject: String?
    let policy: Policy.Version
    let region: String?
    let lead: String?
    let registered: Moment
}
