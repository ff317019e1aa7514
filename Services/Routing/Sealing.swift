import CaseStore
import Lifecycle
import Postgres
import Telemetry

/// Makes the digest of all chains once a day is over (`Digests`), soon after midnight in China.
struct Sealing: Service {
    let name = "digest"
    let pool: Pool
    let log: Logger

    /// A look costs two rows. Not until midnight at once: a clock may be set, and a simulation's jumps.
    private static let longestPause = Duration.seconds(600)

    func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let (made, next) = try await Digests.seal(pool: pool)
                if let made { log.info("the day's digest is made", ["number": made]) }
                backoff.reset()
                await sleep(for: min(next + .seconds(1), Self.longestPause))
            } catch {
                log.warning("the day's digest waits", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }
}
