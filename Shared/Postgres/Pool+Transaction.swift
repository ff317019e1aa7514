extension Pool {
    /// Runs `body` between BEGIN and COMMIT, or ROLLBACK when it throws.
    ///
    /// The body runs at most once. It may swallow an error of a query, but not make the transaction succeed with that:
    /// the server then refuses the commit.
    ///
    /// Cancellation ends the wait for a connection; afterwards it is the body's to heed.
    /// - Throws: `.begin`, and the body was not run: `.busy` inside when every connection stayed lent for `waitAtMost`,
    ///   `.cancelled` when the task was cancelled while it waited, `.connection` when none can be opened. Otherwise
    ///   what failed: the body, the rollback after it, or the commit.
    package nonisolated(nonsending) func transaction<Value>(
        _ body: nonisolated(nonsending) (Connection) async throws -> Value
    ) async throws(TransactionError) -> Value {
        let connection = try await begin()
        defer { giveBack(connection) }
        let value: Value
        do {
            value = try await body(connection)
        } catch {
            // With the connection the server has lost the transaction too: there is nothing left to roll back.
            guard !connection.isBroken else { throw .body(error) }
            do throws(PostgresError) {
                try await connection.script("ROLLBACK")
            } catch let failure {
                await connection.close()
                throw .rollback(failure, body: error)
            }
            throw .body(error)
        }
        do throws(PostgresError) {
            // A transaction in which a query failed answers COMMIT with ROLLBACK, and no error.
            guard try await connection.script("COMMIT") == "COMMIT" else {
                throw PostgresError(.misuse, "rolled back, because the body went on after a query had failed")
            }
        } catch {
            throw .commit(error)
        }
        return value
    }

    /// A connection with a transaction begun. One that turns out dead is replaced once by a fresh one: nothing has
    /// happened yet.
    private nonisolated(nonsending) func begin() async throws(TransactionError) -> Connection {
        do throws(PostgresError) {
            let first = try await take()
            do throws(PostgresError) {
                return try await begin(on: first)
            } catch {
                guard error.code == .connection else { throw error }
            }
            return try await begin(on: take())
        } catch {
            throw .begin(error)
        }
    }

    private nonisolated(nonsending) func begin(on connection: Connection) async throws(PostgresError) -> Connection {
        do {
            try await connection.script("BEGIN")
        } catch {
            giveBack(connection)
            throw error
        }
        return connection
    }
}
