import Postgres
import Support
import Testing

@Suite struct ConnectionTests {
    @Test func aConnectionAnswersAQuery() async throws {
        let connection = try await TestDatabase.fresh().connection()
        let number: Int = try await connection.query("SELECT \(41) + 1").only().get(0)
        #expect(number == 42)
    }

    @Test func aTransactionThatThrowsLeavesNothing() async throws {
        struct Stop: Error {}
        let pool = try await TestDatabase.fresh().pool()
        _ = try await pool.withConnection { try await $0.script("CREATE TABLE t (id bigint)") }
        await #expect(throws: TransactionError.self) {
            try await pool.transaction { c in
                try await c.execute("INSERT INTO t VALUES (\(1))")
                throw Stop()
            }
        }
        let count = try await pool.withConnection {
            try await $0.query("SELECT count(*) FROM t").only().get(0, as: Int.self)
        }
        #expect(count == 0)
    }

    @Test func aPipelineRunsAllOrNothing() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await c.script("CREATE TABLE t (id bigint PRIMARY KEY)")
        let rows = try await c.pipeline((0..<100).map { "INSERT INTO t VALUES (\($0)) RETURNING id" })
        #expect(try rows.map { try $0[0].get(0, as: Int.self) } == Array(0..<100))
    }
}
