import Postgres
import Support
import Testing

@Suite struct MigratorTests {
    private let two = [
        Migration(number: 1, name: "cases", sql: "CREATE TABLE jiesu.a (id bigint); INSERT INTO jiesu.a VALUES (1)"),
        Migration(number: 2, name: "clocks", sql: "CREATE TABLE jiesu.b (id bigint)"),
    ]

    private func refusal(_ migrations: [Migration], on c: Connection) async -> String {
        let error = await #expect(throws: PostgresError.self) { try await Migrator.migrate(migrations, on: c) }
        #expect(error?.isRetriable == false)
        return error?.description ?? ""
    }

    private func applied(_ c: Connection) async throws -> [Int] {
        try await c.query("SELECT number FROM jiesu.migration ORDER BY 1").map { try $0.get(0) }
    }

    @Test func eachRunsOnce() async throws {
        let c = try await TestDatabase.fresh().connection()
        #expect(try await Migrator.migrate(Array(two.prefix(1)), on: c) == [1])
        #expect(try await Migrator.migrate(two, on: c) == [2])
        #expect(try await Migrator.migrate(two, on: c) == [])
        #expect(try await c.query("SELECT count(*) FROM jiesu.a").only().get(0) == 1)
    }

    @Test func severalAtOnceRunEachOnce() async throws {
        let database = try await TestDatabase.fresh()
        let slow = two + [Migration(number: 3, name: "slow", sql: "SELECT pg_sleep(0.2)")]
        let ran = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<6 {
                group.addTask {
                    var settings = try database.settings
                    settings.session = ["lock_timeout": "10ms"]
                    return try await Migrator.migrate(slow, on: Connection.connect(settings))
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(ran == [1, 2, 3])
    }

    @Test func aWaitForAnotherProgramEnds() async throws {
        let database = try await TestDatabase.fresh()
        let holder = try await database.connection()
        try await holder.script("SELECT pg_advisory_lock(\(0x6a69_6573_7501))")
        let c = try await database.connection()
        let error = await #expect(throws: PostgresError.self) {
            try await Migrator.migrate(two, on: c, waitAtMost: .milliseconds(60))
        }
        #expect(error?.code == .busy)
    }

    @Test func numbersGrowAndSomeMayBeLeftOut() async throws {
        let c = try await TestDatabase.fresh().connection()
        let fifth = Migration(number: 5, name: "x", sql: "CREATE TABLE jiesu.x ()")
        #expect(await refusal([two[1], two[0]], on: c).contains("migration 1 stands behind 2"))
        #expect(await refusal([two[0], two[0]], on: c).contains("migration 1 stands behind 1"))
        #expect(try await c.query("SELECT to_regclass('jiesu.a') IS NULL").only().get(0))
        #expect(try await Migrator.migrate([two[0], fifth], on: c) == [1, 5])
        // What comes late cannot be put before what has run.
        #expect(await refusal([two[0], two[1], fifth], on: c).contains("has run migration 5 and lacks 2"))
        #expect(await refusal([two[0], Migration(number: 7, name: "y", sql: "")], on: c).contains("does not know"))
    }

    @Test func aChangedOldOneIsRefused() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await Migrator.migrate(Array(two.prefix(1)), on: c)
        let changed = [Migration(number: 1, name: "cases", sql: two[0].sql + " "), two[1]]
        #expect(await refusal(changed, on: c).contains("migration 1, cases, was changed"))
        #expect(try await applied(c) == [1])
    }

    @Test func aDatabaseNewerThanTheProgramIsRefused() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await Migrator.migrate(two, on: c)
        #expect(await refusal(Array(two.prefix(1)), on: c).contains("too old"))
    }

    @Test func aFailingOneLeavesNothingAndLetsGoOfTheLock() async throws {
        let database = try await TestDatabase.fresh()
        let c = try await database.connection()
        let bad = two + [Migration(number: 3, name: "bad", sql: "CREATE TABLE jiesu.c (); SELECT * FROM missing")]
        let error = await #expect(throws: PostgresError.self) { try await Migrator.migrate(bad, on: c) }
        #expect(error?.description.contains("migration 3, bad: relation \"missing\"") == true)
        #expect(try await applied(c) == [1, 2])
        #expect(try await c.query("SELECT to_regclass('jiesu.c') IS NULL").only().get(0))
        #expect(try await Migrator.migrate(two, on: database.connection()) == [])
    }

    @Test func oneThatEndsItsTransactionIsRefused() async throws {
        let c = try await TestDatabase.fresh().connection()
        #expect(await refusal([Migration(number: 1, name: "x", sql: "COMMIT")], on: c).contains("ends the transaction"))
        #expect(try await applied(c) == [])
    }
}
