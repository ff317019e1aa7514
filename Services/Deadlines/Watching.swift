import CaseStore
import Lifecycle
import Postgres
import Telemetry

/// Fires what is due in the shards that are ours. It costs what is due, not what is open: an index holds the next moment of
/// every clock.
struct Watching: Service {
    let name = "watching"
    let store: CaseStore
    let membership: Membership
    let metrics: Metrics
    let log: Logger

    /// Cases in one transaction.
    private static let batch = 500
    /// Between two looks when nothing was due.
    private static let pause = Duration.milliseconds(50)

    func run() async throws {
        var backoff = Backoff()
        var counted: Int64 = 0
        while !Task.isCancelled {
            do {
                let rules = try await store.rulebook().number
                if rules != counted {
                    try await recount()
                    counted = rules
                }
                let wasBusy = try await look()
                backoff.reset()
                if !wasBusy { await sleep(for: Self.pause) }
            } catch {
                log.warning("clocks wait", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }

    /// - Returns: whether there may be more that is due.
    private func look() async throws -> Bool {
        let ids = try await store.due(in: membership.shards, limit: Self.batch)
        guard !ids.isEmpty else { return false }
        let start = ContinuousClock.now
        let fired = try await store.fire(ids)
        metrics.histogram(.handlerSeconds, CaseStore.watcher, fired.parked > 0 ? "parked" : "done")
            .observe(ContinuousClock.now - start)
        for lateness in fired.lateness {
            metrics.histogram(.clockLatenessSeconds).observe(seconds: Double(lateness) / 1_000_000)
        }
        metrics.counter(.clocksFired).add(fired.events)
        return fired.events > 0
    }

    /// A calendar that reaches further may have been put.
    private func recount() async throws {
        var last: Int64 = 0
        while let next = try await store.recount(after: last, limit: Self.batch), !Task.isCancelled { last = next }
    }
}
