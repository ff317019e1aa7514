import CaseStore
import Casework
import Policies
import WorkingTime

/// What a notice says. Codes, dates and titles alone: nothing that anybody typed.
struct NoticeWords {
    let rules: Rulebook
    /// Where citizens look up their cases.
    let publicURL: String?

    /// - Returns: title and text; `nil` if there is no such kind any more, or it lacks what it must say.
    func words(of claim: NoticeStore.Claim) throws -> (title: String, text: String)? {
        guard let kind = rules.notices[claim.kind] else { return nil }
        return try kind.text.filled(values(of: claim)).map { (kind.title, $0) }
    }

    private func values(of claim: NoticeStore.Claim) throws -> [NoticeText.Value: String] {
        let file = claim.file
        var values: [NoticeText.Value: String] = [.number: CaseNumber(id: claim.caseID).description]
        values[.code] = claim.contact?.code?.description
        values[.url] = publicURL
        values[.organisation] = file.lead.map { rules.directory.organisations[$0]?.title ?? $0 }
        let policies = try rules.policies(of: file)
        switch claim.event {
        case .redirected(let redirected):
            values[.reason] = policies.first?.notice(ofRule: redirected.rule) ?? title(redirected.reason)
            values[.to] = office(redirected.to)
        case .refused(let refused):
            values[.reason] = policies.first?.notice(ofRule: refused.rule) ?? title(refused.reason)
            values[.to] = refused.to.map(office)
        case .extensionGranted(let granted):
            values[.reason] = claim.delay.flatMap(title)
            values[.due] = Moment(microseconds: granted.due).readable
        case .dispatched(let dispatched):
            values[.organisation] = rules.directory.organisations[dispatched.lead]?.title ?? dispatched.lead
            values[.due] = limit(of: file, under: policies)?.readable
        default: break
        }
        return values
    }

    /// The earliest end of the handling that runs.
    private func limit(of file: Case, under policies: [Policy]) -> Moment? {
        clocks(of: file, under: policies, on: rules.calendar).filter { $0.step == ClockRule.closing }
            .compactMap(\.limit).min()
    }

    private func office(_ code: String) -> String {
        guard let known = rules.directory.organisations[code] else { return code }
        return known.contact.isEmpty ? known.title : "\(known.title)（\(known.contact)）"
    }

    /// `nil` for a code that has none: it would say nothing to anybody.
    private func title(_ code: String) -> String? {
        let title = KnownCodes.title(of: code)
        return title == code ? nil : title
    }
}
