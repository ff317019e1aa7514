import Postgres

/// Where the desk's login reads what its organisation was told.
struct NewsBook: Sendable {
    let pool: Pool

    /// What happened between two positions.
    enum Answer: Sendable, Equatable {
        case news([News])
        /// More than is told one by one: more than `most` here, or 20,000 in the whole city (`jiesu.my_news`), or since a
        /// position that this database never had.
        case tooMuch
    }

    /// Events of the organisation that are told one by one.
    static let most = 200

    /// Where the database stands.
    func now() async throws -> Position {
        let text: String = try await pool.withConnection {
            try await $0.query("SELECT pg_current_snapshot()::text")
        }.only().get(0)
        guard let position = Position(text) else { throw Unreadable(position: text) }
        return position
    }

    /// What happened since each of `positions`, up to `now`; the oldest first.
    func news(since positions: [Position], upTo now: Position) async throws -> [Answer] {
        let queries = positions.map { position -> Query in
            """
            SELECT n.case_id, n.version, n.kind, jiesu.micros(n.at), n.state
            FROM jiesu.my_news(\(position.text)::pg_snapshot, \(now.text)::pg_snapshot) n
            ORDER BY n.tx NULLS FIRST, n.case_id, n.version LIMIT \(Self.most + 1)
            """
        }
        return try await pool.withConnection { try await $0.pipeline(queries) }.map { rows in
            guard rows.count <= Self.most else { return .tooMuch }
            if let first = rows.first, try first.get(0, as: Int64?.self) == nil { return .tooMuch }
            return .news(try rows.map(News.init))
        }
    }

    /// The organisation that the login speaks for; `nil` if it is no desk's.
    func organisation() async throws -> String? {
        try await pool.withConnection { try await $0.query("SELECT jiesu.my_organisation()") }.only().get(0)
    }

    /// Whether the login speaks for this organisation; of none it asks nothing but an answer.
    func speaks(for expected: String?) async throws -> Bool {
        let organisation = try await organisation()
        return expected == nil || organisation == expected
    }

    /// The database wrote what we cannot read back.
    private struct Unreadable: Error {
        let position: String
    }
}
