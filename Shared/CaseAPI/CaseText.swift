import Access
import Attachments
import CaseStore
import Casework
import HTTP

/// What people wrote: the complaint, and what was typed while it was handled.
package struct CaseText: Sendable {
    /// The case, as whoever asked may see it.
    package let view: CaseView
    package let contacts: [PersonalText]
    package let notes: [CaseNote]
    package let attachments: [AttachmentEntry]
}

extension CaseBook {
    /// - Throws: 403 for who has none of the roles that may read what people wrote.
    private func mustRead(_ session: Session) async throws {
        try session.require(any: try await rulebook().facts.duties.read.sorted().map(Role.init(code:)))
    }

    /// Reads what people wrote in a case, on record: who asked, when and what for is committed before, also if they asked in vain.
    /// - Returns: `nil` if there is no such case or `session` may not see it.
    /// - Throws: 403 for who may not read.
    package func text(
        of id: Int64, for session: Session, purpose: String, on access: AccessStore
    ) async throws -> CaseText? {
        try await mustRead(session)
        guard let ticket = try await access.ticket(for: session, case: id, purpose: purpose),
            let view = try await view(id, for: session.organisation)
        else { return nil }
        let contacts = try await access.readPerson(ticket: ticket)
        guard !contacts.isEmpty else { return nil }
        return CaseText(
            view: view, contacts: contacts, notes: try await notes(of: id),
            attachments: try await access.attachments(ticket: ticket))
    }

    /// Reads one attachment of a case, on record as a text.
    /// - Returns: `nil` if there is no such case or attachment, or `session` may not see it.
    /// - Throws: 403 for who may not read.
    package func attachment(
        _ attachment: Int64, of id: Int64, for session: Session, purpose: String, on access: AccessStore
    ) async throws -> AttachedFile? {
        try await mustRead(session)
        guard let ticket = try await access.ticket(for: session, case: id, purpose: purpose),
            try await view(id, for: session.organisation) != nil
        else { return nil }
        return try await access.attachment(attachment, ticket: ticket)
    }

    /// Attaches a photo or paper to a case that `session` sees.
    /// - Returns: its number; `nil` if there is no such case, or not for `session`.
    /// - Throws: `Unfit`.
    package func attach(
        _ file: FormFile, to id: Int64, for session: Session, on access: AccessStore
    ) async throws -> Int64? {
        guard try await view(id, for: session.organisation) != nil else { return nil }
        return try await access.attach(file, to: id, for: session)
    }
}

extension Session {
    /// Those in whose place the account may approve now.
    package var absent: [Command.Absent] {
        get throws { try Command.Absent.list(standsIn) }
    }
}
