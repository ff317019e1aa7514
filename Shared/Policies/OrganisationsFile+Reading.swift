import Casework

extension OrganisationsFile {
    /// Reads the organisations and reports every mistake at once. Subjects must occur in one of `profiles`; without
    /// profiles they are not checked. `file` names it in the mistakes; any bytes will do.
    package static func read(
        _ bytes: [UInt8], file name: String, profiles: [Profile]
    ) throws(Mistakes) -> OrganisationsFile {
        let file = try CheckedFile(bytes, name: name)
        let subjects = profiles.isEmpty ? nil : profiles.flatMap { ($0.classification?.subjects ?? []).map(\.code) }
        let result = read(file.root, subjects: subjects)
        try file.finish()
        guard let result else {
            throw Mistakes(list: [Mistake(file: name, line: 1, key: "", message: "could not be read")])
        }
        return result
    }

    private static func read(_ root: CheckedValue, subjects: [String]?) -> OrganisationsFile? {
        guard let members = root.members(["regions", "organisations"], required: ["regions", "organisations"]) else {
            return nil
        }
        var regions = Named<Directory.Region>(kind: "region")
        for element in members["regions"]?.elements(of: "regions", least: 1) ?? [] {
            readRegion(element).map { regions.add($0.region, $0.region.code, $0.parent, at: element) }
        }
        regions.checkParents()
        if let list = members["regions"], !regions.list.isEmpty, !regions.list.contains(where: { $0.parent == nil }) {
            list.report("expected a region without \"parent\" that encloses the others")
        }
        var organisations = Named<Directory.Organisation>(kind: "organisation")
        var jurisdictions: [Directory.Jurisdiction] = []
        let known = Known(regions: Array(regions.places.keys).sorted(), subjects: subjects)
        for element in members["organisations"]?.elements(of: "organisations", least: 1) ?? [] {
            guard let read = readOrganisation(element, known) else { continue }
            organisations.add(read.organisation, read.organisation.code, read.parent, at: element)
            jurisdictions += read.jurisdictions
        }
        organisations.checkParents()
        return OrganisationsFile(
            regions: regions.list, organisations: organisations.list, jurisdictions: jurisdictions)
    }

    private struct Known {
        var regions: [String]
        var subjects: [String]?
    }

    private static func readRegion(_ value: CheckedValue) -> (region: Directory.Region, parent: CheckedValue?)? {
        guard let members = value.members(["code", "title", "aliases", "parent"], required: ["code", "title"]) else {
            return nil
        }
        let code = members["code"].flatMap(readCode)
        let title = members["title"]?.text(most: 60)
        let aliases = members["aliases"]?.distinct(of: "names") { $0.text(most: 60) } ?? []
        let parent = members["parent"].flatMap(readCode)
        guard let code, let title else { return nil }
        return (Directory.Region(code: code, title: title, aliases: aliases, parent: parent), members["parent"])
    }

    private static func readOrganisation(
        _ value: CheckedValue, _ known: Known
    ) -> (organisation: Directory.Organisation, parent: CheckedValue?, jurisdictions: [Directory.Jurisdiction])? {
        let required = ["code", "title", "level", "inbox"]
        let optional = ["aliases", "parent", "roles", "contact", "jurisdictions"]
        guard let members = value.members(required + optional, required: required) else { return nil }
        let code = members["code"].flatMap(readCode)
        let title = members["title"]?.text(most: 60)
        let aliases = members["aliases"]?.distinct(of: "names") { $0.text(most: 60) } ?? []
        let level = members["level"]?.code()
        let roles = members["roles"]?.distinct(of: "roles") { $0.code() } ?? []
        let contact = members["contact"]?.text() ?? ""
        let inbox = members["inbox"]?.bool()
        let parent = members["parent"].flatMap(readCode)
        guard let code, let title, let level, let inbox else { return nil }
        let jurisdictions = (members["jurisdictions"]?.elements(of: "jurisdictions") ?? []).flatMap {
            readJurisdictions($0, of: code, known)
        }
        let organisation = Directory.Organisation(
            code: code, title: title, aliases: aliases, parent: parent, level: level, roles: roles, contact: contact,
            hasInbox: inbox)
        return (organisation, members["parent"], jurisdictions)
    }

    private static func readJurisdictions(
        _ value: CheckedValue, of organisation: String, _ known: Known
    ) -> [Directory.Jurisdiction] {
        guard let members = value.members(["regions", "subjects"], required: ["regions", "subjects"]) else { return [] }
        let regions = members["regions"]?.distinct(of: "regions", least: 1) {
            $0.choice(known.regions, called: "region")
        }
        let subjects = members["subjects"]?.distinct(of: "subjects", least: 1) { subject in
            known.subjects.map { subject.choice($0, called: "subject of a profile") } ?? subject.code()
        }
        return (regions ?? []).flatMap { region in
            (subjects ?? []).map { Directory.Jurisdiction(organisation: organisation, region: region, subject: $0) }
        }
    }

    /// Whether a text can be the code of an organisation or region. Codes of organisations become names of topics and
    /// database logins.
    package static func isCode(_ text: String) -> Bool { text.isCode(with: "-") && !text.hasSuffix("-") }

    /// What such a code is, for a mistake.
    package static let codeForm =
        "a code: a lower-case letter, then at most 39 lower-case letters, digits or -, no - at the end"

    private static func readCode(_ value: CheckedValue) -> String? {
        guard let code = value.value.string, isCode(code) else {
            value.report("expected \(codeForm)")
            return nil
        }
        return code
    }
}

/// Things with a code and perhaps a parent of the same kind, as they are read.
private struct Named<Thing> {
    let kind: String
    private(set) var list: [Thing] = []
    /// Where each code stands and what it names as its parent.
    private(set) var places: [String: (parent: CheckedValue?, order: Int)] = [:]

    init(kind: String) { self.kind = kind }

    mutating func add(_ thing: Thing, _ code: String, _ parent: CheckedValue?, at value: CheckedValue) {
        guard places[code] == nil else { return value.report("the \(kind) \(code.quoted) is there twice") }
        places[code] = (parent, list.count)
        list.append(thing)
    }

    /// Reports parents that do not exist, and each loop once, at the member that stands first.
    func checkParents() {
        let codes = places.keys.sorted { places[$0]!.order < places[$1]!.order }
        var done: Set<String> = []
        for code in codes {
            var path: [String] = []
            var current = code
            while !done.contains(current), !path.contains(current) {
                path.append(current)
                guard let parent = places[current]?.parent, let next = parent.value.string else { break }
                guard places[next] != nil else {
                    parent.report("unknown \(kind) \(next.quoted)\(Suggestion.text(for: next, among: codes))")
                    break
                }
                current = next
                if path.contains(current) {
                    let loop = path.drop { $0 != current } + [current]
                    places[path.last!]?.parent?.report("the parents form a loop: \(loop.joined(separator: " → "))")
                }
            }
            done.formUnion(path)
        }
    }
}
