import Synchronization

/// Counts what happened. Adding is one atomic instruction, from any thread.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// Adds `amount`; below zero it adds nothing, since a counter only grows. At the end of `UInt64` it wraps, which
    /// Prometheus reads as a restart.
    package func add(_ amount: Int = 1) {
        guard amount > 0 else { return }
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    /// The sum so far.
    package var value: UInt64 { count.load(ordering: .relaxed) }
}
