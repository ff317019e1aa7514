import Synchronization

/// Counts how long things took, by buckets of seconds. Thread-safe; one short lock an observation, so that the sum and
/// the buckets of one reading belong together.
package final class Histogram: Sendable {
    /// One consistent reading.
    struct Reading: Sendable, Equatable {
        /// Observations in each bucket alone, one more than there are bounds.
        var counts: [UInt64]
        var sum: Double = 0
    }

    let bounds: [Double]
    private let reading: Mutex<Reading>

    init(bounds: [Double]) {
        self.bounds = bounds
        reading = Mutex(Reading(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Adds one observation. Below zero (a clock was set back) counts as zero; not-a-number and the infinities are
    /// left out, because they would spoil the sum for good.
    package func observe(seconds: Double) {
        guard seconds.isFinite else { return }
        let seconds = max(0, seconds)
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        reading.withLock {
            $0.counts[bucket] += 1
            $0.sum += seconds
        }
    }

    /// Adds one observation.
    package func observe(_ duration: Duration) {
        observe(seconds: duration / .seconds(1))
    }

    var now: Reading { reading.withLock { $0 } }
}
