import Synchronization

/// Takes the one report of something that runs beside a suite, and says when it is there.
final class Outcome<Report: Sendable>: Sendable {
    private struct State {
        var report: Report?
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var report: Report? { state.withLock { $0.report } }

    func tell(_ report: Report) {
        let action = state.withLock { state in
            state.report = report
            return state.action
        }
        action?()
    }

    /// Calls `action` once the report is there, perhaps at once.
    func whenTold(_ action: @escaping @Sendable () -> Void) {
        let isTold = state.withLock { state in
            state.action = action
            return state.report != nil
        }
        if isTold { action() }
    }
}
