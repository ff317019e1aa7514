import Casework
import WorkingTime

/// Reads what a profile orders: the parameters of D.2, each of which may be missing.
struct PolicyReading {
    let members: CheckedMembers
    /// What the same profile classifies by.
    let codes: Classification.Codes

    /// The policy, still without its version. `nil` where something that is there cannot be read.
    func read(_ sources: inout [String: String]) -> Policy? {
        let number = parameter("line", ["number"], ["number"], &sources)?["number"].flatMap(readNumber)
        let joins = members["joins"].map { readJoining($0, &sources) }
        let allowed = parameter("channels", ["allowed"], ["allowed"], &sources)?["allowed"]?
            .distinct(of: "channels", least: 1) { $0.choice(KnownCodes.channels, called: "channel") }
        let grounds = parameter("refuse", ["grounds"], ["grounds"], &sources)?["grounds"]?
            .distinct(of: "grounds", least: 1) { $0.choice(KnownCodes.refusals, called: "ground") }
        let transfer = parameter("transfer", ["mode", "after"], ["mode"], &sources)
        let mode = transfer?["mode"]?.choice(Policy.TransferMode.allCases.map(\.rawValue), called: "mode")
        let after = transfer?["after"]?.choice(Policy.leadersSteps.map(\.rawValue), called: "event")
        let accepts = choice("accept", "on", Policy.Acceptance.allCases.map(\.rawValue), &sources)
        let allowances = LeadRule.Allowances(
            codes: codes, grounds: members["refuse"] == nil ? [] : grounds,
            mayRedirect: members["transfer"] != nil && mode != Policy.TransferMode.move.rawValue)
        let leadRules = members["lead_rule"].map { LeadRule.readAll($0, allowances, &sources) }
        if let joins, joins == nil { return nil }
        if members["line"] != nil, number == nil || leadRules.map({ $0 == nil }) == true { return nil }
        return Policy(
            version: Policy.Version(profile: "", version: 0), line: number, joins: joins ?? nil,
            centre: parameter("centre", ["role"], ["role"], &sources)?["role"]?.code(), channels: Set(allowed ?? []),
            refuse: Set(grounds ?? []), transferMode: mode.flatMap(Policy.TransferMode.init),
            sendsAfter: after.flatMap(Event.Kind.init),
            leadRules: (leadRules ?? []) ?? [],
            calendar: members["calendar"].map { Counting.read($0, &sources) } ?? Counting(),
            accepts: accepts.flatMap(Policy.Acceptance.init) ?? .dispatch,
            clocks: members["clocks"].map { ClockRule.readAll($0, codes) } ?? [],
            returns: members["return"].flatMap { Returns.read($0, &sources) },
            dispute: parameter("dispute", ["deciders"], ["deciders"], &sources)?["deciders"]?
                .distinct(of: "roles", least: 1) { $0.code() } ?? [],
            reply: members["form_out"].flatMap { Reply.read($0, codes, &sources) },
            answerAtOnce: parameter("answer_at_once", ["natures"], ["natures"], &sources)?["natures"].map {
                AnswerAtOnce(natures: Set($0.distinct(of: "natures", least: 1, readNature)))
            },
            callback: members["callback"].flatMap { Callback.read($0, codes, &sources) },
            closing: members["closing"].map { ClosingRule.readAll($0) } ?? [],
            review: members["review"].flatMap { Review.read($0, &sources) },
            supervise: members["supervise"].flatMap { Supervise.read($0, &sources) },
            targets: members["kpi"].map { Target.readAll($0) } ?? [],
            openness: Openness(
                published: fields("publish", least: 0, &sources), secret: fields("secrecy", least: 1, &sources) ?? []))
    }

    private func readNature(_ value: CheckedValue) -> String? {
        codes.natures.map { value.choice($0, called: "nature") } ?? value.code()
    }

    private func parameter(
        _ name: String, _ keys: [String], _ required: [String], _ sources: inout [String: String]
    ) -> CheckedMembers? {
        members[name].flatMap { Parameter.read($0, name, keys, required, &sources) }
    }

    private func fields(_ name: String, least: Int, _ sources: inout [String: String]) -> Set<Openness.Field>? {
        parameter(name, ["fields"], ["fields"], &sources)?["fields"].map { value in
            let fields = value.distinct(of: "fields", least: least) {
                $0.choice(Openness.Field.allCases.map(\.rawValue), called: "field")
            }
            return Set(fields.compactMap(Openness.Field.init))
        }
    }

    private func choice(
        _ name: String, _ key: String, _ choices: [String], _ sources: inout [String: String]
    ) -> String? {
        parameter(name, [key], [key], &sources)?[key]?.choice(choices, called: key)
    }

    private func readJoining(_ value: CheckedValue, _ sources: inout [String: String]) -> Policy.Joining? {
        guard let members = Parameter.read(value, "joins", ["profiles", "when"], ["profiles"], &sources) else {
            return nil
        }
        let profiles = members["profiles"]?.distinct(of: "profiles", least: 1) { $0.text(most: 40) }
        // The codes are those of the profiles that lead.
        let when = members["when"].map { Condition.read($0, Classification.Codes()) } ?? Condition()
        guard let profiles, let when else { return nil }
        return Policy.Joining(profiles: Set(profiles), when: when)
    }

    private func readNumber(_ value: CheckedValue) -> String? {
        guard let number = value.value.string, (3...20).contains(number.utf8.count),
            number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") })
        else {
            value.report("expected a telephone number as a text of 3 to 20 digits or -")
            return nil
        }
        return number
    }
}
