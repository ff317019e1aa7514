import WorkingTime

/// Something that somebody wants to happen to a case.
package struct Command: Sendable, Equatable {
    /// Unique within the case. Whoever sends a command again sends the same id, and it happens once.
    package var id: String
    /// Version of the case that the sender saw; 0 for a registration.
    package var seen: Int
    /// Who wants it.
    package var by: Actor
    package var order: Order

    package init(id: String, seen: Int, by: Actor, order: Order) {
        self.id = id
        self.seen = seen
        self.by = by
        self.order = order
    }

    /// The command that a service derives from a version of a case: the same cause gives the same id.
    package init(service: String, seen file: Case, order: Order) {
        self.init(id: "\(service):\(file.version)", seen: file.version, by: .service(service), order: order)
    }
}

/// What a command wants.
package enum Order: Sendable, Equatable {
    case register(Registered, earlier: Int64?)
    case classify(Finding)
    case requestJudgement(JudgementRequested)
    case dispatch(Dispatched)
    case redirect(Redirected)
    case refuse(Refused)
    case link(Linked)
}

/// Who acts. Written into the event; never a person's name.
package enum Actor: Sendable, Equatable {
    /// The complainant, through a public channel.
    case complainant
    /// One of the suite's services, by its name.
    case service(String)
    /// A list that was imported, by its name.
    case list(String)

    /// As it stands in the event's row: `complainant`, `service:routing`, `list:newspaper`.
    package var text: String {
        switch self {
        case .complainant: "complainant"
        case .service(let name): "service:\(name)"
        case .list(let name): "list:\(name)"
        }
    }
}
