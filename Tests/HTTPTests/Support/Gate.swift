import Synchronization

/// An event that tests wait for: closed, then open for good.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Returns when the gate is open. A test that is cancelled, because its time is over, opens it: then the test goes on
    /// and shows what went wrong, instead of standing still.
    func passed() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        } onCancel: {
            open()
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            return state.waiting.consumed()
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Array {
    /// The elements, and leaves none.
    fileprivate mutating func consumed() -> [Element] {
        defer { self = [] }
        return self
    }
}
