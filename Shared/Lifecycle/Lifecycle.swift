@preconcurrency import Foundation  // for `stdout`, which C declares as a variable
import Telemetry

/// Starts and stops a process. Cancellation of its task is how a service is asked to stop.
package enum Lifecycle {
    /// Runs `services` until SIGTERM, SIGINT or cancellation of the calling task, then stops them in reverse order:
    /// each is cancelled after all later ones have ended. One that returns or throws unasked stops the others
    /// likewise.
    ///
    /// They are started in order, without waiting for each other. A second signal ends the process at once.
    /// - Parameter grace: for stopping all of them together.
    /// - Throws: what the first failed service threw, `LifecycleError.endedEarly`, or `LifecycleError.stillRunning`
    ///   when `grace` is over; the process should then end, since nothing stops those any more.
    package static func run(_ services: [any Service], grace: Duration, log: Logger) async throws {
        try await stoppable(grace: grace, log: log) {
            try await supervise(services, grace: grace, log: log)
        }
    }

    /// The whole life of a service's process: makes the parts, runs them, and ends the process with status 0 after a
    /// wanted stop, otherwise with status 1 and a line in the log.
    ///
    /// Standard output becomes line-buffered, and SIGPIPE is ignored, since a peer that hangs up is no reason to end.
    /// - Parameters:
    ///   - grace: for stopping all of them together, default 20 s; less than what the machine's own supervisor waits
    ///   - makeServices: may wait and throw; a signal while it runs cancels it.
    package static func main(
        grace: Duration = .seconds(20), log: Logger,
        _ makeServices: @escaping @Sendable () async throws -> [any Service]
    ) async -> Never {
        setvbuf(stdout, nil, Int32(_IOLBF), 0)
        signal(SIGPIPE, SIG_IGN)
        do {
            try await stoppable(grace: grace, log: log) {
                let services: [any Service]
                do {
                    services = try await makeServices()
                } catch  where Task.isCancelled {
                    return log.info("stopped before it had started", ["error": "\(error)"])
                }
                log.info("started", ["services": services.map(\.name).joined(separator: ",")])
                try await supervise(services, grace: grace, log: log)
            }
            log.info("stopped")
            exit(0)
        } catch let error as LifecycleError {
            log.error("failed", ["error": error])
            if case .stillRunning = error { _exit(1) }  // what `exit` cleans up may be in use
            exit(1)
        } catch {
            log.error("failed", ["error": "\(error)"])
            exit(1)
        }
    }

    /// Runs `body` in a task that SIGTERM or SIGINT cancels, as does cancellation of the calling task.
    private static func stoppable(
        grace: Duration, log: Logger, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (begin, teller) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in begin { try await body() }  // once, when signals are caught
        }
        let signals = try StopSignals(grace: grace, log: log) { task.cancel() }
        stopWithInput()
        teller.yield()
        teller.finish()
        defer { signals.close() }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// With `JIESU_STOP_WITH_INPUT` set, the end of standard input is a SIGTERM: whoever started us holds the other end, so that
    /// we do not outlive it, however it ends. `jiesu up` starts its services so.
    private static func stopWithInput() {
        guard ProcessInfo.processInfo.environment["JIESU_STOP_WITH_INPUT"] != nil else { return }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(getpid(), SIGTERM)
        }
    }

    /// `run` without signals, until cancellation of the calling task: for a service that is made of services. Inside
    /// another `run` a second `run` would take the signals away from it.
    package static func supervise(_ services: [any Service], grace: Duration, log: Logger) async throws {
        try await Supervisor(services: services, grace: grace, log: log).run()
    }
}
