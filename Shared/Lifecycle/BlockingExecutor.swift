@preconcurrency import Dispatch

/// Runs an actor on a queue of its own, so that its blocking calls never hold one of Swift's few shared threads.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: for debuggers; need not be unique.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }

    /// Runs `body`, which may block, on the queue. Throws what it throws.
    package func run<T, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> sending T
    ) async throws(Failure) -> sending T {
        try await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(Failure) in try body() }) }
        }.get()
    }
}
