import Lifecycle
import Postgres
import Telemetry

/// Takes away log-ins that ended long ago (`log_in_days` in `setting`): nobody needs them, and their number would only grow.
struct Cleaning: Service {
    let name = "cleaning"
    let pool: Pool
    let log: Logger

    /// Rows in one transaction.
    private static let batch = 1000
    private static let pause = Duration.seconds(3600)

    func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                while try await purge() == Self.batch, !Task.isCancelled {}
                backoff.reset()
                await sleep(for: Self.pause)
            } catch {
                log.warning("old log-ins stay", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    /// - Returns: how many went.
    func purge() async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.purge_log_ins(\(Int32(Self.batch)))").only().get(0)
        }
    }
}
