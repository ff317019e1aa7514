import Casework

extension LeadRule {
    /// What the rest of the profile lets rules refer to.
    struct Allowances {
        var codes: Classification.Codes
        /// `nil`: could not be read, so it is not checked against.
        var grounds: [String]?
        var mayRedirect: Bool
    }

    /// The parameter `lead_rule`.
    static func readAll(
        _ value: CheckedValue, _ allowances: Allowances, _ sources: inout [String: String]
    ) -> [LeadRule]? {
        guard let members = Parameter.read(value, "lead_rule", ["rules"], ["rules"], &sources) else { return nil }
        var names: Set<String> = []
        var deaf = false
        return (members["rules"]?.elements(of: "rules", least: 1) ?? []).compactMap { element -> LeadRule? in
            guard let rule = read(element, allowances) else { return nil }
            if !names.insert(rule.name).inserted { element.report("the name \(rule.name.quoted) is there twice") }
            if deaf { element.report("never reached: a rule before this one decides every case") }
            deaf = deaf || rule.decidesEveryCase
            return rule
        }
    }

    private var decidesEveryCase: Bool {
        guard when == Condition() else { return false }
        return switch then {
        case .judgement, .refuse(_, nil, _, _): true
        case .dispatch, .redirect, .refuse: false  // goes on where nobody is found
        }
    }

    private static let actions = ["dispatch", "redirect", "refuse", "judgement"]

    private static func read(_ value: CheckedValue, _ allowances: Allowances) -> LeadRule? {
        let keys = ["name", "source", "when", "helpers"] + actions
        guard let members = value.members(keys, required: ["name", "source"]) else { return nil }
        let name = members["name"]?.code()
        let source = members["source"]?.text()
        let condition = members["when"].map { Condition.read($0, allowances.codes) } ?? Condition()
        let helpers = members["helpers"]?.bool() ?? false
        if members["helpers"] != nil, members["dispatch"] == nil {
            members["helpers"]?.report("expected only together with \"dispatch\"")
        }
        let given = actions.compactMap { name in members[name].map { (name: name, value: $0) } }
        guard given.count == 1, let action = given.first else {
            value.report("expected exactly one of \(actions.joined(separator: ", "))")
            return nil
        }
        let then: Action? =
            switch action.name {
            case "dispatch": readTarget(action.value, []).map { .dispatch(to: $0.target, helpers: helpers) }
            case "redirect": readRedirect(action.value, allowances)
            case "refuse": readRefusal(action.value, allowances)
            default: readJudgement(action.value)
            }
        guard let name, let source, let condition, let then else { return nil }
        return LeadRule(name: name, source: source, when: condition, then: then)
    }

    /// `{"level", "role"}` and the keys of the action around it.
    private static func readTarget(
        _ value: CheckedValue, _ keys: [String]
    ) -> (target: Target, members: CheckedMembers)? {
        guard let members = value.members(["level", "role"] + keys, required: keys) else { return nil }
        return (Target(level: members["level"]?.code(), role: members["role"]?.code()), members)
    }

    private static func readRedirect(_ value: CheckedValue, _ allowances: Allowances) -> Action? {
        if !allowances.mayRedirect {
            value.report("expected the parameter \"transfer\" in a profile that redirects")
        }
        guard let (target, members) = readTarget(value, ["reason", "tell"]), let reason = members["reason"]?.code(),
            let tell = members["tell"]?.text()
        else { return nil }
        return .redirect(to: target, reason: reason, tell: tell)
    }

    private static func readRefusal(_ value: CheckedValue, _ allowances: Allowances) -> Action? {
        guard let members = value.members(["ground", "to", "reason", "tell"], required: ["ground", "reason", "tell"])
        else { return nil }
        let ground = members["ground"].flatMap { ground in
            if let grounds = allowances.grounds, grounds.isEmpty {
                ground.report("expected the parameter \"refuse\" in a profile that refuses")
                return nil as String?
            }
            return ground.choice(allowances.grounds ?? KnownCodes.refusals, called: "ground of \"refuse\"")
        }
        let target = members["to"].flatMap { readTarget($0, [])?.target }
        guard let ground, let reason = members["reason"]?.code(), let tell = members["tell"]?.text() else { return nil }
        return .refuse(ground: ground, to: target, reason: reason, tell: tell)
    }

    private static func readJudgement(_ value: CheckedValue) -> Action? {
        guard let members = value.members(["reason", "note"], required: ["reason"]) else { return nil }
        let wantsNote = members["note"].map { $0.bool() } ?? false
        guard let wantsNote, let reason = members["reason"]?.code() else { return nil }
        return .judgement(reason: reason, wantsNote: wantsNote)
    }
}
