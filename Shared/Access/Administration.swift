import Postgres
import WorkingTime

/// Something that an administrator did (管理记录).
package struct Administration: Sendable {
    package let id: Int64
    package let at: Moment
    /// The account's name; for whoever owns the schema the login of the database.
    package let who: String
    /// What the person is called; `nil`: whoever owns the schema.
    package let title: String?
    /// A code of `acts` in `codes.json`.
    package let act: String
    /// A log-in name or an organisation's code.
    package let about: String

    /// The youngest first.
    /// - Parameters:
    ///   - before: only what is older than this one.
    ///   - token: of an administrator's log-in at the centre.
    ///   - limit: at most so many, 1…500.
    package static func list(
        before: Int64?, limit: Int, for token: String, on connection: Connection
    ) async throws -> [Administration] {
        try await connection.query(
            "SELECT id, jiesu.micros(at), who, title, act, about FROM jiesu.admin_acts(\(token), \(before), \(Int32(limit)))"
        ).map { row in
            Administration(
                id: try row.get(0), at: Moment(microseconds: try row.get(1)), who: try row.get(2),
                title: try row.get(3),
                act: try row.get(4), about: try row.get(5))
        }
    }
}
