import Casework
import WorkingTime

extension Profile {
    /// Reads a profile and reports every mistake in it at once. `file` names it in the mistakes. Blocks only to
    /// compute; any bytes will do.
    /// - Parameter isTolerant: keys that this program does not know are passed over: for a version that a newer program
    ///   may have put into the database while this one still runs.
    package static func read(
        _ bytes: [UInt8], file name: String, isTolerant: Bool = false
    ) throws(Mistakes) -> Profile {
        let file = try CheckedFile(bytes, name: name, isTolerant: isTolerant)
        let profile = read(file.root, document: String(decoding: bytes, as: UTF8.self))
        try file.finish()
        guard let profile else {
            // Whoever returns nil reports; this keeps a reader that forgot from passing for success.
            throw Mistakes(list: [Mistake(file: name, line: 1, key: "", message: "could not be read")])
        }
        return profile
    }

    private static func read(_ root: CheckedValue, document: String) -> Profile? {
        let required = [
            "profile", "version", "title", "source", "effective", "author", "line", "classify", "lead_rule",
        ]
        guard let members = root.members(required + ["channels", "refuse", "transfer", "calendar"], required: required)
        else {
            return nil
        }
        let name = members["profile"].flatMap(readName)
        let version = members["version"]?.integer(in: 1...1_000_000)
        let title = members["title"]?.text()
        let source = members["source"].flatMap(readSource)
        let effective = members["effective"]?.day()
        let author = members["author"]?.text()
        var sources: [String: String] = [:]

        let line = members["line"].flatMap { Parameter.read($0, "line", ["number"], ["number"], &sources) }
        let number = line?["number"].flatMap(readNumber)
        let channels = members["channels"].flatMap {
            Parameter.read($0, "channels", ["allowed"], ["allowed"], &sources)
        }
        let allowed = channels?["allowed"]?.distinct(of: "channels", least: 1) {
            $0.choice(KnownCodes.channels, called: "channel")
        }
        let refuse = members["refuse"].flatMap {
            Parameter.read($0, "refuse", ["grounds"], ["grounds"], &sources)
        }
        let grounds = refuse?["grounds"]?.distinct(of: "grounds", least: 1) {
            $0.choice(KnownCodes.refusals, called: "ground")
        }
        let transfer = members["transfer"].flatMap { Parameter.read($0, "transfer", ["mode"], ["mode"], &sources) }
        let mode = transfer?["mode"]?.choice(Policy.TransferMode.allCases.map(\.rawValue), called: "mode")
        let classify = members["classify"].map { Classification.read($0, &sources) }
        let allowances = LeadRule.Allowances(
            codes: classify?.codes ?? Classification.Codes(), grounds: members["refuse"] == nil ? [] : grounds,
            mayRedirect: members["transfer"] != nil && mode != Policy.TransferMode.move.rawValue)
        let calendar = members["calendar"].map { Counting.read($0, &sources) }
        let leadRule = members["lead_rule"].flatMap { LeadRule.readAll($0, allowances, &sources) }

        guard let name, let version, let title, let source, let effective, let author, let number,
            let classification = classify?.classification, let leadRule
        else { return nil }
        let policy = Policy(
            version: Policy.Version(profile: name, version: version), line: number, channels: Set(allowed ?? []),
            refuse: Set(grounds ?? []), transferMode: mode.flatMap(Policy.TransferMode.init(rawValue:)),
            leadRules: leadRule.rules, calendar: calendar ?? Counting())
        return Profile(
            title: title, source: source, effective: effective.description, author: author, policy: policy,
            classification: classification, territory: leadRule.territory, sources: sources,
            document: document)
    }

    private static func readName(_ value: CheckedValue) -> String? {
        guard let name = value.value.string, name.isCode(with: "-") else {
            value.report("expected a name: a lower-case letter, then at most 39 lower-case letters, digits or -")
            return nil
        }
        return name
    }

    private static func readSource(_ value: CheckedValue) -> Source? {
        guard let members = value.members(["file", "scheme"], required: ["file", "scheme"]) else { return nil }
        guard let file = members["file"]?.text(most: 20), let scheme = members["scheme"]?.text(most: 20) else {
            return nil
        }
        return Source(file: file, scheme: scheme)
    }

    private static func readNumber(_ value: CheckedValue) -> String? {
        guard let number = value.value.string, (3...20).contains(number.utf8.count),
            number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") })
        else {
            value.report("expected a telephone number as a text of 3 to 20 digits or -")
            return nil
        }
        return number
    }
}

/// A parameter of D.2: an object that says where it comes from.
enum Parameter {
    /// The members of `value`, having noted its source under `name`.
    static func read(
        _ value: CheckedValue, _ name: String, _ keys: [String], _ required: [String],
        _ sources: inout [String: String]
    ) -> CheckedMembers? {
        let members = value.members(["source"] + keys, required: ["source"] + required)
        if let source = members?["source"]?.text() { sources[name] = source }
        return members
    }
}
