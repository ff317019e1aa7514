import Casework
import WorkingTime

extension Returns {
    /// The parameter `return`.
    static func read(_ value: CheckedValue, _ sources: inout [String: String]) -> Returns? {
        guard let members = Parameter.read(value, "return", ["limit", "most"], ["most"], &sources),
            let most = members["most"]?.integer(in: 0...10)
        else { return nil }
        return Returns(limit: members["limit"]?.limit(), most: most)
    }
}

extension Reply {
    /// The parameter `form_out`.
    static func read(
        _ value: CheckedValue, _ codes: Classification.Codes, _ sources: inout [String: String]
    ) -> Reply? {
        let keys = ["to", "written_for", "written_when", "photo_when", "contact_first"]
        guard let members = Parameter.read(value, "form_out", keys, ["to"], &sources) else { return nil }
        let to = members["to"]?.choice(Receiver.allCases.map(\.rawValue), called: "receiver").flatMap(Receiver.init)
        let writtenFor = members["written_for"]?.distinct(of: "channels", least: 1) {
            $0.choice(KnownCodes.channels, called: "channel")
        }
        guard let to else { return nil }
        return Reply(
            to: to, writtenFor: Set(writtenFor ?? []),
            writtenWhen: members["written_when"].flatMap { Condition.read($0, codes) },
            photoWhen: members["photo_when"].flatMap { Condition.read($0, codes) },
            contactFirst: members["contact_first"]?.bool() ?? false)
    }
}

extension Callback {
    /// The parameter `callback`.
    static func read(
        _ value: CheckedValue, _ codes: Classification.Codes, _ sources: inout [String: String]
    ) -> Callback? {
        let required = ["by", "when", "spacing", "attempts"]
        guard let members = Parameter.read(value, "callback", required + ["whom"], required, &sources) else {
            return nil
        }
        let by = members["by"]?.choice(Caller.allCases.map(\.rawValue), called: "caller").flatMap(Caller.init)
        let when = members["when"]?.choice(Time.allCases.map(\.rawValue), called: "time").flatMap(Time.init)
        let whom = members["whom"].map { Condition.read($0, codes) } ?? Condition()
        let spacing = members["spacing"]?.limit()
        let attempts = members["attempts"]?.integer(in: 1...100)
        guard let by, let when, let whom, let spacing, let attempts else { return nil }
        return Callback(by: by, when: when, whom: whom, spacing: spacing, attempts: attempts)
    }
}

extension ClosingRule {
    /// The parameter `closing`: an ordered list, each rule with a source of its own.
    static func readAll(_ value: CheckedValue) -> [ClosingRule] {
        var names: Set<String> = []
        return value.elements(of: "rules", least: 1).compactMap { element in
            let keys = ["name", "source", "callback_owed", "satisfied", "attempts", "round", "manual"]
            guard let members = element.members(keys, required: ["name", "source"]),
                let name = members["name"]?.code(), let source = members["source"]?.text()
            else { return nil }
            if !names.insert(name).inserted { element.report("the name \(name.quoted) is there twice") }
            return ClosingRule(
                name: name, source: source, callbackOwed: members["callback_owed"]?.bool(),
                satisfied: members["satisfied"]?.bool(), attempts: members["attempts"]?.integer(in: 1...100),
                round: members["round"]?.integer(in: 1...100), isManual: members["manual"]?.bool() ?? false)
        }
    }
}

extension Review {
    /// The parameter `review`.
    static func read(_ value: CheckedValue, _ sources: inout [String: String]) -> Review? {
        guard let members = Parameter.read(value, "review", ["kind", "rounds", "on"], ["kind"], &sources),
            let kind = members["kind"]?.code()
        else { return nil }
        return Review(
            kind: kind, rounds: members["rounds"]?.integer(in: 1...100),
            onRequest: members["on"]?.choice(["dissatisfaction", "request"], called: "occasion") == "request")
    }
}

extension Supervise {
    /// The parameter `supervise`.
    static func read(_ value: CheckedValue, _ sources: inout [String: String]) -> Supervise? {
        let required = ["actor", "triggers", "limit"]
        guard
            let members = Parameter.read(
                value, "supervise", required + ["criteria", "quota", "undone", "enough_time", "exceptions"], required,
                &sources)
        else { return nil }
        let actor = members["actor"]?.code()
        let triggers = members["triggers"]?.elements(of: "triggers", least: 1).compactMap(Trigger.read)
        let limit = members["limit"]?.limit()
        let criteria = members["criteria"]?.distinct(of: "criteria", least: 1) { $0.code() } ?? []
        guard let actor, let triggers, let limit else { return nil }
        return Supervise(
            actor: actor, triggers: triggers, limit: limit, criteria: criteria,
            quota: members["quota"]?.integer(in: 1...100),
            undone: members["undone"]?.distinct(of: "undone", least: 1) {
                $0.choice(KnownCodes.steps, called: "undone")
            }
                ?? [ClockRule.closing],
            enoughTime: members["enough_time"]?.limit(),
            exceptions: Set(
                members["exceptions"]?.distinct(of: "exceptions", least: 1) {
                    $0.choice(Supervise.Trigger.codes, called: "trigger")
                } ?? []))
    }
}

extension Supervise.Trigger {
    /// `"shirking"`, `"undone"`, `"dissatisfied"`, `"rectification_missed"`, or `{"repeat": 3}`.
    fileprivate static func read(_ value: CheckedValue) -> Self? {
        guard value.value.string == nil else {
            return
                switch value.choice(["shirking", "undone", "dissatisfied", "rectification_missed"], called: "trigger")
            {
            case "shirking": .shirking
            case "undone": .undone
            case "dissatisfied": .dissatisfied
            case "rectification_missed": .rectificationMissed
            default: nil
            }
        }
        return value.members(["repeat"], required: ["repeat"])?["repeat"]?.integer(in: 2...100)
            .map { .repeated(times: $0) }
    }
}

extension Target {
    /// The parameter `kpi`.
    static func readAll(_ value: CheckedValue) -> [Target] {
        var names: Set<String> = []
        return value.elements(of: "targets", least: 1).compactMap { element -> Target? in
            let required = ["name", "title", "source", "measure", "population", "target"]
            guard let members = element.members(required, required: required) else { return nil }
            let name = members["name"]?.code()
            let title = members["title"]?.text(most: 60)
            let source = members["source"]?.text()
            let measure = members["measure"]?.choice(Measure.allCases.map(\.rawValue), called: "measure")
            let population = members["population"]?
                .choice(Population.allCases.map(\.rawValue), called: "population")
            let least = members["target"]?.integer(in: 1...100)
            guard let name, let title, let source, let least, let measure = measure.flatMap(Measure.init),
                let population = population.flatMap(Population.init)
            else { return nil }
            if !names.insert(name).inserted { element.report("the name \(name.quoted) is there twice") }
            return Target(
                name: name, title: title, source: source, measure: measure, population: population, least: least)
        }
    }
}
