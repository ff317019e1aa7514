import Casework
import Foundation
import JSON
import Postgres
import WorkingTime

/// A case as it stands in `case_file`, with what the store itself must know of its last event.
package struct CaseRow: Sendable {
    /// What `init(_:)` reads, in its order; for a table or view called `f`.
    package static let columns: StaticString = """
        f.id, f.version, f.state, f.round, f.channel, f.identity, f.policies, f.nature, f.subject, f.also, f.urgency, f.flags,
        f.region, f.accused, f.lead, f.helpers, f.earlier, f.course, f.head, jiesu.micros(f.changed_at)
        """

    package let file: Case
    /// Hash of the last event.
    let head: [UInt8]
    /// When the last event happened.
    package let changedAt: Moment

    package init(_ row: Row) throws {
        let id: Int64 = try row.get(0)
        guard let state = State(rawValue: try row.get(2)), let identity = Identity(rawValue: try row.get(5)),
            let course = try? Course(stored: try row.get(17))
        else { throw StoreError.unreadable("case_file \(id)") }
        let policies: [String] = try row.get(6)
        file = Case(
            id: id, version: try row.get(1), state: state, round: try row.get(3), channel: try row.get(4),
            identity: identity, policies: try policies.map(Policy.Version.init(stored:)), nature: try row.get(7),
            subject: try row.get(8), also: try row.get(9), urgency: try row.get(10), flags: try row.get(11),
            region: try row.get(12), accused: try row.get(13), lead: try row.get(14), helpers: try row.get(15),
            earlier: try row.get(16), course: course)
        head = try row.get(18)
        changedAt = Moment(microseconds: try row.get(19))
    }
}

extension Course {
    private static let decoder = JSONDecoder()

    init(stored: String) throws {
        self = try Self.decoder.decode(Course.self, from: Data(stored.utf8))
    }

    /// As it stands in the row: JSON, keys sorted.
    var stored: String {
        guard let text = try? JSON.text(encoding: self) else {
            preconditionFailure("a course holds codes and numbers only, which are always encodable")
        }
        return text
    }
}

extension Policy.Version {
    /// As it stands in the database: `p000-06@1`.
    package var stored: String { "\(profile)@\(version)" }

    /// - Throws: `StoreError.unreadable`.
    package init(stored: String) throws {
        let parts = stored.split(separator: "@")
        guard parts.count == 2, let version = Int(parts[1]) else { throw StoreError.unreadable("policy \(stored)") }
        self.init(profile: String(parts[0]), version: version)
    }
}
