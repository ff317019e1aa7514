import Postgres
import Support
import Testing

@Suite struct ConnectionTests {
    @Test func executeCountsRows() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await c.script("CREATE TABLE t (id bigint); INSERT INTO t SELECT generate_series(1, 10)")
        #expect(try await c.execute("DELETE FROM t WHERE id <= \(3)") == 3)
        #expect(try await c.execute("UPDATE t SET id = -id") == 7)
        #expect(try await c.execute("CREATE TABLE u ()") == 0)
    }

    @Test func aScriptWithAMistakeLeavesNothing() async throws {
        let c = try await TestDatabase.fresh().connection()
        await #expect(throws: PostgresError.self) { try await c.script("CREATE TABLE t (); SELEKT") }
        #expect(try await c.query("SELECT to_regclass('t') IS NULL").only().get(0))
    }

    @Test func aClosedConnectionSaysSo() async throws {
        let c = try await TestDatabase.fresh().connection()
        await c.close()
        #expect(c.isBroken)
        let error = await #expect(throws: PostgresError.self) { try await c.query("SELECT 1") }
        #expect(error?.code == .connection)
    }

    @Test func anErrorNamesEveryServerThatWasTried() async throws {
        let settings = try ConnectionSettings(url: "postgresql://somebody:geheim@127.0.0.1:1,127.0.0.1:2/nothing")
        let error = await #expect(throws: PostgresError.self) { try await Connection.connect(settings) }
        #expect(error?.description.matches(of: /port [12] failed: [^;]*refused(; |$)/).count == 2)
        #expect(error?.debugDescription.contains("geheim") == false)
    }

    @Test func aPasswordGoesToTheServerAsAVerifierOnly() async throws {
        let c = try await TestDatabase.fresh().connection()
        let one = try await c.scramVerifier(of: "geheim", for: "somebody")
        #expect(
            one.wholeMatch(of: /SCRAM-SHA-256\$4096:[A-Za-z0-9+\/=]{24}\$[A-Za-z0-9+\/=]{44}:[A-Za-z0-9+\/=]{44}/)
                != nil)
        #expect(try await c.scramVerifier(of: "geheim", for: "somebody") != one, "each has a salt of its own")
        for password in ["", "a\0b"] {
            let error = await #expect(throws: PostgresError.self) {
                try await c.scramVerifier(of: password, for: "somebody")
            }
            #expect(error?.code == .value)
        }
    }

    @Test func aTextIsPreparedOncePerTypeOfItsValues() async throws {
        let c = try await TestDatabase.fresh().connection()
        for _ in 0..<3 {
            _ = try await c.query("SELECT \(1)")
            _ = try await c.query("SELECT \("one")")
        }
        let texts = try await c.query("SELECT statement FROM pg_prepared_statements WHERE statement = 'SELECT $1'")
        #expect(texts.count == 2)
    }

    @Test func preparedStatementsAreBounded() async throws {
        let c = try await TestDatabase.fresh().connection()
        for n in 0..<600 { _ = try await c.query(.another(n)) }
        #expect(try await c.query("SELECT count(*) FROM pg_prepared_statements").only().get(0, as: Int.self) <= 257)
    }

    @Test func aMigrationThatChangesAResultTypeGoesUnnoticed() async throws {
        let database = try await TestDatabase.fresh()
        let c = try await database.connection()
        let other = try await database.connection()
        try await c.script("CREATE TABLE t (x int); INSERT INTO t VALUES (7)")
        #expect(try await c.query("SELECT * FROM t").only().columnCount == 1)
        try await other.script("ALTER TABLE t ADD y text DEFAULT 'new'")
        #expect(try await c.query("SELECT * FROM t").only().get(1) == "new")
        try await other.script("ALTER TABLE t ADD z text DEFAULT 'newer'")
        #expect(try await c.pipeline(["SELECT 1", "SELECT * FROM t"])[1].only().get(2) == "newer")
        try await c.script("DEALLOCATE ALL")
        #expect(try await c.query("SELECT * FROM t").only().columnCount == 3)
    }

    @Test func aStaleStatementInATransactionMakesItWorthRepeating() async throws {
        let database = try await TestDatabase.fresh()
        let pool = try database.pool(size: 1)
        let other = try await database.connection()
        try await other.script("CREATE TABLE t (x int); INSERT INTO t VALUES (7)")
        func columns() async throws -> Int {
            try await pool.transaction { try await $0.query("SELECT * FROM t").only().columnCount }
        }
        #expect(try await columns() == 1)
        try await other.script("ALTER TABLE t ADD y text")
        let error = await #expect(throws: TransactionError.self) { try await columns() }
        #expect(error?.isRetriable == true)
        #expect(try await columns() == 2)
    }

    @Test func aCallThatHasBegunIsFinishedThoughItsTaskIsCancelled() async throws {
        let database = try await TestDatabase.fresh()
        let c = try await database.connection()
        let other = try await database.connection()
        try await other.script("CREATE TABLE t (id bigint)")
        try await other.script("BEGIN; LOCK TABLE t")
        let work = Task { try await c.execute("INSERT INTO t VALUES (\(1))") }
        try await other.untilSomeoneWaitsForALock()
        work.cancel()
        try await other.script("COMMIT")
        #expect(try await work.value == 1)
    }

    /// Many more waits than cores, while the only threads that Swift has go on with something else.
    @Test(.timeLimit(.minutes(1))) func waitingHoldsNoSharedThread() async throws {
        let database = try await TestDatabase.fresh()
        let gate = try await database.connection()
        try await gate.script("SELECT pg_advisory_lock(1)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let c = try await database.connection()
                    _ = try await c.query("SELECT pg_advisory_lock_shared(1)")
                }
            }
            // All forty stand at the gate; this task could not open it if they held the shared threads.
            try await gate.untilSomeoneWaitsForALock(count: 40)
            try await gate.script("SELECT pg_advisory_unlock(1)")
            try await group.waitForAll()
        }
    }
}

extension Connection {
    /// Returns once `count` other connections of this database wait for a lock.
    func untilSomeoneWaitsForALock(count: Int = 1) async throws {
        let limit = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < limit {
            let waiting: Int = try query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).only().get(0)
            if waiting >= count { return }
            // Inside a transaction the server shows what it saw first.
            try script("SELECT pg_stat_clear_snapshot()")
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("nobody came to wait for the lock")
    }
}

extension Query {
    /// A statement whose text is another one for each `number` from 0.
    static func another(_ number: Int) -> Query {
        var text = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        text.appendLiteral("SELECT 1")
        var rest = number
        while rest > 0 {
            text.appendLiteral(rest % 2 == 0 ? ", 0" : ", 1")
            rest /= 2
        }
        return Query(stringInterpolation: text)
    }
}
