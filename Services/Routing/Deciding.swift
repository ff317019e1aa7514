import CaseStore
import Lifecycle
import Postgres
import Telemetry

/// Decides what organisations ask for in the table `command`, and counts complaints that repeat another. Found by polling
/// partial indexes that are usually empty.
struct Deciding: Service {
    let name = "deciding"
    let store: CaseStore
    let metrics: Metrics
    let log: Logger

    /// Cases in one transaction.
    private static let batch = 200
    /// Between two looks: soon after work, later when there is none.
    private static let pauses = (busy: Duration.milliseconds(20), idle: Duration.milliseconds(100))

    func run() async throws {
        var backoff = Backoff()
        var idle = 0
        while !Task.isCancelled {
            do {
                let start = ContinuousClock.now
                let decided = try await store.decideCommands(limit: Self.batch)
                let told = try await store.tellRepeats(limit: Self.batch)
                backoff.reset()
                if decided + told > 0 {
                    idle = 0
                    metrics.histogram(.handlerSeconds, "commands", "done").observe(ContinuousClock.now - start)
                } else {
                    idle += 1
                    await sleep(for: idle < 50 ? Self.pauses.busy : Self.pauses.idle)
                }
            } catch {
                log.warning("commands wait", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }
}
