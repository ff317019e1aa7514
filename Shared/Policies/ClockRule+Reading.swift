import Casework
import WorkingTime

extension ClockRule {
    /// The parameter `clocks`: a list of limits, each with a source of its own.
    static func readAll(_ value: CheckedValue, _ codes: Classification.Codes) -> [ClockRule] {
        var names: Set<String> = []
        return value.elements(of: "clocks").compactMap { element in
            guard let rule = read(element, codes) else { return nil }
            if !names.insert(rule.name).inserted { element.report("the name \(rule.name.quoted) is there twice") }
            return rule
        }
    }

    private static func read(_ value: CheckedValue, _ codes: Classification.Codes) -> ClockRule? {
        let required = ["name", "title", "step", "source", "from", "until"]
        let optional = ["when", "unless", "target", "limit", "manual", "warn", "escalate", "extend", "again"]
        guard let members = value.members(required + optional, required: required) else { return nil }
        let name = members["name"]?.code()
        let title = members["title"]?.text(most: 40)
        let step = members["step"]?.choice(KnownCodes.steps, called: "step")
        let source = members["source"]?.text()
        let from = members["from"]?.choice(Anchor.allCases.map(\.rawValue), called: "anchor").flatMap(Anchor.init)
        let until = members["until"]?.distinct(of: "ends", least: 1) { $0.choice(Mark.codes, called: "event") }
        let target = members["target"]?.limit()
        let limit = members["limit"]?.limit()
        let isManual = members["manual"]?.bool() ?? false
        if isManual == (members["limit"] != nil), isManual || members["target"] == nil {
            value.report(
                isManual
                    ? "expected no \"limit\" where each case gets a date of its own (\"manual\")"
                    : "expected a \"limit\", a \"target\", or \"manual\": true")
        }
        let when = members["when"].map { Condition.read($0, codes) } ?? Condition()
        let unless = members["unless"].flatMap { Condition.read($0, codes) }
        let warn = members["warn"]?.elements(of: "times before the limit").compactMap { $0.limit() } ?? []
        let escalate = members["escalate"]?.elements(of: "steps").compactMap(Escalation.read) ?? []
        let extend = members["extend"].flatMap(Extend.read)
        let again = members["again"]?.bool() ?? false
        guard let name, let title, let step, let source, let from, let until, let when else { return nil }
        return ClockRule(
            name: name, title: title, step: step, source: source, when: when, unless: unless, from: from,
            until: Set(until), target: target, limit: limit, isManual: isManual, warn: warn, escalate: escalate,
            extend: extend, again: again)
    }
}

extension ClockRule.Escalation {
    fileprivate static func read(_ value: CheckedValue) -> Self? {
        let keys = ["after", "to", "act"]
        guard let members = value.members(keys, required: keys) else { return nil }
        guard let after = members["after"]?.limit(), let to = members["to"]?.code(),
            let act = members["act"]?.choice(Act.allCases.map(\.rawValue), called: "act").flatMap(Act.init)
        else { return nil }
        return Self(after: after, to: to, act: act)
    }
}

extension ClockRule.Extend {
    fileprivate static func read(_ value: CheckedValue) -> Self? {
        let required = ["source", "approver", "cap_kind", "notice"]
        guard let members = value.members(required + ["cap", "count"], required: required) else { return nil }
        _ = members["source"]?.text()
        let approver = members["approver"]?.code()
        let kind = members["cap_kind"]?.choice(CapKind.allCases.map(\.rawValue), called: "kind of cap")
            .flatMap(CapKind.init)
        let cap = members["cap"]?.limit()
        let count = members["count"]?.integer(in: 1...100)
        let notice = members["notice"]?.choice(Notice.allCases.map(\.rawValue), called: "notice").flatMap(Notice.init)
        if let kind, (kind == .none) != (members["cap"] == nil) {
            value.report("expected \"cap\" together with \"cap_kind\" add or total, and only then")
        }
        guard let approver, let kind, let notice else { return nil }
        return Self(approver: approver, cap: cap, capKind: kind, count: count, notice: notice)
    }
}

extension CheckedValue {
    /// An amount and its unit, `10min`, `24h`, `sameday`, `5cd`, `15wd` or `now`.
    func limit() -> Limit? {
        guard let limit = value.string.flatMap({ Limit($0) }) else {
            report("expected \(Limit.expectation)")
            return nil
        }
        return limit
    }
}
