import Postgres
import WorkingTime

/// Accounts as an administrator sees them. Needs the rights of the schema's owner; services use `AccessStore`.
package struct Accounts {
    /// Somebody who may log in.
    package struct Account: Sendable {
        package let name: String
        /// The shown name.
        package let title: String
        /// `nil` for the centre's own people.
        package let organisation: String?
        package let roles: [Role]
        package let isDisabled: Bool
    }

    /// A program's log-in that is still good.
    package struct Token: Sendable {
        package let id: Int64
        package let account: String
        package let label: String
        package let madeAt: Moment
        package let expiresAt: Moment
    }

    /// Days that a token lasts if nobody says otherwise.
    package static let tokenDays = 365

    private let connection: Connection

    /// - Parameter connection: may be within a transaction.
    package init(on connection: Connection) {
        self.connection = connection
    }

    /// Whether `name` can be a log-in name: a lower-case letter or digit, then at most 63 of those, `.`, `_` or `-`.
    package static func isName(_ name: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return (1...64).contains(name.utf8.count) && name.utf8.first.map(isPlain) == true
            && name.utf8.allSatisfy { isPlain($0) || "._-".utf8.contains($0) }
    }

    /// Makes an account with a first password, which must be changed before anything else is done with it.
    /// - Returns: the password; `nil` if the name is taken, and then nothing changes.
    package func add(name: String, title: String, organisation: String?, roles: [Role]) async throws -> String? {
        let password = Password.random()
        let made = try await connection.execute(
            """
            INSERT INTO jiesu.account (name, title, organisation, roles, password, must_change)
            VALUES (\(name), \(title), \(organisation), \(roles.map(\.code)), jiesu.password_hash(\(password)), true)
            ON CONFLICT (name) DO NOTHING
            """)
        return made == 1 ? password : nil
    }

    /// All of them, in order of name.
    package func all() async throws -> [Account] {
        try await connection.query(
            "SELECT name, title, organisation, roles, disabled_at IS NOT NULL FROM jiesu.account ORDER BY name"
        ).map { row in
            let roles: [String] = try row.get(3)
            return Account(
                name: try row.get(0), title: try row.get(1), organisation: try row.get(2),
                roles: roles.map(Role.init(code:)), isDisabled: try row.get(4))
        }
    }

    /// Lets nobody in with this account any more, also those who are.
    /// - Returns: whether there is such an account.
    package func disable(_ name: String) async throws -> Bool {
        try await connection.execute(
            "UPDATE jiesu.account SET disabled_at = coalesce(disabled_at, clock_timestamp()) WHERE name = \(name)") == 1
    }

    /// Takes `disable` back.
    /// - Returns: whether there is such an account.
    package func enable(_ name: String) async throws -> Bool {
        try await connection.execute("UPDATE jiesu.account SET disabled_at = NULL WHERE name = \(name)") == 1
    }

    /// Gives the account a new first password, which must be changed, and ends its sessions; its tokens stay.
    /// - Returns: the password; `nil` if there is no such account.
    package func newPassword(for name: String) async throws -> String? {
        let password = Password.random()
        let rows = try await connection.query(
            """
            WITH changed AS (
                UPDATE jiesu.account SET password = jiesu.password_hash(\(password)), password_changed_at = clock_timestamp(),
                    must_change = true
                WHERE name = \(name) RETURNING id
            ),
            ended AS (
                UPDATE jiesu.log_in l SET ended_at = clock_timestamp() FROM changed
                WHERE l.account = changed.id AND l.kind = 'session' AND l.ended_at IS NULL
            )
            SELECT id FROM changed
            """)
        return rows.isEmpty ? nil : password
    }

    // MARK: Tokens

    /// Makes a token that a program logs in with.
    /// - Parameter label: what it is for, so that it can be told from others.
    /// - Returns: `nil` if there is no such account or it is disabled.
    package func addToken(for name: String, label: String, days: Int) async throws -> LogIn? {
        try await connection.query(
            """
            SELECT i.token, jiesu.micros(i.expires_at)
            FROM jiesu.account a, jiesu.issue_token(a.id, 'token', \(label), make_interval(days => \(Int32(days)))) i
            WHERE a.name = \(name) AND a.disabled_at IS NULL
            """
        ).first.map(LogIn.init)
    }

    /// The tokens that are still good, in the order in which they were made.
    package func tokens() async throws -> [Token] {
        try await connection.query(
            """
            SELECT l.id, a.name, l.label, jiesu.micros(l.made_at), jiesu.micros(l.expires_at)
            FROM jiesu.log_in l JOIN jiesu.account a ON a.id = l.account
            WHERE l.kind = 'token' AND l.ended_at IS NULL AND l.expires_at > clock_timestamp() ORDER BY l.id
            """
        ).map { row in
            Token(
                id: try row.get(0), account: try row.get(1), label: try row.get(2),
                madeAt: Moment(microseconds: try row.get(3)), expiresAt: Moment(microseconds: try row.get(4)))
        }
    }

    /// Ends a token.
    /// - Returns: whether there was one with this id that had not ended.
    package func endToken(_ id: Int64) async throws -> Bool {
        try await connection.execute(
            """
            UPDATE jiesu.log_in SET ended_at = clock_timestamp() WHERE id = \(id) AND kind = 'token' AND ended_at IS NULL
            """) == 1
    }
}
