/// A topic that an event goes to.
package enum Destination: Sendable, Hashable {
    /// Every event, for the central services.
    case cases
    /// What concerns one organisation.
    case inbox(String)

    /// The topic's name.
    package var topic: String {
        switch self {
        case .cases: "jiesu.cases"
        case .inbox(let organisation): "jiesu.inbox.\(organisation)"
        }
    }

    /// Where `event` goes, given the case after it. Decided once, when it is appended, and kept with it.
    package static func all(of event: Event, on file: Case) -> [Destination] {
        switch event {
        case .registered, .classified, .judgementRequested, .redirected, .refused:
            [.cases]
        case .dispatched(let dispatched):
            [.cases] + ([dispatched.lead] + dispatched.helpers).map(inbox)
        case .linked:
            [.cases] + (file.lead.map { [$0] + file.helpers } ?? []).map(inbox)
        }
    }
}
