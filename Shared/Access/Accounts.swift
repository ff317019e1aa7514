import Postgres
import WorkingTime

/// Accounts as an administrator sees them: with the token of an administrator's log-in, or with the rights of the schema's owner, which
/// alone gives tokens to programs. Services use `AccessStore`.
package struct Accounts {
    /// Somebody who may log in.
    package struct Account: Sendable {
        /// Its number.
        package let id: Int64
        package let name: String
        /// The shown name.
        package let title: String
        /// `nil` for the centre's own people.
        package let organisation: String?
        package let roles: [Role]
        package let isDisabled: Bool
        /// It has a first password that nobody has changed yet.
        package let mustChangePassword: Bool
    }

    /// What became of a change; the raw value is the database function's word.
    package enum Outcome: String, Sendable {
        case done
        /// It was so already.
        case there
        case unknown
        /// Nobody else could administer any more.
        case lastAdmin = "last_admin"
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
    private let token: String?

    /// - Parameters:
    ///   - connection: may be within a transaction.
    ///   - token: of the administrator's log-in; `nil`: with the rights of the schema's owner.
    package init(on connection: Connection, token: String? = nil) {
        self.connection = connection
        self.token = token
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
        let isMade: Bool = try await connection.query(
            """
            SELECT jiesu.admin_add_account(\(token), \(name), \(title), \(organisation), \(roles.map(\.code)), \(password))
            """
        ).only().get(0)
        return isMade ? password : nil
    }

    /// All of them, in order of name.
    package func all() async throws -> [Account] {
        try await list(of: nil, after: nil, limit: Int(Int32.max))
    }

    /// In order of name.
    /// - Parameters:
    ///   - place: an organisation's code, empty for the centre; `nil`: everywhere.
    ///   - after: only those that come after the account with this number.
    package func list(of place: String?, after: Int64?, limit: Int) async throws -> [Account] {
        try await connection.query(
            """
            SELECT id, name, title, organisation, roles, is_disabled, must_change
            FROM jiesu.admin_accounts(\(token), \(place), \(after), \(Int32(limit)))
            """
        ).map(Account.init)
    }

    /// The one with this name.
    package func account(called name: String) async throws -> Account? {
        try await connection.query(
            """
            SELECT id, name, title, organisation, roles, is_disabled, must_change FROM jiesu.admin_account(\(token), \(name), NULL)
            """
        ).first.map(Account.init)
    }

    /// The one with this number.
    package func account(numbered id: Int64) async throws -> Account? {
        try await connection.query(
            """
            SELECT id, name, title, organisation, roles, is_disabled, must_change FROM jiesu.admin_account(\(token), NULL, \(id))
            """
        ).first.map(Account.init)
    }

    /// Lets nobody in with this account any more, also those who are.
    package func disable(_ name: String) async throws -> Outcome {
        try outcome(of: try await connection.query("SELECT jiesu.admin_set_disabled(\(token), \(name), true)"))
    }

    /// Takes `disable` back.
    package func enable(_ name: String) async throws -> Outcome {
        try outcome(of: try await connection.query("SELECT jiesu.admin_set_disabled(\(token), \(name), false)"))
    }

    /// - Parameter roles: all that it has from now on, one at least.
    package func setRoles(_ roles: [Role], of name: String) async throws -> Outcome {
        try outcome(
            of: try await connection.query("SELECT jiesu.admin_set_roles(\(token), \(name), \(roles.map(\.code)))"))
    }

    /// Gives the account a new first password, which must be changed, and ends its sessions; its tokens stay.
    /// - Returns: the password; `nil` if there is no such account.
    package func newPassword(for name: String) async throws -> String? {
        let password = Password.random()
        let rows = try await connection.query("SELECT jiesu.admin_reset_password(\(token), \(name), \(password))")
        return try outcome(of: rows) == .done ? password : nil
    }

    private func outcome(of rows: Rows) throws -> Outcome {
        let word: String = try rows.only().get(0)
        guard let outcome = Outcome(rawValue: word) else { throw UnknownOutcome(word: word) }
        return outcome
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

/// A word of a database that is newer than this program.
struct UnknownOutcome: Error {
    let word: String
}

extension Accounts.Account {
    fileprivate init(_ row: Row) throws {
        let codes: [String] = try row.get(4)
        self.init(
            id: try row.get(0), name: try row.get(1), title: try row.get(2), organisation: try row.get(3),
            roles: codes.map(Role.init(code:)), isDisabled: try row.get(5), mustChangePassword: try row.get(6))
    }
}
