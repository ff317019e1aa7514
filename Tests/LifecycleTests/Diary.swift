import Synchronization

/// What happened to several services, in order; can be awaited.
final class Diary: Sendable {
    private let entries = Mutex<[String]>([])
    private let waiting = Mutex<[(String, CheckedContinuation<Void, Never>)]>([])

    var all: [String] { entries.withLock { $0 } }

    func note(_ entry: String) {
        let woken = waiting.withLock { waiting in
            entries.withLock { $0.append(entry) }
            let woken = waiting.filter { $0.0 == entry }
            waiting.removeAll { $0.0 == entry }
            return woken
        }
        for (_, continuation) in woken { continuation.resume() }
    }

    /// Returns once `entry` has been noted.
    func has(_ entry: String) async {
        await withCheckedContinuation { continuation in
            let there = waiting.withLock { waiting in
                if entries.withLock({ $0.contains(entry) }) { return true }
                waiting.append((entry, continuation))
                return false
            }
            if there { continuation.resume() }
        }
    }
}
