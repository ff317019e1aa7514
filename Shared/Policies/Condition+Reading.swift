import Casework

extension Condition {
    /// `codes`: what the same profile classifies by; of a scheme that joins others, their codes are not known here.
    static func read(_ value: CheckedValue, _ codes: Classification.Codes) -> Condition? {
        let keys = [
            "nature", "subject", "urgency", "flag", "channel", "brought_by", "region_known", "accused", "joint",
            "contactable",
        ]
        guard let members = value.members(keys, required: []) else { return nil }
        func choices(_ key: String, _ known: [String]?) -> Set<String> {
            Set(
                members[key]?.distinct(of: "codes", least: 1) {
                    known == nil ? $0.code() : $0.choice(known ?? [], called: key)
                } ?? [])
        }
        return Condition(
            nature: choices("nature", codes.natures), subject: choices("subject", codes.subjects),
            urgency: choices("urgency", codes.urgencies), flag: choices("flag", codes.flags),
            channel: choices("channel", KnownCodes.channels), source: choices("brought_by", KnownCodes.sources),
            regionKnown: members["region_known"]?.bool(), accused: members["accused"]?.bool(),
            joint: members["joint"]?.bool(), contactable: members["contactable"]?.bool())
    }
}
