import Synchronization

/// Says how much there is now. Setting is one atomic instruction, from any thread.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)  // the bit pattern of 0.0

    /// Replaces the value; not-a-number and the infinities are shown as such.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Replaces the value.
    package func set(_ value: Int) {
        set(Double(value))
    }

    /// The value last set, 0 before.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
