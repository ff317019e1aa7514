import CaseStore
import Lifecycle
import Telemetry

/// Hands over the cases of organisations that are no more: when the directory has changed, and once a minute for what was on its way to
/// one of them at that moment, or could not be handed over then.
struct HandingOver: Service {
    let name = "handing over"
    let store: CaseStore
    let log: Logger

    private static let look = Duration.seconds(1)
    private static let sweep = Duration.seconds(60)

    func run() async throws {
        var backoff = Backoff()
        var seen: (rules: Int64, at: ContinuousClock.Instant)?
        while !Task.isCancelled {
            do {
                let rules = try await store.rulebook()
                if seen.map({ $0.rules != rules.number || .now - $0.at > Self.sweep }) ?? true {
                    for one in rules.directory.organisations.values where one.isDisabled {
                        let handed = try await store.handOver(from: one.code)
                        if handed.done > 0 {
                            log.info(
                                "cases of a disabled organisation",
                                [
                                    "organisation": "\(one.code)", "done": "\(handed.done)",
                                    "left": "\(handed.left.count)",
                                ])
                        }
                    }
                    seen = (rules.number, .now)
                }
                backoff.reset()
                await sleep(for: Self.look)
            } catch {
                log.warning("cases of disabled organisations wait", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }
}
