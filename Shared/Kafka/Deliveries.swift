import Synchronization

/// The lock around `PendingSends` and `Room`. Continuations are resumed outside it.
final class Deliveries: Sendable {
    private struct State {
        var sends = PendingSends<CheckedContinuation<[KafkaError?], Never>>()
        var room = Room<CheckedContinuation<Void, Never>>()
    }

    private let state = Mutex(State())

    func begin(count: Int) -> UInt32 {
        state.withLock { $0.sends.begin(count: count) }
    }

    func settle(_ ticket: Ticket, _ error: KafkaError?) {
        if let (waiter, results) = state.withLock({ $0.sends.settle(ticket, error) }) {
            waiter.resume(returning: results)
        }
    }

    /// Suspends until every message of the send is settled.
    func results(of send: UInt32) async -> [KafkaError?] {
        await withCheckedContinuation { continuation in
            if let results = state.withLock({ $0.sends.wait(send, continuation) }) {
                continuation.resume(returning: results)
            }
        }
    }

    var roomMade: UInt64 { state.withLock { $0.room.made } }

    /// Suspends until room is made, if none was since `made`.
    func waitForRoom(since made: UInt64) async {
        await withCheckedContinuation { continuation in
            if !state.withLock({ $0.room.wait(since: made, continuation) }) { continuation.resume() }
        }
    }

    func makeRoom() {
        for waiter in state.withLock({ $0.room.make() }) { waiter.resume() }
    }

    /// Completes every send with `error`, and lets those who wait for room find out for themselves.
    func failAll(_ error: KafkaError) {
        for (waiter, results) in state.withLock({ $0.sends.failAll(error) }) { waiter.resume(returning: results) }
        makeRoom()
    }
}
