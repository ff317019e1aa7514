import Casework
import Postgres

/// A case as it stands in `case_file`, with the hash of its last event.
struct CaseRow {
    /// What `init(_:)` reads, in its order.
    static let columns: StaticString = """
        id, version, state, round, channel, identity, policies, nature, subject, also, urgency, flags, region, accused, lead,
        helpers, earlier, head
        """

    let file: Case
    let head: [UInt8]

    init(_ row: Row) throws {
        guard let state = State(rawValue: try row.get(2)), let identity = Identity(rawValue: try row.get(5)) else {
            throw StoreError.unreadable("case_file \(try row.get(0, as: Int64.self))")
        }
        let policies: [String] = try row.get(6)
        file = Case(
            id: try row.get(0), version: try row.get(1), state: state, round: try row.get(3), channel: try row.get(4),
            identity: identity, policies: try policies.map(Policy.Version.init(stored:)), nature: try row.get(7),
            subject: try row.get(8), also: try row.get(9), urgency: try row.get(10), flags: try row.get(11),
            region: try row.get(12), accused: try row.get(13), lead: try row.get(14), helpers: try row.get(15),
            earlier: try row.get(16))
        head = try row.get(17)
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
