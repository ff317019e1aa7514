import Postgres
import Support
import Testing

@Suite struct TransactionTests {
    private struct Mistake: Error, CustomStringConvertible {
        var description: String { "somebody's telephone number" }
    }

    private func made() async throws -> (Pool, TestDatabase) {
        let database = try await TestDatabase.fresh()
        let pool = try database.pool(size: 1)
        _ = try await pool.withConnection {
            try await $0.script(
                """
                CREATE TABLE t (id bigint PRIMARY KEY);
                CREATE TABLE child (id bigint REFERENCES t DEFERRABLE INITIALLY DEFERRED)
                """)
        }
        return (pool, database)
    }

    private func count(_ pool: Pool) async throws -> Int {
        try await pool.withConnection { try await $0.query("SELECT count(*) FROM t").only().get(0) }
    }

    @Test func itKeepsWhatItsBodyDid() async throws {
        let (pool, _) = try await made()
        let value = try await pool.transaction { c in
            try await c.execute("INSERT INTO t VALUES (1)")
            return "done"
        }
        #expect(value == "done")
        #expect(try await count(pool) == 1)
    }

    @Test func aBodyThatThrowsIsRolledBackAndItsConnectionIsClean() async throws {
        let (pool, _) = try await made()
        let before = try await pool.withConnection { $0.processID }
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                throw Mistake()
            }
        }
        guard case .body(let cause) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause is Mistake)
        #expect(error?.description == "the transaction was rolled back: Mistake", "nobody vouches for its description")
        #expect(try await count(pool) == 0)
        #expect(try await pool.withConnection { $0.processID } == before, "the connection is kept")
        #expect(try await pool.transaction { try await $0.query("SELECT 1").only().get(0) } == 1)
    }

    @Test func aQueryThatFailsInTheBodyIsRolledBack() async throws {
        let (pool, _) = try await made()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                try await c.execute("INSERT INTO t VALUES (1)")
            }
        }
        guard case .body(let cause as PostgresError) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.sqlState == "23505")
        #expect(try await count(pool) == 0)
    }

    @Test func aBodyThatSwallowsAFailureCannotCommit() async throws {
        let (pool, _) = try await made()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                _ = try? await c.query("SELEKT")
            }
        }
        guard case .commit(let cause) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.code == .misuse)
        #expect(try await count(pool) == 0)
    }

    @Test func aDeferredConstraintFailsTheCommit() async throws {
        let (pool, _) = try await made()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in _ = try await c.execute("INSERT INTO child VALUES (\(9))") }
        }
        guard case .commit(let cause) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.sqlState == "23503")
        #expect(error?.isRetriable == false)
        #expect(try await count(pool) == 0)
    }

    @Test func aConnectionLostInTheBodyIsTheBodysFailure() async throws {
        let (pool, _) = try await made()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                _ = try await c.query("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        guard case .body(let cause as PostgresError) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.code == .connection)
        #expect(cause.sqlState == "57P01")
        #expect(error?.isRetriable == true)
        #expect(try await count(pool) == 0)
    }

    @Test func aConnectionLostUnseenFailsTheRollback() async throws {
        let (pool, database) = try await made()
        let other = try await database.connection()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                try await other.terminate(c)
                throw Mistake()
            }
        }
        guard case .rollback(let failure, let body) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(failure.code == .connection)
        #expect(body is Mistake)
        #expect(try await count(pool) == 0)
    }

    @Test func aConnectionLostUnseenFailsTheCommit() async throws {
        let (pool, database) = try await made()
        let other = try await database.connection()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (1)")
                try await other.terminate(c)
            }
        }
        guard case .commit(let cause) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.code == .connection)
        #expect(try await count(pool) == 0)
    }

    @Test func aDatabaseThatIsNotThereFailsTheBegin() async throws {
        let pool = try Pool(
            ConnectionSettings(url: "postgresql:///x?host=/tmp/no-such-folder"), size: 1, log: .init(service: "test"))
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { _ in Issue.record("the body ran") }
        }
        guard case .begin(let cause) = error else { return #expect(Bool(false), "not \(error as Any)") }
        #expect(cause.code == .connection)
        #expect(pool.usage == (0, 0, 0))
    }

    @Test func printedInsideAnotherValueItShowsNoDetail() async throws {
        let (pool, _) = try await made()
        let error = await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in try await c.execute("SELECT \("secret")::int") }
        }
        #expect(!"\([error])".contains("secret"))
    }
}

extension Connection {
    /// Ends another connection on the server and returns when it is gone.
    func terminate(_ other: Connection) throws {
        let id = Int32(other.processID)
        _ = try query("SELECT pg_terminate_backend(\(id), 10000)")
    }
}
