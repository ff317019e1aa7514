import Access

/// What people wrote: the complaint, and what was typed while it was handled.
package struct CaseText: Sendable {
    /// The case, as whoever asked may see it.
    package let view: CaseView
    package let contacts: [PersonalText]
    package let notes: [CaseNote]
}

extension CaseBook {
    /// Reads what people wrote in a case, on record: who asked, when and what for is committed before, also if they asked in vain.
    /// - Returns: `nil` if there is no such case or `session` may not see it.
    package func text(
        of id: Int64, for session: Session, purpose: String, on access: AccessStore
    ) async throws -> CaseText? {
        guard let ticket = try await access.ticket(for: session, case: id, purpose: purpose),
            let view = try await view(id, for: session.organisation)
        else { return nil }
        let contacts = try await access.readPerson(ticket: ticket)
        return contacts.isEmpty ? nil : CaseText(view: view, contacts: contacts, notes: try await notes(of: id))
    }
}
