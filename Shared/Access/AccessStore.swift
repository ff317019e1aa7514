import JSON
import Lifecycle
import Policies
import Postgres
import Synchronization
import WorkingTime

/// Log-ins, and the way to a person's text, for a service: through functions of the database that know which login calls
/// them, so that a desk reaches its own organisation's people and cases alone.
package struct AccessStore: Sendable {
    let pool: Pool
    private let cache: Cache

    private final class Cache: Sendable {
        let sessions = Mutex(SessionCache())
        let guesses: Mutex<Guesses>

        init(_ guesses: Guesses) { self.guesses = Mutex(guesses) }
    }

    package init(_ pool: Pool) {
        self.init(pool, Guesses())
    }

    init(_ pool: Pool, _ guesses: Guesses) {
        self.pool = pool
        cache = Cache(guesses)
    }

    /// As `logIn(name:password:)`, and whoever guesses is slowed (`Guesses`).
    /// - Parameter address: whence the request came.
    /// - Throws: `TooManyGuesses` while an attempt for the same name from the same address waits.
    package func logIn(name: String, password: String, from address: String) async throws -> LogIn? {
        var made: LogIn?
        _ = try await slowly(name, from: address) {
            made = try await logIn(name: name, password: password)
            return made != nil
        }
        return made
    }

    /// Asks whether a password is right, slower for whoever guesses.
    private func slowly(_ name: String, from address: String, _ isRight: () async throws -> Bool) async throws -> Bool {
        let turn = cache.guesses.withLock { $0.begin(name, from: address, at: .now) }
        guard turn != .no else { throw TooManyGuesses() }
        var found = false
        defer { cache.guesses.withLock { $0.ended(name, from: address, isRight: found, at: .now) } }
        if turn == .afterPause { await sleep(for: cache.guesses.withLock { $0.pause }) }
        found = try await isRight()
        return found
    }

    package struct TooManyGuesses: Error {}

    /// Checks a name and its password; a log-in lasts twelve hours. Takes the database about a tenth of a second,
    /// whether there is such a name or not.
    /// - Returns: `nil` for a name that is unknown, disabled or another organisation's, and for a wrong password; the
    ///   caller cannot tell which.
    package func logIn(name: String, password: String) async throws -> LogIn? {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                "SELECT token, jiesu.micros(expires_at) FROM jiesu.log_in(\(name), \(password))")
        }
        return try rows.first.map(LogIn.init)
    }

    /// Whose token this is; `nil` if it is unknown, ended, expired, or its account disabled or another organisation's.
    /// An end elsewhere is noticed within `SessionCache.lifetime`.
    package func session(_ token: String) async throws -> Session? {
        let now = ContinuousClock.now
        if let kept = cache.sessions.withLock({ $0.session(token, at: now) }) { return kept }
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT account, organisation, roles, title, form_token, name, organisation_title, must_change, stands_in
                FROM jiesu.session(\(token))
                """)
        }
        guard let row = rows.first else { return nil }
        let roles: [String] = try row.get(2)
        let session = Session(
            account: try row.get(0), organisation: try row.get(1), roles: Set(roles.map(Role.init(code:))),
            title: try row.get(3), formToken: try row.get(4), name: try row.get(5),
            organisationTitle: try row.get(6), mustChangePassword: try row.get(7), standsIn: try row.get(8))
        cache.sessions.withLock { $0.keep(session, for: token, at: now) }
        return session
    }

    /// Ends the log-in of a token; nothing happens if there is none.
    package func logOut(_ token: String) async throws {
        _ = try await pool.withConnection { try await $0.query("SELECT jiesu.log_out(\(token))") }
        cache.sessions.withLock { $0.forget(token) }
    }

    /// Gives the holder of a token another password; all other log-ins of that person end.
    /// - Returns: whether the old password was right.
    /// - Throws: `WeakPassword`; `TooManyGuesses`, as `logIn(name:password:from:)`: whoever sits at an open screen guesses no faster.
    package func changePassword(
        _ token: String, of session: Session, at address: String, from old: String, to new: String
    ) async throws -> Bool {
        if let fault = PasswordRules.shipped.fault(in: new, for: session.name) { throw WeakPassword(fault: fault) }
        if new == old { throw WeakPassword(fault: "新密码不能与现在的相同") }
        return try await slowly("account \(session.account)", from: address) {
            try await changePassword(token, old, new)
        }
    }

    /// `fault`: why, for whoever chose it.
    package struct WeakPassword: Error {
        package let fault: String
    }

    private func changePassword(_ token: String, _ old: String, _ new: String) async throws -> Bool {
        // Another may be asked for no more.
        defer { cache.sessions.withLock { $0.forget(token) } }
        return try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.change_password(\(token), \(old), \(new))").only().get(0)
        }
    }

    // MARK: Reading a person's text

    /// Writes down, for good, that `session`'s account is about to read what a person wrote in a case.
    /// - Parameter purpose: a code such as `handle` or `callback`: lower-case letters and `_`, at most 40.
    /// - Returns: the ticket for `readPerson`, good for a minute; `nil` if the account is disabled by now.
    package func ticket(for session: Session, case id: Int64, purpose: String) async throws -> Int64? {
        try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.ticket(\(session.account), \(id), \(purpose))")
        }.only().get(0)
    }

    /// What was written in the case of a ticket, contact by contact.
    /// - Returns: nothing if the ticket is older than a minute or not this service's, if there is no such case, and, for
    ///   a desk, if its organisation neither leads nor helps or the complaint is about it or whom it reports to.
    package func readPerson(ticket: Int64) async throws -> [PersonalText] {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT r.number, r.channel, jiesu.micros(r.received_at), r.title, r.text, r.place, r.about, r.name, r.phone,
                    r.email, r.address, p.particulars
                FROM jiesu.read_person(\(ticket)) AS r LEFT JOIN jiesu.read_particulars(\(ticket)) AS p USING (number)
                ORDER BY r.number
                """)
        }
        return try rows.map { row in
            PersonalText(
                number: try row.get(0), channel: try row.get(1), receivedAt: Moment(microseconds: try row.get(2)),
                title: try row.get(3), text: try row.get(4), place: try row.get(5), about: try row.get(6),
                name: try row.get(7), phone: try row.get(8), email: try row.get(9), address: try row.get(10),
                particulars: try Self.particulars(row.get(11)))
        }
    }

    private static func particulars(_ stored: String?) throws -> [PersonalText.Particular] {
        guard let stored else { return [] }
        let answers = try JSON.parse([UInt8](stored.utf8))
        return KnownCodes.particulars.compactMap { one in
            answers[one.code]?.string.map { .init(code: one.code, title: one.title, value: $0) }
        }
    }
}

extension LogIn {
    /// From the columns token and expires_at in microseconds.
    init(_ row: Row) throws(PostgresError) {
        token = try row.get(0)
        expiresAt = Moment(microseconds: try row.get(1))
    }
}
