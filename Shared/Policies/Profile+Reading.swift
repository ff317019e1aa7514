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
        let required = ["profile", "version", "title", "source", "effective", "author"]
        let leading = ["line", "classify", "lead_rule"]
        let optional = [
            "joins", "centre", "channels", "refuse", "transfer", "calendar", "accept", "clocks", "return", "dispute",
            "form_out", "answer_at_once",
            "callback", "closing", "review", "supervise", "kpi", "publish", "secrecy",
        ]
        guard let members = root.members(required + leading + optional, required: required) else { return nil }
        // A scheme has a line of its own, joins others', or both.
        let leads = members["joins"] == nil || leading.contains { members[$0] != nil }
        for key in leading where leads && members[key] == nil { root.report("the key \(key.quoted) is missing") }
        let name = members["profile"].flatMap(readName)
        let version = members["version"]?.integer(in: 1...1_000_000)
        let title = members["title"]?.text()
        let source = members["source"].flatMap(readSource)
        let effective = members["effective"]?.day()
        let author = members["author"]?.text()
        var sources: [String: String] = [:]
        let classify = members["classify"].map { Classification.read($0, &sources) }
        let policy = PolicyReading(members: members, codes: classify?.codes ?? Classification.Codes())
            .read(&sources)
        guard let name, let version, let title, let source, let effective, let author, var policy,
            !leads || classify?.classification != nil
        else { return nil }
        policy.version = Policy.Version(profile: name, version: version)
        return Profile(
            title: title, source: source, effective: effective.description, author: author, policy: policy,
            classification: classify?.classification, sources: sources, document: document)
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
