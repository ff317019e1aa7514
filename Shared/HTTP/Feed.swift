import Synchronization

/// The body of an answer that is made over time. Whoever makes it sends pieces from any thread; the server writes them as
/// the client reads. No thread and no task belongs to one.
///
/// What waits for a slow client is bounded: one that falls behind further is hung up on.
package final class Feed: Sendable {
    private struct State {
        var feed: FeedState
        /// Whom to wake: the connection stands still, and is there for as long as it does.
        var suspended: FeedReader?
        var onEnd: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: bytes that may wait to be written, default 64 KiB.
    ///   - onEnd: called once when nothing more will be written, whatever the reason: the client left, was too slow or
    ///     never got this answer, the server stops, or `end` was called. Must not block. It is not called for a feed
    ///     that no handler answered with.
    package init(capacity: Int = 64 << 10, onEnd: @escaping @Sendable () -> Void) {
        state = Mutex(State(feed: FeedState(capacity: capacity), onEnd: onEnd))
    }

    /// Hands over the next bytes; never waits. `false`: they will not be written, nor will any others.
    @discardableResult package func send(_ piece: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.feed.send(piece) else { return false }
            Self.wake(&state)
            return true
        }
    }

    /// The body is complete; what waits is written still.
    package func end() {
        state.withLock { state in
            state.feed.end()
            Self.wake(&state)
        }
    }

    // MARK: For the server

    var isOverrun: Bool { state.withLock { $0.feed.isOverrun } }

    /// Nobody reads any more: the connection is to be closed.
    func abandon() {
        state.withLock { state in
            state.feed.abandon()
            Self.wake(&state)
        }
    }

    /// Nothing more will be written; the connection may be gone.
    func over() {
        let onEnd = state.withLock { state in
            state.feed.abandon()
            return state.onEnd.take()
        }
        // Outside the lock: whoever is told may hold a lock of their own while they send to another feed.
        onEnd?()
    }

    /// What to write next, at most `most` bytes. If there is nothing, `reader`'s connection is suspended until there is.
    func next(atMost most: Int, for reader: FeedReader) -> FeedState.Step {
        state.withLock { state in
            let step = state.feed.next(atMost: most)
            if step == .wait {
                // Under the lock, so that nobody resumes what is not yet suspended.
                reader.suspend()
                state.suspended = reader
            }
            return step
        }
    }

    private static func wake(_ state: inout State) { state.suspended.take()?.resume() }
}
