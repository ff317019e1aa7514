/// The organisations of a city and what each answers for. Loaded once and passed to the rules.
package struct Directory: Sendable, Equatable {
    /// One organisation (承办单位).
    package struct Organisation: Sendable, Equatable {
        package var code: String
        package var title: String
        /// Other names people use for it.
        package var aliases: [String]
        /// The organisation it reports to.
        package var parent: String?
        /// Level in the administration, an open code: `city`, `district`, `street` …
        package var level: String
        /// Duties beside subjects, C.12: `inspection_room`, `discipline_commission` …
        package var roles: [String]
        /// Where the public finds it: desk, address, telephone of the office. Not a person's.
        package var contact: String
        /// Whether it works on cases in this suite and so has an inbox topic; `false` for bodies the public is only
        /// told about.
        package var hasInbox: Bool
        /// It is no more (撤并): nothing new comes to it, its names stay for what has happened.
        package var isDisabled: Bool
        /// Who took its open cases over when it was disabled; `nil`: nobody.
        package var successor: String?

        package init(
            code: String, title: String, aliases: [String] = [], parent: String? = nil, level: String,
            roles: [String] = [],
            contact: String = "", hasInbox: Bool = true, isDisabled: Bool = false, successor: String? = nil
        ) {
            self.code = code
            self.title = title
            self.aliases = aliases
            self.parent = parent
            self.level = level
            self.roles = roles
            self.contact = contact
            self.hasInbox = hasInbox
            self.isDisabled = isDisabled
            self.successor = successor
        }
    }

    /// One region (行政区域).
    package struct Region: Sendable, Equatable {
        package var code: String
        package var title: String
        package var aliases: [String]
        package var parent: String?

        package init(code: String, title: String, aliases: [String] = [], parent: String? = nil) {
            self.code = code
            self.title = title
            self.aliases = aliases
            self.parent = parent
        }
    }

    /// An organisation answers for a subject in a region and all that lies in it.
    package struct Jurisdiction: Sendable, Hashable {
        package var organisation: String
        package var region: String
        package var subject: String

        package init(organisation: String, region: String, subject: String) {
            self.organisation = organisation
            self.region = region
            self.subject = subject
        }
    }

    package let organisations: [String: Organisation]
    package let regions: [String: Region]
    package let jurisdictions: [Jurisdiction]
    private let holders: [Place: [String]]

    private struct Place: Hashable {
        var region: String
        var subject: String
    }

    package init(organisations: [Organisation], regions: [Region], jurisdictions: [Jurisdiction]) {
        self.organisations = Dictionary(organisations.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        self.regions = Dictionary(regions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        self.jurisdictions = jurisdictions
        var holders: [Place: [String]] = [:]
        for one in jurisdictions {
            holders[Place(region: one.region, subject: one.subject), default: []].append(one.organisation)
        }
        self.holders = holders.mapValues { $0.sorted() }
    }

    package static func == (a: Directory, b: Directory) -> Bool {
        a.organisations == b.organisations && a.regions == b.regions && a.jurisdictions == b.jurisdictions
    }

    /// `region` and what it lies in, innermost first; the outermost region alone where `region` is `nil`. A loop in bad
    /// data ends the walk.
    package func enclosing(_ region: String?) -> [String] {
        guard let region else { return regions.values.filter { $0.parent == nil }.map(\.code).sorted() }
        return chain(from: region) { regions[$0]?.parent }
    }

    /// The region that a person means: its code, or its title or an alias if only one region is called so.
    package func region(called name: String) -> String? {
        if regions[name] != nil { return name }
        let called = regions.values.filter { $0.title == name || $0.aliases.contains(name) }
        return called.count == 1 ? called[0].code : nil
    }

    /// Who answers for `subject` in `region`, the nearest region first; within one region in order of code.
    package func answering(for subject: String, in region: String?) -> [Organisation] {
        enclosing(region).flatMap { holders[Place(region: $0, subject: subject)] ?? [] }
            .compactMap { organisations[$0] }.filter { !$0.isDisabled }
    }

    /// Organisations with `role`, in order of code.
    package func organisations(withRole role: String) -> [Organisation] {
        organisations.values.filter { !$0.isDisabled && $0.roles.contains(role) }.sorted { $0.code < $1.code }
    }

    /// Codes of the organisations with any of these roles.
    func codes(withRoles roles: [String]) -> Set<String> { Set(roles.flatMap(organisations(withRole:)).map(\.code)) }

    /// Whether `organisation` is one of `accused`, has succeeded one of them, or reports, directly or not, to such a one (R-RT-47).
    package func isUnder(_ organisation: String, anyOf accused: [String]) -> Bool {
        guard !accused.isEmpty else { return false }
        let named = accused.flatMap { chain(from: $0) { organisations[$0]?.successor } }
        return chain(from: organisation) { organisations[$0]?.parent }.contains(where: named.contains)
    }

    /// Who does what was the work of `organisation`: itself or, where it is disabled, the first of its successors that is not.
    package func heir(of organisation: String) -> Organisation? {
        chain(from: organisation) { organisations[$0]?.successor }.lazy.compactMap { organisations[$0] }
            .first { !$0.isDisabled }
    }

    private func chain(from start: String, next: (String) -> String?) -> [String] {
        var path = [start]
        while let step = next(path.last!), !path.contains(step) { path.append(step) }
        return path
    }
}
