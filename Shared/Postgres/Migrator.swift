/// Brings a database forward, one migration a transaction. Never backward: a mistake is repaired by the next migration.
///
/// `jiesu.migration` keeps what has run, with a hash of its SQL. Several programs may start at once: an advisory lock
/// lets one work while the others wait, then find nothing left to do.
package enum Migrator {
    /// The advisory lock's key: "jiesu" and 1. Whoever migrates needs the right to call `pg_try_advisory_lock`.
    private static let lock: Int64 = 0x6a69_6573_7501

    /// Runs what the database has not run yet.
    /// - Parameters:
    ///   - migrations: all of them, in order.
    ///   - connection: outside a transaction; its `silenceAtMost` must exceed the longest migration.
    ///   - waitAtMost: how long another program may keep us waiting; default 5 min.
    /// - Returns: the numbers that ran now.
    /// - Throws: `.misuse` for a wrong order, a changed or skipped old migration and a database newer than the program, before anything
    ///   runs; `.busy` when the wait was too long; and what a migration's SQL meets, its number in the description.
    @discardableResult
    package static func migrate(
        _ migrations: [Migration], on connection: Connection, waitAtMost: Duration = .seconds(300)
    ) async throws(PostgresError) -> [Int] {
        for (one, next) in zip(migrations, migrations.dropFirst()) where one.number >= next.number {
            throw PostgresError(.misuse, "migration \(next.number) stands behind \(one.number)")
        }
        try await takeLock(connection, waitAtMost)
        do throws(PostgresError) {
            let numbers = try await runMissing(migrations, on: connection)
            try await letGo(connection)
            return numbers
        } catch {
            // The first error is the one to tell. A connection that was lost has let go of the lock with it.
            try? await letGo(connection)
            throw error
        }
    }

    private static func letGo(_ connection: Connection) async throws(PostgresError) {
        _ = try await connection.query("SELECT pg_advisory_unlock(\(lock))")
    }

    /// Asks again and again, as a wait inside the server would hit `lock_timeout`.
    private static func takeLock(_ connection: Connection, _ waitAtMost: Duration) async throws(PostgresError) {
        let limit = ContinuousClock.now + waitAtMost
        while true {
            if try await connection.query("SELECT pg_try_advisory_lock(\(lock))").only().get(0) { return }
            guard .now < limit else {
                throw PostgresError(.busy, "another program has been migrating for \(waitAtMost)")
            }
            try await pause(.milliseconds(50), "another program was migrating")
        }
    }

    private static func runMissing(_ migrations: [Migration], on connection: Connection) async throws(PostgresError)
        -> [Int]
    {
        try await connection.script(
            """
            CREATE SCHEMA IF NOT EXISTS jiesu;
            CREATE TABLE IF NOT EXISTS jiesu.migration (
                number bigint PRIMARY KEY,
                name text NOT NULL,
                hash bytea NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
            """)
        let done = try await connection.query("SELECT number, name, hash FROM jiesu.migration ORDER BY number")
        try await check(done, against: migrations, connection)
        for migration in migrations.dropFirst(done.count) { try await run(migration, on: connection) }
        return migrations.dropFirst(done.count).map(\.number)
    }

    private static func check(
        _ done: Rows, against migrations: [Migration], _ connection: Connection
    ) async throws(PostgresError) {
        guard done.count <= migrations.count else {
            throw PostgresError(
                .misuse,
                "the database has run \(done.count) migrations, this program knows \(migrations.count): it is too old")
        }
        for (index, row) in done.enumerated() {
            let number: Int = try row.get(0)
            let migration = migrations[index]
            guard number == migration.number else {
                throw PostgresError(
                    .misuse,
                    number > migration.number
                        ? "the database has run migration \(number) and lacks \(migration.number), which comes before it"
                        : "the database has run migration \(number), which this program does not know")
            }
            let now: [UInt8] = try await connection.query("SELECT \(hash: migration)").only().get(0)
            guard try row.get(2) == now else {
                throw PostgresError(
                    .misuse,
                    "migration \(number), \(migration.name), was changed after this database had run it; add a new one")
            }
        }
    }

    private static func run(_ migration: Migration, on connection: Connection) async throws(PostgresError) {
        do throws(PostgresError) {
            try await connection.script("BEGIN")
            try await connection.script(migration.sql)
            guard connection.condition == .inTransaction else {
                throw PostgresError(.misuse, "it ends the transaction itself")
            }
            try await connection.execute(
                """
                INSERT INTO jiesu.migration (number, name, hash)
                VALUES (\(migration.number), \(migration.name), \(hash: migration))
                """)
            try await connection.script("COMMIT")
        } catch {
            if !connection.isBroken { _ = try? await connection.script("ROLLBACK") }
            var error = error
            error.reason = "migration \(migration.number), \(migration.name): \(error.reason)"
            throw error
        }
    }
}

extension Query.StringInterpolation {
    /// The database's own hash of a migration: we bring none.
    fileprivate mutating func appendInterpolation(hash migration: Migration) {
        appendLiteral("sha256(convert_to(")
        appendInterpolation(migration.sql)
        appendLiteral(", 'UTF8'))")
    }
}
