/// Who may give which order: roles of a person, and where that person works. Data (`duties.json`), since every city divides
/// the work otherwise.
package struct Duties: Sendable, Equatable {
    package struct Duty: Sendable, Equatable {
        /// Any of these roles; empty where the policy names the role itself.
        package var roles: Set<String>
        package var place: Place
        /// Whether a deputy may do it in the place of somebody who is away.
        package var isForDeputies: Bool

        package init(roles: Set<String>, place: Place, isForDeputies: Bool = false) {
            self.roles = roles
            self.place = place
            self.isForDeputies = isForDeputies
        }
    }

    /// Where whoever acts must work.
    package enum Place: String, Sendable, CaseIterable {
        /// In the organisation that leads.
        case lead
        /// In an organisation that takes part.
        case involved
        /// Where the line is run.
        case centre
        /// In the organisation that leads, or where the line is run.
        case leadOrCentre = "lead_or_centre"
        /// In an organisation that takes part, or where the line is run.
        case involvedOrCentre = "involved_or_centre"
        /// Where the policy says: the supervising organisation, the decider of a dispute, whoever calls back.
        case policy
    }

    package var duties: [Order.Kind: Duty]
    /// Roles that may read what people wrote and how to reach them, in the cases that they see (R-CF-04).
    package var read: Set<String>
    /// Roles that may search for cases by number, telephone, name, words and place.
    package var search: Set<String>
    /// Roles that may see who searched for what.
    package var audit: Set<String>

    package init(
        _ duties: [Order.Kind: Duty], read: Set<String> = [], search: Set<String> = [], audit: Set<String> = []
    ) {
        self.duties = duties
        self.read = read
        self.search = search
        self.audit = audit
    }
}

extension Duties {
    /// Whether `actor` may give such an order for this case. Services may; complainants and lists do what `decide` lets
    /// them.
    /// - Parameter deciders: organisations that the policy puts in charge of this very thing.
    func check(
        _ actor: Actor, _ kind: Order.Kind, for file: Case, centre: Set<String>, deciders: Set<String> = [],
        role: String? = nil
    ) throws(Refusal) {
        guard case .account(_, let organisation, let roles) = actor else { return }
        guard let duty = duties[kind] else { throw .notAllowed(kind.rawValue) }
        let isRight = role.map(roles.contains) ?? !duty.roles.isDisjoint(with: roles)
        guard isRight else { throw .notAllowed(kind.rawValue) }
        let isInvolved = organisation.map(file.involved.contains) ?? false
        let isCentre = organisation.map(centre.contains) ?? true
        let isThere =
            switch duty.place {
            case .lead: organisation != nil && organisation == file.lead
            case .involved: isInvolved
            case .centre: isCentre
            case .leadOrCentre: organisation.map { $0 == file.lead } ?? true || isCentre
            case .involvedOrCentre: isInvolved || isCentre
            case .policy: organisation.map(deciders.contains) ?? true
            }
        guard isThere else { throw .notAllowed(kind.rawValue) }
    }
}
