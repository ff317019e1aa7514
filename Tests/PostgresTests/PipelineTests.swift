import Postgres
import Support
import Testing

@Suite struct PipelineTests {
    private func table() async throws -> (Connection, TestDatabase) {
        let database = try await TestDatabase.fresh()
        let c = try await database.connection()
        try await c.script("CREATE TABLE t (id bigint PRIMARY KEY, body text)")
        return (c, database)
    }

    private func count(_ c: Connection) async throws -> Int {
        try await c.query("SELECT count(*) FROM t").only().get(0)
    }

    @Test func answersComeInTheOrderOfTheQueries() async throws {
        let (c, _) = try await table()
        let queries: [Query] = (0..<100).flatMap {
            ["INSERT INTO t VALUES (\($0))", "SELECT \("n\($0)"), count(*) FROM t"]
        }
        let answers = try await c.pipeline(queries)
        #expect(answers.count == 200)
        for n in 0..<100 {
            #expect(answers[2 * n].affected == 1)
            #expect(try answers[2 * n + 1].only().get(0) == "n\(n)")
            #expect(try answers[2 * n + 1].only().get(1) == n + 1)
        }
        #expect(try await c.pipeline([]).isEmpty)
    }

    @Test func allOrNothingAndTheFailingQueryIsNamed() async throws {
        let (c, _) = try await table()
        var queries: [Query] = (0..<100).map { "INSERT INTO t VALUES (\($0))" }
        queries[63] = "INSERT INTO t VALUES (\(1))"
        queries[80] = "INSERT INTO missing VALUES (\(1))"
        let error = await #expect(throws: PostgresError.self) { try await c.pipeline(queries) }
        #expect(error?.failedQuery == 63)
        #expect(error?.sqlState == "23505")
        #expect(try await count(c) == 0)
        // Statements before the failure are prepared, those after it are not; both can be used again.
        #expect(try await c.pipeline(Array(queries[0..<63])).count == 63)
        let second = await #expect(throws: PostgresError.self) { try await c.query(queries[80]) }
        #expect(second?.sqlState == "42P01")
    }

    @Test func aStatementThatCannotBePreparedIsNamed() async throws {
        let (c, _) = try await table()
        let queries: [Query] = ["INSERT INTO t VALUES (\(1))", "SELEKT 1", "INSERT INTO t VALUES (\(2))"]
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) { try await c.pipeline(queries) }
            #expect(error?.failedQuery == 1)
            #expect(error?.sqlState == "42601")
        }
        #expect(try await count(c) == 0)
    }

    @Test func aCommitThatFailsNamesNoQuery() async throws {
        let (c, _) = try await table()
        try await c.script("CREATE TABLE child (id bigint REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
        let error = await #expect(throws: PostgresError.self) {
            try await c.pipeline(["INSERT INTO t VALUES (1)", "INSERT INTO child VALUES (\(9))"])
        }
        #expect(error?.sqlState == "23503")
        #expect(error?.failedQuery == nil)
        #expect(try await count(c) == 0)
        #expect(try await c.pipeline(["INSERT INTO t VALUES (1)"]).count == 1)
    }

    @Test func insideATransactionItIsPartOfIt() async throws {
        let (c, database) = try await table()
        let pool = try database.pool()
        await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                _ = try await c.pipeline(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"])
                throw CancellationError()
            }
        }
        #expect(try await count(c) == 0)
        try await pool.transaction { c in _ = try await c.pipeline(["INSERT INTO t VALUES (1)"]) }
        #expect(try await count(c) == 1)
    }

    @Test(.timeLimit(.minutes(1))) func muchInBothDirectionsDoesNotDeadlock() async throws {
        let (c, _) = try await table()
        let text = String(repeating: "投诉", count: 500)
        let answers = try await c.pipeline((0..<10_000).map { "SELECT \($0), repeat(\(text), 2)" })
        #expect(answers.count == 10_000)
        #expect(try answers[9_999].only().get(0) == 9_999)
        #expect(try answers.allSatisfy { try $0.only().get(1, as: String.self).utf8.count == 6_000 })
        #expect(try await count(c) == 0)
    }

    @Test(.timeLimit(.minutes(1))) func hugeValuesInBothDirectionsDoNotDeadlock() async throws {
        let (c, _) = try await table()
        let bytes = [UInt8](repeating: 7, count: 8 << 20)
        let answers = try await c.pipeline((0..<8).map { _ in "SELECT \(bytes), \(bytes)" })
        #expect(answers.count == 8)
        #expect(try answers[7].only().get(1) == bytes)
    }

    @Test func manyDifferentStatementsLeaveABoundedNumberPrepared() async throws {
        let (c, _) = try await table()
        for round in 0..<2 {
            let queries = (0..<1_000).map { Query.another(1_000 * round + $0) }
            #expect(try await c.pipeline(queries).count == 1_000)
        }
        let prepared: Int = try await c.query("SELECT count(*) FROM pg_prepared_statements").only().get(0)
        #expect(prepared <= 257)
    }

    @Test func aLostConnectionEndsIt() async throws {
        let (c, _) = try await table()
        let error = await #expect(throws: PostgresError.self) {
            try await c.pipeline([
                "INSERT INTO t VALUES (1)", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1",
            ])
        }
        #expect(error?.code == .connection)
        #expect(error?.isRetriable == true)
        #expect(c.isBroken)
    }
}
