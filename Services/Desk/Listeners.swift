import HTTP
import Synchronization

/// Who listens, and how far each has been told.
final class Listeners: Sendable {
    /// Where one begins.
    enum Start: Sendable, Hashable {
        /// Where it was when its connection broke, or where all is when it comes first.
        case after(Position)
        /// It says where, but not so that we understand it.
        case unknown
    }

    struct Listener: Sendable {
        let feed: Feed
        let start: Start
        let ends: ContinuousClock.Instant
        /// Whether it has been told all up to `position`.
        var isUpToDate = false
    }

    private struct State {
        var next = 0
        var listeners: [Int: Listener] = [:]
        /// Up to where those who are up to date have been told.
        var position: Position?
        /// When all of them last heard of a position.
        var positionTold = ContinuousClock.now
    }

    private let lifetime: Duration
    private let beat: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - lifetime: of one stream. After it the client connects again and shows anew that it is logged in.
    ///   - beat: how old the position of a client may be while nothing happens.
    init(lifetime: Duration, beat: Duration) {
        self.lifetime = lifetime
        self.beat = beat
    }

    var isEmpty: Bool { state.withLock { $0.listeners.isEmpty } }

    /// Up to where those who are up to date have been told; `nil` if there are none.
    var position: Position? {
        state.withLock { $0.listeners.values.contains(where: \.isUpToDate) ? $0.position : nil }
    }

    /// Those who wait to be told what they missed.
    var newcomers: [Int: Start] {
        state.withLock { $0.listeners.filter { !$0.value.isUpToDate }.mapValues(\.start) }
    }

    /// A new one. It is told nothing before `bringUpToDate`.
    func add(_ start: Start) -> Feed {
        state.withLock { state in
            let number = state.next
            state.next += 1
            let feed = Feed { [weak self] in self?.remove(number) }
            feed.send(.retry(milliseconds: 2000))
            state.listeners[number] = Listener(feed: feed, start: start, ends: .now + lifetime)
            return feed
        }
    }

    private func remove(_ number: Int) { state.withLock { $0.listeners[number] = nil } }

    /// Tells those who are up to date what has happened since.
    func tell(_ answer: NewsBook.Answer, upTo position: Position) {
        var bytes = answer.bytes(upTo: position)
        let feeds = state.withLock { state in
            state.position = position
            // The older the position that a client comes back with, the more there is to look through.
            if bytes.isEmpty, state.positionTold + beat < .now { bytes = ServerSentEvent.position(position.text).bytes }
            if !bytes.isEmpty { state.positionTold = .now }
            return bytes.isEmpty ? [] : state.listeners.values.filter(\.isUpToDate).map(\.feed)
        }
        // Not under the lock, which a feed that ends takes too.
        for feed in feeds { feed.send(bytes) }
    }

    /// Tells a newcomer what it missed.
    func bringUpToDate(_ number: Int, with answer: NewsBook.Answer, upTo position: Position) {
        let feed = state.withLock { state in
            state.position = position
            state.listeners[number]?.isUpToDate = true
            return state.listeners[number]?.feed
        }
        // Without news it learns at least where it is, for its next connection.
        feed?.send(answer.bytes(upTo: position) + ServerSentEvent.position(position.text).bytes)
    }

    /// Shows everybody that the stream lives; ends those that are past their time. It tells no position: only whoever tells the
    /// news knows what has been sent.
    func signOfLife() {
        for listener in state.withLock({ Array($0.listeners.values) }) {
            listener.feed.send(.heartbeat)
            if listener.ends < .now { listener.feed.end() }
        }
    }
}

extension NewsBook.Answer {
    /// As events, the position with the last of them: a client that loses its connection in the middle hears all of them again.
    fileprivate func bytes(upTo position: Position) -> [UInt8] {
        switch self {
        case .news(let news):
            news.enumerated().flatMap { $1.event(id: $0 == news.count - 1 ? position : nil).bytes }
        case .tooMuch: ServerSentEvent("reset", data: [:], id: position.text).bytes
        }
    }
}
