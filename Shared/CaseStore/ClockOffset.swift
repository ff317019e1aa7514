import Foundation
import Lifecycle
import Postgres
import Telemetry

/// Compares this machine's clock with the database's once a minute. Legal time, log-ins and tickets are the database's alone, so it is the
/// database's clock that the others bear witness to; lines in logs and whether a certificate is valid go by each machine's own. While the
/// database cannot be asked the gauge is not there.
package struct ClockOffset: Service {
    package let name = "clock offset"
    private let pool: Pool
    private let pause: Duration
    private let now: @Sendable () -> Double
    private let metrics: Metrics
    private let log: Logger

    /// - Parameter now: this machine's clock, in seconds since 1970.
    package init(
        pool: Pool, pause: Duration = .seconds(60),
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
        metrics: Metrics, log: Logger
    ) {
        self.pool = pool
        self.pause = pause
        self.now = now
        self.metrics = metrics
        self.log = log
    }

    package func run() async throws {
        while !Task.isCancelled {
            do {
                metrics.replace(.clockOffsetSeconds, with: [[]: try await offset()])
            } catch {
                log.warning("clocks cannot be compared", ["reason": "\(error)"])
                metrics.replace(.clockOffsetSeconds, with: [:])
            }
            await sleep(for: pause)
        }
    }

    /// How far this machine is ahead, as exact as half the way there and back.
    private func offset() async throws -> Double {
        try await pool.withConnection { connection in
            let before = now()
            let theirs: Double = try await connection.query("SELECT extract(epoch FROM clock_timestamp())::float8")
                .only()
                .get(0)
            return (before + now()) / 2 - theirs
        }
    }
}
