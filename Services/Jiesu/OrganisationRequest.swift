import CaseStore
import Casework
import Policies

/// What was typed after `jiesu organisation add`: well formed, and not yet compared with what there is.
struct OrganisationRequest {
    let code: String
    let title: String?
    let parent: String?
    let level: String?
    let contact: String?
    let aliases: [String]
    /// Duties beside subjects.
    let roles: [String]
    let jurisdictions: [Directory.Jurisdiction]
    /// The public is only told about it.
    let isWithoutInbox: Bool

    init(_ arguments: Arguments) throws(Arguments.Mistake) {
        code = try arguments.positional("CODE")[0]
        title = arguments.text("title")
        parent = arguments.text("parent")
        level = arguments.text("level")
        contact = arguments.text("contact")
        aliases = arguments.list("alias")
        roles = arguments.list("role")
        isWithoutInbox = arguments.has("no-inbox")
        guard OrganisationsFile.isCode(code) else {
            throw Arguments.Mistake(message: "\"\(code)\" is no code; expected \(OrganisationsFile.codeForm)")
        }
        if let title { try Arguments.check(title, as: "--title", most: 60) }
        if let contact { try Arguments.check(contact, as: "--contact", most: 200) }
        for alias in aliases { try Arguments.check(alias, as: "--alias", most: 60) }
        jurisdictions = try Self.jurisdictions(arguments.list("jurisdiction"), of: code)
    }

    private static func jurisdictions(
        _ typed: [String], of code: String
    ) throws(Arguments.Mistake) -> [Directory.Jurisdiction] {
        var list: [Directory.Jurisdiction] = []
        for text in typed {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw Arguments.Mistake(
                    message: "--jurisdiction wants REGION:SUBJECT, such as wangting:education, not \"\(text)\"")
            }
            list.append(.init(organisation: code, region: parts[0], subject: parts[1]))
        }
        return list
    }

    /// The organisation as it shall stand.
    /// - Throws: `Arguments.Mistake` for what nobody knows, `CommandFailure` if it is there and differs.
    func organisation(in rules: Rulebook) throws -> Directory.Organisation {
        try check(against: rules)
        if let there = rules.directory.organisations[code] {
            guard !there.isDisabled else {
                throw CommandFailure(
                    "\(code) is disabled", hint: "a code stands for one organisation for ever: choose another")
            }
            if let fault = difference(from: there) {
                throw CommandFailure(
                    "\(code) is there with \(fault)",
                    hint:
                        "this command changes no organisation; leave the option out, or put the organisations file right"
                )
            }
            return there
        }
        guard let title else { throw Arguments.Mistake(message: "--title is missing: \(code) is not there yet") }
        guard let level else { throw Arguments.Mistake(message: "--level is missing: \(code) is not there yet") }
        return Directory.Organisation(
            code: code, title: title, aliases: aliases, parent: parent, level: level, roles: roles,
            contact: contact ?? "", hasInbox: !isWithoutInbox)
    }

    private func check(against rules: Rulebook) throws(Arguments.Mistake) {
        let organisations = rules.directory.organisations.values.filter { !$0.isDisabled }.sorted { $0.code < $1.code }
        if let parent {
            try Arguments.check(
                parent, among: organisations.map(\.code), called: "organisation", seeIn: "`jiesu organisation list`")
        }
        let targets = rules.profiles.values.flatMap(\.policy.leadRules).compactMap(\.target)
        if let level {
            try Self.check(level, near: organisations.map(\.level) + targets.compactMap(\.level), called: "level")
        }
        for role in roles {
            try Self.check(role, near: organisations.flatMap(\.roles) + targets.compactMap(\.role), called: "role")
        }
        let subjects = Set(rules.profiles.values.compactMap(\.classification).flatMap(\.subjects).map(\.code)).sorted()
        for one in jurisdictions {
            try Arguments.check(one.region, among: rules.directory.regions.keys.sorted(), called: "region")
            try Arguments.check(one.subject, among: subjects, called: "subject of a profile")
        }
    }

    /// Levels and roles are open codes. One that nobody uses is taken unless it looks like a slip of one that is used.
    private static func check(_ code: String, near used: [String], called kind: String) throws(Arguments.Mistake) {
        guard code.isCode(with: "_") else {
            throw Arguments.Mistake(
                message:
                    "\"\(code)\" is no \(kind); expected a lower-case letter, then at most 39 lower-case letters, digits or _"
            )
        }
        if !used.contains(code), !Suggestion.text(for: code, among: used).isEmpty {
            try Arguments.check(code, among: used, called: kind)
        }
    }

    /// The first thing that was given and stands otherwise.
    private func difference(from there: Directory.Organisation) -> String? {
        if let title, title != there.title { return "the title \(there.title)" }
        if let parent, parent != there.parent {
            return there.parent.map { "the parent \($0)" } ?? "no parent"
        }
        if let level, level != there.level { return "the level \(there.level)" }
        if let contact, contact != there.contact { return "another contact" }
        if !aliases.isEmpty, Set(aliases) != Set(there.aliases) {
            return "the aliases \(there.aliases.joined(separator: ", "))"
        }
        if !roles.isEmpty, Set(roles) != Set(there.roles) { return "the roles \(there.roles.joined(separator: ", "))" }
        if isWithoutInbox, there.hasInbox { return "an inbox" }
        return nil
    }
}

extension LeadRule {
    /// Whom it looks for; `nil` if it leaves the case to a person.
    fileprivate var target: Target? {
        switch then {
        case .dispatch(let target, _), .redirect(let target, _, _): target
        case .refuse(_, let target, _, _): target
        case .judgement: nil
        }
    }
}
