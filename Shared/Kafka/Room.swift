/// Who waits until the producer's queue has room again: pure bookkeeping.
///
/// A sender notes `made` before it tries, and waits only if no room has been made since: so room made between its try
/// and its wait is not missed.
struct Room<Waiter> {
    /// How many times room was made.
    private(set) var made: UInt64 = 0
    private var waiters: [Waiter] = []

    /// `false`: room was made since; try again at once.
    mutating func wait(since: UInt64, _ waiter: Waiter) -> Bool {
        guard made == since else { return false }
        waiters.append(waiter)
        return true
    }

    /// Returns everybody who should try again.
    mutating func make() -> [Waiter] {
        made += 1
        defer { waiters = [] }
        return waiters
    }
}
