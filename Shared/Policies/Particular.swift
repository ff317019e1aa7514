import JSON

/// What is asked besides of a contact that came by some channel (C.1) or was brought by somebody (C.3), such as the date of a letter:
/// `particulars` in `codes.json`, where `why` names the row of the catalogue. What is answered may be personal.
package struct Particular: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Of 200 characters at most.
        case line
        /// Of 2,000 characters at most.
        case lines
        /// `2026-03-01`.
        case date
        /// Up to four digits.
        case number
    }

    package let code: String
    package let title: String
    package let kind: Kind
    /// Whoever registers such a contact must answer it.
    package let isRequired: Bool
    package let channels: [String]
    package let sources: [String]

    /// - Returns: `nil` for what is no entry of the list.
    init?(_ entry: JSON) {
        func codes(_ list: String) -> [String] { (entry[list]?.array ?? []).compactMap(\.string) }
        guard let code = entry["code"]?.string, let title = entry["title"]?.string,
            let kind = entry["kind"]?.string.flatMap(Kind.init)
        else { return nil }
        self.code = code
        self.title = title
        self.kind = kind
        isRequired = entry["required"]?.bool ?? false
        channels = codes("channels")
        sources = codes("sources")
    }

    /// It may say who the person is, and is for those alone who may know that. The database goes by the code too.
    package var isPersonal: Bool { code.hasPrefix("person_") }

    package func isAsked(channel: String?, source: String?) -> Bool {
        channels.contains { $0 == channel } || sources.contains { $0 == source }
    }
}
