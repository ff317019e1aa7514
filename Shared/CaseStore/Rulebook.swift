import Casework
import Policies
import Postgres
import Synchronization
import WorkingTime

/// All policies and the directory as they stand in the database: what the rules are fed with.
package struct Rulebook: Sendable {
    /// Counter of the table `setting`; raised with every change, so an equal number means an equal book.
    package let number: Int64
    /// Partitions of `jiesu.cases`, fixed at set-up: a case's shard is its id modulo this.
    package let partitions: Int64
    package let profiles: [Policy.Version: Profile]
    /// Versions that this program cannot read, put by a newer one, and why: cases pinned to them are left to that one.
    let unreadable: [Policy.Version: String]
    package let directory: Directory
    package let calendar: WorkCalendar
    package let duties: Duties
    package let notices: NoticeBook
    /// Whether a gateway is set that sends them; else none are written down.
    package let sendsNotices: Bool
    /// Organisations that have a webhook; for others nothing is written down.
    let hooked: Set<String>

    /// The day on which it was read: it tells which versions are in force.
    let day: CivilDay
    /// The newest version of each scheme that is in force, in order of its name.
    package let newest: [Policy]
    /// What `decide` needs beyond a case, as far as this book tells it.
    package let facts: Facts
    /// Each policy as a list of its own: most cases have one, and a policy is too large to be copied for each of them.
    private let alone: [Policy.Version: [Policy]]

    /// The policies of a case, in the versions pinned to it, the leading one first.
    package func policies(of file: Case) throws -> [Policy] {
        if file.policies.count == 1, let policy = alone[file.policies[0]] { return policy }
        return try file.policies.map { version in
            guard let profile = profiles[version] else { throw missing(version) }
            return profile.policy
        }
    }

    /// The newest version in force of the profile that governs the line with this telephone number.
    package func profile(line: String) -> Profile? {
        newest { $0.line == line }
    }

    /// The newest version in force of a profile by its name.
    package func profile(named name: String) -> Profile? {
        newest { $0.version.profile == name }
    }

    /// Of a scheme of which none is in force yet the first one: no contact is refused for that (R-IN-12).
    private func newest(where holds: (Policy) -> Bool) -> Profile? {
        let versions = profiles.values.filter { holds($0.policy) }.sorted {
            $0.policy.version.version < $1.policy.version.version
        }
        return versions.last { $0.isInForce(on: day) } ?? versions.first
    }

    /// The profile that leads for a case, in the version pinned to it.
    package func profile(of file: Case) throws -> Profile {
        guard let version = file.policies.first else { throw StoreError.policyMissing("of case \(file.id)") }
        guard let profile = profiles[version] else { throw missing(version) }
        return profile
    }

    /// Why `version` is not among the profiles.
    func missing(_ version: Policy.Version) -> StoreError {
        unreadable[version].map { .policyUnreadable(version.stored, $0) } ?? .policyMissing(version.stored)
    }

    /// The policy that leads for a case, in the version pinned to it.
    package func policy(of file: Case) throws -> Policy {
        try profile(of: file).policy
    }

    /// Reads the whole book, of one moment. Small: some policies, some hundred organisations.
    ///
    /// Each statement may see a newer book than the one before. A change raises the number with the rest, so what was
    /// read between two equal numbers belongs together; otherwise it is read again.
    /// - Parameter day: of legal time.
    package static func read(on connection: Connection, day: CivilDay) async throws -> Rulebook {
        let number: Query = "SELECT value FROM jiesu.setting WHERE name = 'rules'"
        while true {
            let answers = try await connection.pipeline([number] + contents + [number])
            let (first, last): (Int64, Int64) = (try answers[0].only().get(0), try answers[8].only().get(0))
            if first == last { return try Rulebook(number: last, day, answers) }
        }
    }

    private static let contents: [Query] = [
        "SELECT profile, version, document FROM jiesu.policy",
        """
        SELECT code, title, aliases, parent, level, roles, contact, inbox, disabled_at IS NOT NULL, successor, hooked
        FROM jiesu.organisation
        """,
        "SELECT code, title, aliases, parent FROM jiesu.region",
        "SELECT organisation, region, subject FROM jiesu.jurisdiction",
        "SELECT name, document FROM jiesu.calendar ORDER BY version DESC LIMIT 1",
        "SELECT value FROM jiesu.setting WHERE name = 'partitions'",
        "SELECT FROM jiesu.setting WHERE name = 'notices' AND value > 0",
    ]

    private init(number: Int64, _ day: CivilDay, _ answers: [Rows]) throws {
        var profiles: [Policy.Version: Profile] = [:]
        var unreadable: [Policy.Version: String] = [:]
        for row in answers[1] {
            let version = Policy.Version(profile: try row.get(0), version: try row.get(1))
            let document: String = try row.get(2)
            do throws(Mistakes) {
                profiles[version] = try Profile.read(Array(document.utf8), file: version.stored, isTolerant: true)
            } catch {
                unreadable[version] = error.list.first?.description ?? "it is damaged"
            }
        }
        self.number = number
        self.day = day
        self.profiles = profiles
        self.unreadable = unreadable
        directory = Directory(
            organisations: try answers[2].map { row in
                .init(
                    code: try row.get(0), title: try row.get(1), aliases: try row.get(2), parent: try row.get(3),
                    level: try row.get(4), roles: try row.get(5), contact: try row.get(6), hasInbox: try row.get(7),
                    isDisabled: try row.get(8), successor: try row.get(9))
            },
            regions: try answers[3].map { row in
                .init(code: try row.get(0), title: try row.get(1), aliases: try row.get(2), parent: try row.get(3))
            },
            jurisdictions: try answers[4].map { row in
                .init(organisation: try row.get(0), region: try row.get(1), subject: try row.get(2))
            })
        guard let calendar = answers[5].first else { throw StoreError.unreadable("calendar") }
        self.calendar = try WorkCalendar.read(
            Array(try calendar.get(1, as: String.self).utf8), file: "calendar \(try calendar.get(0, as: String.self))")
        partitions = try answers[6].only().get(0)
        sendsNotices = !answers[7].isEmpty
        hooked = Set(try answers[2].filter { try $0.get(10) }.map { try $0.get(0) })
        duties = try Duties.shipped()
        notices = try NoticeBook.shipped()
        let inForce = profiles.values.filter { $0.isInForce(on: day) }.map(\.policy)
        newest = Dictionary(grouping: inForce, by: \.version.profile).values
            .compactMap { $0.max { $0.version.version < $1.version.version } }
            .sorted { $0.version.profile < $1.version.profile }
        facts = Facts(directory: directory, calendar: self.calendar, duties: duties, newest: newest)
        alone = profiles.mapValues { [$0.policy] }
    }
}

extension Profile {
    fileprivate func isInForce(on day: CivilDay) -> Bool { effective <= day.description }
}

/// Keeps the last book read, and reads it again when its number changed, or the day.
final class RulebookShelf: Sendable {
    private let book = Mutex<Rulebook?>(nil)

    /// The book with `number`, which the caller read in the same transaction, or a newer one.
    func book(number: Int64, day: CivilDay, on connection: Connection) async throws -> Rulebook {
        if let kept = book.withLock({ $0 }), kept.number == number, kept.day == day { return kept }
        let read = try await Rulebook.read(on: connection, day: day)
        book.withLock { $0 = read }
        return read
    }
}
