/// How long to wait before trying again: 50 ms, doubling to 2 s, each cut by up to a half at random so that many who wait do
/// not come back together.
package struct Backoff: Sendable {
    package static let shortest = Duration.milliseconds(50)
    package static let longest = Duration.seconds(2)

    private var next_ = Backoff.shortest

    package init() {}

    /// The next wait: from a half of the current step to all of it.
    package mutating func next() -> Duration {
        defer { next_ = min(next_ * 2, Self.longest) }
        return next_ * Double.random(in: 0.5...1)
    }

    /// Begins again at the shortest, after something worked.
    package mutating func reset() {
        next_ = Self.shortest
    }
}

/// Waits, or returns at once when the task is cancelled; never throws.
package func sleep(for duration: Duration) async {
    // Cancellation is the only thing that it throws, and whoever calls this looks at `Task.isCancelled` next.
    try? await Task.sleep(for: duration)
}
