/// What classification found out about a complaint, by rule or by a person.
///
/// All values are codes of the profile or of the directory; no typed text. Codes are open lists (data), so they are
/// strings here and are checked where they are read.
package struct Finding: Codable, Sendable, Equatable {
    /// Nature of the appeal (诉求性质), C.2: `complaint`, `report`, `consult` …
    package var nature: String
    /// Subject (分类), a code of the profile; `nil` only while in doubt.
    package var subject: String?
    /// Further subjects that the same text concerns, strongest first: they bring helpers (协办).
    package var also: [String]
    /// Urgency, a code of the profile: `ordinary`, `urgent` …
    package var urgency: String
    /// Further facts found, codes of the profile: `onsite`, `cadre_misconduct`, `outside_remit` …
    package var flags: [String]
    /// Region that the matter lies in, a code of the directory; `nil` if the text does not tell.
    package var region: String?
    /// Organisations complained about (被投诉人), codes of the directory. They must never get the case.
    package var accused: [String]
    /// Why: what was found for each code that was considered, strongest first.
    package var reasons: [Reason]

    /// One code that was considered and what spoke for it.
    package struct Reason: Codable, Sendable, Equatable {
        /// What was decided on: `nature`, `subject`, `urgency`, `flag`, `region`, `accused`.
        package var about: String
        package var code: String
        /// Sum of the weights of the words found; 0 where words have no weights (regions, organisations).
        package var score: Double
        /// The profile's words that were found, never the citizen's text around them. At most 8.
        package var words: [String]

        package init(about: String, code: String, score: Double, words: [String]) {
            self.about = about
            self.code = code
            self.score = score
            self.words = words
        }
    }

    package init(
        nature: String, subject: String?, also: [String] = [], urgency: String, flags: [String] = [],
        region: String? = nil, accused: [String] = [], reasons: [Reason] = []
    ) {
        self.nature = nature
        self.subject = subject
        self.also = also
        self.urgency = urgency
        self.flags = flags
        self.region = region
        self.accused = accused
        self.reasons = reasons
    }
}
