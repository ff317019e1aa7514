/// When a rule of a profile holds. All parts that are given must hold; within one part any value does. Without parts it
/// always holds.
package struct Condition: Sendable, Equatable {
    package var nature: Set<String>
    package var subject: Set<String>
    package var urgency: Set<String>
    /// Any of these flags was found.
    package var flag: Set<String>
    /// How it came (C.1).
    package var channel: Set<String>
    /// Who brought it (C.3); a person's own filing has no source and is in no such set.
    package var source: Set<String>
    /// Whether the text told a region; `nil`: does not matter.
    package var regionKnown: Bool?
    /// Whether an organisation is complained about; `nil`: does not matter.
    package var accused: Bool?
    /// Whether more than one organisation takes part; `nil`: does not matter.
    package var joint: Bool?
    /// Whether the complainant gave a name and a way to be reached; `nil`: does not matter.
    package var contactable: Bool?

    package init(
        nature: Set<String> = [], subject: Set<String> = [], urgency: Set<String> = [], flag: Set<String> = [],
        channel: Set<String> = [], source: Set<String> = [], regionKnown: Bool? = nil, accused: Bool? = nil,
        joint: Bool? = nil, contactable: Bool? = nil
    ) {
        self.nature = nature
        self.subject = subject
        self.urgency = urgency
        self.flag = flag
        self.channel = channel
        self.source = source
        self.regionKnown = regionKnown
        self.accused = accused
        self.joint = joint
        self.contactable = contactable
    }

    /// Whether every part that is given holds for `file`.
    package func holds(for file: Case) -> Bool {
        func allows(_ wanted: Set<String>, _ found: String?) -> Bool {
            wanted.isEmpty || found.map(wanted.contains) == true
        }
        func agrees(_ wanted: Bool?, _ found: Bool) -> Bool { wanted == nil || wanted == found }
        return allows(nature, file.nature) && allows(subject, file.subject) && allows(urgency, file.urgency)
            && allows(channel, file.channel) && allows(source, file.course.source)
            && (flag.isEmpty || !flag.isDisjoint(with: file.flags))
            && agrees(regionKnown, file.region != nil) && agrees(accused, !file.accused.isEmpty)
            && agrees(joint, !file.helpers.isEmpty) && agrees(contactable, file.isContactable)
    }
}
