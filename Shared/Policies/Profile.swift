import Casework

/// One scheme (one row of the catalogue) as data: what the rules enforce, how it classifies, and how it is shown.
package struct Profile: Sendable, Equatable {
    /// Where the scheme stands in the catalogue.
    package struct Source: Sendable, Equatable {
        /// The seed document, `000`.
        package var file: String
        /// The row, `000-06`.
        package var scheme: String

        package init(file: String, scheme: String) {
            self.file = file
            self.scheme = scheme
        }
    }

    /// Code, also the file's name: `p000-06`.
    package var name: String { policy.version.profile }
    /// Chinese title for display.
    package var title: String
    package var source: Source
    /// First day on which this version holds, `2026-01-01`.
    package var effective: String
    package var author: String
    package var policy: Policy
    /// `nil` for a scheme that joins others: the one that leads says what a complaint is.
    package var classification: Classification?
    /// For each parameter (a key of D.2, or of one part: `classify.urgency`) the catalogue rows that it comes from;
    /// `[D]` marks what the catalogue derived.
    package var sources: [String: String]
    /// The file's text, byte for byte as it was read: what the database keeps of a version.
    package var document: String

    package init(
        title: String, source: Source, effective: String, author: String, policy: Policy,
        classification: Classification?, sources: [String: String], document: String
    ) {
        self.title = title
        self.source = source
        self.effective = effective
        self.author = author
        self.policy = policy
        self.classification = classification
        self.sources = sources
        self.document = document
    }

    /// Chinese title of a code, whichever set it belongs to (subjects first); `nil` for codes of other profiles.
    package func title(of code: String) -> String? {
        guard let classification else { return nil }
        let sets = [
            classification.subjects, classification.nature.values, classification.urgency.values, classification.flags,
        ]
        return sets.joined().first { $0.code == code }?.title
    }

    /// The field of a person's finding that holds a code which the profile does not know; `nil`: it knows them all.
    package func unknownField(of finding: Finding) -> String? {
        guard let classification else { return nil }
        let fields = [
            ("nature", [finding.nature].compactMap(\.self), classification.nature.values.map(\.code)),
            ("subject", [finding.subject].compactMap(\.self), classification.subjects.map(\.code)),
            ("also", finding.also, classification.subjects.map(\.code)),
            ("urgency", [finding.urgency].compactMap(\.self), classification.urgency.values.map(\.code)),
            ("flags", finding.flags, classification.flags.map(\.code)),
        ]
        return fields.first { !Set($0.1).isSubset(of: $0.2) }?.0
    }
}
