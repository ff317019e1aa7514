extension Command {
    /// In whose name an event of it stands: of whoever gave the order, or, where a scheme's rule brought it about, of the rules: nobody
    /// puts himself under supervision, and no complainant closes a case.
    package func author(of event: Event) -> Actor {
        switch event {
        case .accepted, .disputed, .supervised, .closed, .reopened:
            event.kind == order.kind.event ? by : .service("rules")
        default: by
        }
    }
}

extension Event {
    /// With what the record says of its author beside the actor: who asked for more time, and in whose place a deputy approved. Whatever the
    /// order's own words say of that does not count.
    func signed(by actor: Actor, inPlaceOf absent: Int64?) -> Event {
        switch self {
        case .instructed(var body):
            body.absent = absent
            return .instructed(body)
        case .extensionAsked(var body):
            body.account = if case .account(let id, _, _) = actor { id } else { nil }
            return .extensionAsked(body)
        case .extensionGranted(var body):
            body.absent = absent
            return .extensionGranted(body)
        case .extensionRefused(var body):
            body.absent = absent
            return .extensionRefused(body)
        case .closed(var body):
            body.absent = absent
            return .closed(body)
        default: return self
        }
    }
}
