import Postgres
import Support
import Synchronization
import Testing

@Suite struct PoolTests {
    /// Runs `body` while every connection of the pool is lent.
    private func whileAllAreLent<T: Sendable>(_ pool: Pool, size: Int, _ body: () async throws -> T) async throws -> T {
        let (opened, open) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<size {
                    group.addTask {
                        try await pool.withConnection { _ in
                            open.yield()
                            for await _ in released {}
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        var waiting = size
        for await _ in opened {
            waiting -= 1
            if waiting == 0 { break }
        }
        defer { release.finish() }
        let value = try await body()
        release.finish()
        try await holder.value
        return value
    }

    @Test func itNeverOpensMoreThanItsSize() async throws {
        let database = try await TestDatabase.fresh()
        let pool = try database.pool(size: 3)
        let ids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await pool.withConnection { c in
                        _ = try await c.query("SELECT 1")
                        return c.processID
                    }
                }
            }
            return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
        }
        #expect(ids.count <= 3)
        #expect(pool.usage.lent == 0)
        #expect(pool.usage.waiting == 0)
    }

    @Test func aWaiterIsToldThatThePoolIsBusy() async throws {
        let pool = try await TestDatabase.fresh().pool(size: 1, waitAtMost: .milliseconds(50))
        try await whileAllAreLent(pool, size: 1) {
            let error = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
            #expect(error?.code == .busy)
            #expect(pool.usage == (1, 0, 0))
        }
        #expect(pool.usage == (0, 1, 0))
    }

    @Test func aCancelledWaiterLeavesNothingBehind() async throws {
        let pool = try await TestDatabase.fresh().pool(size: 1)
        try await whileAllAreLent(pool, size: 1) {
            let waiter = Task { try await pool.withConnection { _ in Issue.record("it was lent after all") } }
            while pool.usage.waiting == 0 { await Task.yield() }
            waiter.cancel()
            let error = await #expect(throws: PostgresError.self) { try await waiter.value }
            #expect(error?.code == .cancelled)
            #expect(pool.usage == (1, 0, 0))
        }
        #expect(pool.usage == (0, 1, 0))
        #expect(try await pool.withConnection { try await $0.query("SELECT 1").only().get(0) } == 1)
    }

    @Test func manyCancelledAtAnyMomentLoseNoConnection() async throws {
        let pool = try await TestDatabase.fresh().pool(size: 2)
        for _ in 0..<20 {
            let tasks = (0..<20).map { n in
                Task { try await pool.withConnection { try await $0.query("SELECT \(n)").only().get(0, as: Int.self) } }
            }
            for task in tasks.shuffled().prefix(10) {
                await Task.yield()
                task.cancel()
            }
            for task in tasks { _ = await task.result }
        }
        #expect(pool.usage.lent == 0)
        #expect(pool.usage.waiting == 0)
        #expect(pool.usage.idle <= 2)
        try await whileAllAreLent(pool, size: 2) { #expect(pool.usage == (2, 0, 0)) }
    }

    @Test func errorsLoseNoConnection() async throws {
        let database = try await TestDatabase.fresh()
        let pool = try database.pool(size: 2)
        let other = try await database.connection()
        for n in 0..<30 {
            _ = try? await pool.withConnection { c in
                switch n % 4 {
                case 0: _ = try await c.query("SELEKT")
                case 1: try await other.terminate(c)
                case 2: try await c.script("BEGIN")
                default: await c.close()
                }
            }
        }
        #expect(pool.usage.lent == 0)
        try await whileAllAreLent(pool, size: 2) { #expect(pool.usage == (2, 0, 0)) }
    }

    @Test func aTransactionLeftOpenIsNotLentOn() async throws {
        let pool = try await TestDatabase.fresh().pool(size: 1)
        _ = try await pool.withConnection { try await $0.script("BEGIN; CREATE TABLE t ()") }
        #expect(try await pool.withConnection { try await $0.query("SELECT to_regclass('t') IS NULL").only().get(0) })
    }

    @Test func anIdleConnectionThatTheServerClosedIsNotLent() async throws {
        let database = try await TestDatabase.fresh()
        let pool = try database.pool(size: 1)
        let first = try await pool.withConnection { $0 }
        try await database.connection().terminate(first)
        #expect(try await pool.withConnection { try await $0.query("SELECT 1").only().get(0) } == 1)
        #expect(pool.usage == (0, 1, 0))
    }

    @Test func aRestartOfTheServerNeedsNoNewPool() async throws {
        let cluster = try TestCluster.make()
        try await cluster.start()
        let pool = try Pool(ConnectionSettings(url: cluster.url()), size: 3, log: .init(service: "test", level: .error))
        try await whileAllAreLent(pool, size: 3) {}
        #expect(pool.usage == (0, 3, 0))
        try await cluster.restart()
        for n in 0..<6 {
            #expect(try await pool.transaction { try await $0.query("SELECT \(n)").only().get(0) } == n)
            #expect(try await pool.withConnection { try await $0.query("SELECT \(n)").only().get(0) } == n)
        }
        try await cluster.stop()
        let error = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
        #expect(error?.code == .connection)
        #expect(pool.usage == (0, 0, 0))
        try await cluster.start()
        #expect(try await pool.withConnection { try await $0.query("SELECT 1").only().get(0) } == 1)
        try await cluster.remove()
    }
}
