import Telemetry

/// Runs services until one ends or the task that supervises them is cancelled, then stops them in reverse order.
struct Supervisor: Sendable {
    private enum Happening: Sendable {
        case ended(Int, (any Error)?)
        case stopRequested
        case graceOver
    }

    let services: [any Service]
    let grace: Duration
    let log: Logger

    /// Returns when all have ended after a stop.
    /// - Throws: what the first service threw that failed, `LifecycleError.endedEarly` or, while services still run,
    ///   `LifecycleError.stillRunning`.
    func run() async throws {
        let (happenings, teller) = AsyncStream.makeStream(of: Happening.self)
        // A task of its own: cancellation of this one is a request to stop, and must not end the loop over the stream.
        let watching = Task { try await watch(happenings, teller) }
        try await withTaskCancellationHandler {
            try await watching.value
        } onCancel: {
            teller.yield(.stopRequested)
        }
    }

    private func watch(
        _ happenings: AsyncStream<Happening>, _ teller: AsyncStream<Happening>.Continuation
    ) async throws {
        // Not children: one that does not stop within the grace period must not keep `run` from saying so.
        let tasks = services.indices.map { number in
            Task {
                do {
                    try await services[number].run()
                    teller.yield(.ended(number, nil))
                } catch {
                    teller.yield(.ended(number, error))
                }
            }
        }
        var order = StopOrder(count: services.count)
        var failure: (any Error)?
        var patience: Task<Void, Never>?
        defer { patience?.cancel() }
        for await happening in happenings {
            let wasStopping = order.isStopping
            let next: StopOrder.Order
            switch happening {
            case .stopRequested:
                log.info("stopping", ["grace": grace])
                next = order.stopRequested()
            case .ended(let number, let error):
                let reported = report(number, error, wasStopping: wasStopping)
                failure = failure ?? reported
                next = order.ended(number)
            case .graceOver:
                for task in tasks { task.cancel() }
                throw LifecycleError.stillRunning(order.stillRunning.map { services[$0].name })
            }
            if !wasStopping {
                patience = Task {
                    await sleep(for: grace)
                    if !Task.isCancelled { teller.yield(.graceOver) }
                }
            }
            switch next {
            case .wait: break
            case .stop(let number): tasks[number].cancel()
            case .finished:
                if let failure { throw failure }
                return
            }
        }
    }

    /// What makes the whole run a failure, if anything. Work cut short by a stop has not failed.
    private func report(_ number: Int, _ error: (any Error)?, wasStopping: Bool) -> (any Error)? {
        let name = services[number].name
        switch error {
        case nil where wasStopping, is CancellationError where wasStopping:
            log.info("service stopped", ["name": name])
            return nil
        case nil:
            log.error("service ended early", ["name": name])
            return LifecycleError.endedEarly(name)
        case .some(let error):
            log.error("service failed", ["name": name, "error": "\(error)"])
            return error
        }
    }
}
