import Lifecycle
import Telemetry

/// Keeps one process of the suite running: starts it again when it ends, until told to stop.
struct Keeper: Service {
    let child: Child
    /// Called with each new process id, and with `nil` when the process has ended.
    let observe: @Sendable (Int32?) -> Void
    let log: Logger

    var name: String { child.name }

    func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            let started = ContinuousClock.now
            let status = try await withTaskCancellationHandler {
                try await child.run(started: observe)
            } onCancel: {
                child.terminate()
            }
            observe(nil)
            if Task.isCancelled { return }
            log.warning("ended and is started again", ["process": name, "status": Int(status)])
            if ContinuousClock.now - started > .seconds(10) { backoff.reset() }
            await sleep(for: backoff.next())
        }
    }
}
