import WorkingTime

/// A thing that happened to a case. Append-only; payloads only ever gain optional fields.
///
/// Adding one: a case here, its payload, and then the compiler names every switch that has to learn it.
package enum Event: Sendable, Equatable {
    case registered(Registered)
    case corrected(Corrected)
    case classified(Finding)
    case judgementRequested(JudgementRequested)
    case accepted(Accepted)
    case dispatched(Dispatched)
    case handedOver(HandedOver)
    case redirected(Redirected)
    case refused(Refused)
    case linked(Linked)
    case repeated(Repeated)
    case submitted(Submitted)
    case instructed(Instructed)
    case signed(Signed)
    case returned(Returned)
    case disputed(Disputed)
    case contacted(Contacted)
    case visited(Visited)
    case noted(Noted)
    case informed(Informed)
    case extensionAsked(ExtensionAsked)
    case extensionGranted(ExtensionGranted)
    case extensionRefused(ExtensionRefused)
    case limitSet(LimitSet)
    case replied(Replied)
    case calledBack(CalledBack)
    case rated(Rated)
    case closed(Closed)
    case reopened(Reopened)
    case withdrawn(Withdrawn)
    case warned(ClockFired)
    case targetPassed(ClockFired)
    case missed(ClockFired)
    case escalated(ClockFired)
    case supervised(Supervised)
    case supervisionAnswered(SupervisionAnswered)
    case supervisionReviewed(SupervisionReviewed)

    /// The event's word: column, topic (`jiesu.case.<kind>`) and API.
    package enum Kind: String, Sendable, CaseIterable {
        case registered
        case corrected
        case classified
        case judgementRequested = "judgement_requested"
        case accepted
        case dispatched
        case handedOver = "handed_over"
        case redirected
        case refused
        case linked
        case repeated
        case submitted
        case instructed
        case signed
        case returned
        case disputed
        case contacted
        case visited
        case noted
        case informed
        case extensionAsked = "extension_asked"
        case extensionGranted = "extension_granted"
        case extensionRefused = "extension_refused"
        case limitSet = "limit_set"
        case replied
        case calledBack = "called_back"
        case rated
        case closed
        case reopened
        case withdrawn
        case warned
        case targetPassed = "target_passed"
        case missed
        case escalated
        case supervised
        case supervisionAnswered = "supervision_answered"
        case supervisionReviewed = "supervision_reviewed"
    }

    package var kind: Kind {
        switch self {
        case .registered: .registered
        case .corrected: .corrected
        case .classified: .classified
        case .judgementRequested: .judgementRequested
        case .accepted: .accepted
        case .dispatched: .dispatched
        case .handedOver: .handedOver
        case .redirected: .redirected
        case .refused: .refused
        case .linked: .linked
        case .repeated: .repeated
        case .submitted: .submitted
        case .instructed: .instructed
        case .signed: .signed
        case .returned: .returned
        case .disputed: .disputed
        case .contacted: .contacted
        case .visited: .visited
        case .noted: .noted
        case .informed: .informed
        case .extensionAsked: .extensionAsked
        case .extensionGranted: .extensionGranted
        case .extensionRefused: .extensionRefused
        case .limitSet: .limitSet
        case .replied: .replied
        case .calledBack: .calledBack
        case .rated: .rated
        case .closed: .closed
        case .reopened: .reopened
        case .withdrawn: .withdrawn
        case .warned: .warned
        case .targetPassed: .targetPassed
        case .missed: .missed
        case .escalated: .escalated
        case .supervised: .supervised
        case .supervisionAnswered: .supervisionAnswered
        case .supervisionReviewed: .supervisionReviewed
        }
    }
}
