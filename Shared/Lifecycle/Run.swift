@preconcurrency import Dispatch
import Foundation
import Synchronization
import Telemetry

/// What ends a program other than being told to.
package enum LifecycleError: Error, Sendable {
    /// A service returned though nobody had stopped it.
    case endedEarly(String)
    /// These did not stop within the grace period.
    case stillRunning([String])
}

/// Runs services until SIGTERM or SIGINT, until one of them ends early, or until the calling task is cancelled; then stops
/// them in reverse order, each after the next one has ended: later ones may use earlier ones.
///
/// A second signal ends the process at once.
/// - Parameter grace: time for all of them to stop.
/// - Throws: the error of the service that ended early, or `LifecycleError`.
package func run(_ services: [any Service], grace: Duration, log: Logger) async throws {
    let (ends, report) = AsyncStream.makeStream(of: End.self)
    let signals = SignalSource { report.yield(.told) }
    defer { signals.cancel() }
    let tasks = services.map { service in
        Task {
            do {
                try await service.run()
                report.yield(.ended(service.name, nil))
            } catch {
                report.yield(.ended(service.name, error))
                throw error
            }
        }
    }
    let first = await withTaskCancellationHandler {
        var iterator = ends.makeAsyncIterator()
        return await iterator.next() ?? .told
    } onCancel: {
        report.yield(.told)
    }
    if case .ended(let name, let error) = first {
        log.error("service ended early", ["name": name, "reason": error.map { "\($0)" } ?? "returned"])
    }

    let running = Running(names: services.map(\.name))
    let deadline = Task.detached {
        try await Task.sleep(for: grace)
        return running.names
    }
    let stopped = Task.detached {
        for (service, task) in zip(services, tasks).reversed() {
            task.cancel()
            _ = await task.result
            running.remove(service.name)
            log.debug("stopped", ["name": service.name])
        }
        deadline.cancel()
    }
    if let late = try? await deadline.value { throw LifecycleError.stillRunning(late) }
    await stopped.value
    switch first {
    case .told: return
    case .ended(_, let error?): throw error
    case .ended(let name, nil): throw LifecycleError.endedEarly(name)
    }
}

/// Names of the services that have not stopped yet.
private final class Running: Sendable {
    private let state: Mutex<[String]>

    init(names: [String]) { state = Mutex(names) }

    var names: [String] { state.withLock { $0 } }

    func remove(_ name: String) {
        state.withLock { names in
            if let index = names.lastIndex(of: name) { names.remove(at: index) }
        }
    }
}

private enum End: Sendable {
    case told
    case ended(String, (any Error)?)
}

/// SIGTERM and SIGINT as calls; the second one ends the process.
///
/// Unchecked, because `sources` is written once, before anybody else holds the object.
private final class SignalSource: @unchecked Sendable {
    private let received = Atomic<Int>(0)
    private var sources: [any DispatchSourceSignal] = []

    init(_ told: @escaping @Sendable () -> Void) {
        sources = [SIGTERM, SIGINT].map { number in
            // The default would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in
                guard let self else { return }
                if received.add(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
                told()
            }
            source.resume()
            return source
        }
    }

    func cancel() {
        for source in sources { source.cancel() }
    }
}
