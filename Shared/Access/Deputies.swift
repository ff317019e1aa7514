import Postgres
import WorkingTime

/// Who approves in whose place, and when (代行). What it changes is decided when an order is given, and stands with it.
package struct Deputies {
    /// One that runs or will.
    package struct Deputy: Sendable {
        package let id: Int64
        /// Log-in name and shown name of who is away.
        package let absent: (name: String, title: String)
        package let deputy: (name: String, title: String)
        package let from: Moment
        /// The first moment that is not meant any more.
        package let until: Moment
        /// Whether it is the asker who is away.
        package let isMine: Bool
    }

    package enum Outcome: String, Sendable {
        case done
        /// Nobody has this name.
        case unknownAbsent = "unknown_absent"
        /// Nobody who works in the same place has this name.
        case unknownDeputy = "unknown_deputy"
        /// Somebody else's deputy is an administrator's to name.
        case notAllowed = "not_allowed"
    }

    private let connection: Connection
    private let token: String?

    /// - Parameter token: of who asks; `nil`: whoever owns the schema.
    package init(on connection: Connection, token: String?) {
        self.connection = connection
        self.token = token
    }

    /// Names a deputy from one moment (legal time) until before another. Said twice it is one.
    package func name(_ deputy: String, for absent: String, from: Moment, until: Moment) async throws -> Outcome {
        let word: String = try await connection.query(
            """
            SELECT jiesu.name_deputy(\(token), \(absent), \(deputy), jiesu.moment(\(from.microseconds)),
                jiesu.moment(\(until.microseconds)))
            """
        ).only().get(0)
        return Outcome(rawValue: word) ?? .notAllowed
    }

    /// - Returns: whether there was one that the asker may end.
    package func end(_ id: Int64) async throws -> Bool {
        try await connection.query("SELECT jiesu.end_deputy(\(token), \(id))").only().get(0)
    }

    /// Those that the asker may see: their own on either side, all for an administrator; at most 500.
    package func all() async throws -> [Deputy] {
        try await connection.query(
            """
            SELECT id, absent, absent_title, deputy, deputy_title, jiesu.micros(from_at), jiesu.micros(until_at), is_mine
            FROM jiesu.deputies(\(token))
            """
        ).map { row in
            Deputy(
                id: try row.get(0), absent: (try row.get(1), try row.get(2)), deputy: (try row.get(3), try row.get(4)),
                from: Moment(microseconds: try row.get(5)), until: Moment(microseconds: try row.get(6)),
                isMine: try row.get(7))
        }
    }
}

extension AccessStore {
    /// As the holder of `token`.
    package func withDeputies<Value: Sendable>(
        _ token: String, _ body: (Deputies) async throws -> Value
    ) async throws -> Value {
        try await pool.withConnection { try await body(Deputies(on: $0, token: token)) }
    }
}

/// Whole days of the city's clock, both counted.
package struct Days: Sendable {
    package let from: Moment
    /// The first moment after them.
    package let until: Moment

    /// - Parameter from: `2026-03-02`, as `until`.
    /// - Returns: `nil` for days that do not exist, that run backwards, or that are more than `most`.
    package init?(from: String, until: String, most: Int = 366) {
        guard let first = CivilDay(from), let last = CivilDay(until), first <= last, first.distance(to: last) < most,
            let start = Moment(iso8601: "\(first)T00:00:00+08:00"),
            let end = Moment(iso8601: "\(last.advanced(by: 1))T00:00:00+08:00")
        else { return nil }
        (self.from, self.until) = (start, end)
    }
}
