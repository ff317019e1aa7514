import Lifecycle
import Postgres
import Telemetry

/// Takes away what was of use for a time: log-ins that ended, keys of registrations, the record of who read and searched, what was
/// parked. How long each is kept, and what of it stays because a case still needs it, the database knows (`042_retention.sql`).
struct Cleaning: Service {
    let name = "cleaning"
    let pool: Pool
    let log: Logger

    /// What is cleaned; each is a function `jiesu.purge_…`.
    static let kinds: [StaticString] = ["log_ins", "keys", "access_log", "search_log", "parked"]
    /// Rows in one transaction.
    private static let batch = 1000
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            // Each by itself: what cannot be deleted of one keeps nothing of another.
            var isClean = true
            for kind in Self.kinds where !Task.isCancelled { isClean = await clean(kind) && isClean }
            if isClean { backoff.reset() }
            await sleep(for: isClean ? Self.pause : backoff.next())
        }
    }

    /// Batch after batch, until nothing old is left.
    private func clean(_ kind: StaticString) async -> Bool {
        do {
            var gone = 0
            var last = Self.batch
            while last == Self.batch, !Task.isCancelled {
                last = try await purge(kind)
                gone += last
            }
            if gone > 0 { log.info("what was old is deleted", ["what": "\(kind)", "rows": gone]) }
            return true
        } catch {
            log.warning("what is old stays", ["what": "\(kind)", "reason": "\(error)"])
            return false
        }
    }

    /// - Returns: how many rows went, a batch at most.
    func purge(_ kind: StaticString) async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.purge_\(raw: kind)(\(Int32(Self.batch)))").only().get(0)
        }
    }
}
