/// Slows whoever guesses passwords: after some failures for a name from an address each further attempt waits, one at a time. From
/// another address the right password still works at once, so nobody can lock a colleague out. Pure.
///
/// Of this process alone, and bounded: what it forgets is a guesser's failures, never a log-in.
struct Guesses {
    /// Failures that cost nothing.
    var free = 5
    /// How long an attempt waits after them.
    var pause = Duration.seconds(10)
    /// Without an attempt for so long, failures are forgotten.
    var memory = Duration.seconds(15 * 60)
    /// Names and addresses that are remembered.
    var most = 10_000

    enum Turn {
        case now
        case afterPause
        /// One is waiting already.
        case no
    }

    private struct Key: Hashable {
        let name: String
        let address: String
    }

    private struct Entry {
        var failures = 0
        var isWaiting = false
        var last: ContinuousClock.Instant
    }

    private var entries: [Key: Entry] = [:]

    var count: Int { entries.count }

    /// Whether an attempt may be made now, or after `pause`; `ended` must follow unless it may not. It counts as a failure from the
    /// beginning, so that many at once are no more than one after the other.
    mutating func begin(_ name: String, from address: String, at now: ContinuousClock.Instant) -> Turn {
        let key = Key(name: name, address: address)
        if entries[key] == nil, entries.count >= most { forget(at: now) }
        var entry = entries[key].flatMap { now - $0.last < memory ? $0 : nil } ?? Entry(last: now)
        defer { entries[key] = entry }
        guard entry.failures >= free else {
            entry.failures += 1
            entry.last = now
            return .now
        }
        guard !entry.isWaiting else { return .no }
        entry.isWaiting = true
        entry.last = now
        return .afterPause
    }

    mutating func ended(_ name: String, from address: String, isRight: Bool, at now: ContinuousClock.Instant) {
        let key = Key(name: name, address: address)
        guard !isRight else {
            entries[key] = nil
            return
        }
        entries[key]?.isWaiting = false
        entries[key]?.last = now
    }

    /// What is old, or else the older half: whoever fills this up has an address for each entry and is slowed by that.
    private mutating func forget(at now: ContinuousClock.Instant) {
        entries = entries.filter { now - $0.value.last < memory }
        guard entries.count >= most else { return }
        let middle = entries.values.map(\.last).sorted()[entries.count / 2]
        entries = entries.filter { $0.value.last > middle }
    }
}
