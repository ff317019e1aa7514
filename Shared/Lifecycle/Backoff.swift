/// How long to wait before trying again: doubles with each failure, up to a limit, and varies by chance, so that many
/// who lost the same server do not come back at the same moment.
///
///     var backoff = Backoff()
///     while !Task.isCancelled {
///         do { try await work(); backoff.reset() } catch { await sleep(for: backoff.next()) }
///     }
package struct Backoff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var step: Duration

    /// - Parameters:
    ///   - first: the longest first wait, default 50 ms
    ///   - longest: the longest wait of all, default 2 s; not below `first`
    package init(first: Duration = .milliseconds(50), longest: Duration = .seconds(2)) {
        self.first = max(first, .zero)
        self.longest = max(longest, self.first)
        step = self.first
    }

    /// The next wait: between half of the step and the whole step, which then doubles.
    package mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        defer { step = step > longest / 2 ? longest : step * 2 }
        let chance = Double(generator.next() >> 11) / 0x1p53  // 0 ..< 1, to the last bit of a `Double`
        return min(step * (0.5 + chance / 2), step)
    }

    /// Begins again at `first`; called when something worked.
    package mutating func reset() {
        step = first
    }
}
