/// A topic that something goes to.
package enum Destination: Sendable, Hashable {
    /// Every event, for the central services.
    case cases
    /// What concerns one organisation.
    case inbox(String)
    /// What the central office watches: missed limits, supervision, disputes.
    case escalations
    /// The daily digests of all chains; of no event.
    case digests

    /// The topic's name.
    package var topic: String {
        switch self {
        case .cases: "jiesu.cases"
        case .inbox(let organisation): "jiesu.inbox.\(organisation)"
        case .escalations: "jiesu.escalations"
        case .digests: "jiesu.digests"
        }
    }

    /// Where `event` goes, given the case before and after it. Decided once, when it is appended, and kept with it.
    ///
    /// Whoever works on a case learns of all that happens to it; whoever loses it learns that, and nothing more. An organisation that
    /// the case turns out to be about, and whoever reports to it, learns nothing at all (R-RT-47).
    package static func all(
        of event: Event, before: Case?, after: Case, in directory: Directory
    ) -> [Destination] {
        var organisations = after.involved
        for one in before?.involved ?? [] where !organisations.contains(one) { organisations.append(one) }
        if !after.accused.isEmpty { organisations.removeAll { directory.isUnder($0, anyOf: after.accused) } }
        return [.cases] + organisations.map(inbox) + (event.kind.concernsCentre ? [.escalations] : [])
    }
}

extension Event.Kind {
    /// What the central office watches.
    package var concernsCentre: Bool {
        switch self {
        case .missed, .escalated, .disputed, .supervised, .supervisionAnswered, .supervisionReviewed: true
        case .registered, .corrected, .classified, .judgementRequested, .accepted, .dispatched, .handedOver,
            .redirected, .refused,
            .linked,
            .repeated, .submitted, .instructed, .signed, .returned, .contacted, .visited, .noted, .informed,
            .extensionAsked, .extensionGranted, .extensionRefused, .limitSet, .replied, .calledBack, .rated, .closed,
            .reopened, .withdrawn, .warned, .targetPassed:
            false
        }
    }
}
