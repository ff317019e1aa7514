/// What the relay knows of the topics: which are there, which refuse, and when one of those is tried again. Pure.
///
/// A topic that refused waits twice as long each time, up to `longest`, until nothing at all waits in the outbox: so
/// one that takes some messages and refuses others is not tried in vain at every turn.
struct RelayTopics {
    typealias Instant = ContinuousClock.Instant

    static let longest = Duration.seconds(300)

    private let first: Duration
    /// Topics that were seen and have not refused since.
    private var seen: Set<String> = []
    /// When each topic that refuses is tried next.
    private var next: [String: Instant]
    /// How long each topic that refused lately waits after it has refused once more.
    private var waits: [String: Duration] = [:]
    /// Those whose oldest message was taken: the others may follow.
    private var opening: Set<String> = []

    /// - Parameters:
    ///   - refusing: topics that refused before; all are due at once.
    ///   - first: how long to leave one alone after its first refusal.
    init(refusing: Set<String>, first: Duration, at now: Instant) {
        self.first = first
        next = Dictionary(uniqueKeysWithValues: refusing.map { ($0, now) })
    }

    func refuses(_ topic: String) -> Bool { next[topic] != nil }

    func isSeen(_ topic: String) -> Bool { seen.contains(topic) }

    /// The topic that has been due for longest, if any is; `isProbe`: only one message may go.
    func due(at now: Instant) -> (topic: String, isProbe: Bool)? {
        next.filter { $0.value <= now }.min { ($0.value, $0.key) < ($1.value, $1.key) }
            .map { ($0.key, !opening.contains($0.key)) }
    }

    /// The broker was asked: `existing` are there. Those of `wanted` that are not refuse from now on; they are looked
    /// for again after the first wait, for looking costs little.
    /// - Returns: those of them that did not refuse before.
    mutating func see(_ existing: Set<String>, wanted: Set<String>, at now: Instant) -> Set<String> {
        seen = existing
        let missing = wanted.subtracting(existing)
        let new = missing.filter { !refuses($0) }
        for topic in missing {
            opening.remove(topic)
            next[topic] = now + first
        }
        return new
    }

    /// A topic that is there refused a message.
    /// - Returns: how long it is left alone.
    mutating func refused(_ topic: String, at now: Instant) -> Duration {
        let wait = waits[topic] ?? first
        seen.remove(topic)
        opening.remove(topic)
        next[topic] = now + wait
        waits[topic] = min(wait * 2, Self.longest)
        return wait
    }

    /// A topic that refused took what it was given: more may follow at once.
    mutating func took(_ topic: String, at now: Instant) {
        opening.insert(topic)
        next[topic] = now
    }

    /// Nothing of a topic is set aside: it refuses no longer.
    mutating func isOpen(_ topic: String) {
        opening.remove(topic)
        next[topic] = nil
    }

    /// Nothing waits: whoever took everything begins anew.
    mutating func forgive() {
        waits = waits.filter { refuses($0.key) }
    }
}
