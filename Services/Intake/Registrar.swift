import CaseStore
import Lifecycle
import Postgres
import Telemetry

/// Lets concurrent requests share a transaction and gives each its own answer.
actor Registrar {
    /// Why there is no answer. Nothing is known to be registered; the same key may be sent again.
    enum Failure: Error {
        /// More requests wait than there is room for.
        case full
        /// The database did not take it in time.
        case unavailable
        /// The database refuses this one as data.
        case unacceptable
    }

    private struct Waiting {
        let registration: Registration
        let continuation: CheckedContinuation<Registration.Outcome, any Error>
    }

    private let store: CaseStore
    private let log: Logger
    private let patience: Duration
    private var rules = RegistrarRules<Waiting>()

    /// - Parameters:
    ///   - patience: how long a batch is tried again when the database is away.
    init(_ store: CaseStore, patience: Duration = .seconds(5), log: Logger) {
        self.store = store
        self.patience = patience
        self.log = log
    }

    /// Registers; returns after the commit.
    func register(_ registration: Registration) async throws -> Registration.Outcome {
        try await withCheckedThrowingContinuation { continuation in
            switch rules.arrive(Waiting(registration: registration, continuation: continuation)) {
            case .full: continuation.resume(throwing: Failure.full)
            case .next(let step): take(step)
            }
        }
    }

    private static func time(_ pause: RegistrarRules<Waiting>.Pause) -> Duration {
        switch pause {
        case .short: .milliseconds(2)
        case .long: .milliseconds(10)
        case .patient: .milliseconds(50)
        }
    }

    private func take(_ step: RegistrarRules<Waiting>.Step) {
        switch step {
        case .start: start()
        case .setTimer(let pause):
            Task {
                await sleep(for: Self.time(pause))
                if rules.timeIsUp(pause) { start() }
            }
        case .wait: break
        }
    }

    /// In a task of its own, as the timer is: nobody waits for it at a stop. The server drains its requests first, and so
    /// theirs; of a batch that outlasts the drain nobody hears, and it may still be committed. The key makes that safe: whoever
    /// sends again gets the same number.
    private func start() {
        let items = rules.take()
        Task {
            await settle(items)
            take(rules.ended())
        }
    }

    private func settle(_ items: [Waiting]) async {
        do {
            let outcomes = try await persist(items.map(\.registration))
            for (item, outcome) in zip(items, outcomes) { item.continuation.resume(returning: outcome) }
        } catch let error where error.isDataFault && items.count > 1 {
            // One of them is at fault; the others must not suffer for it.
            let half = items.count / 2
            await settle(Array(items[..<half]))
            await settle(Array(items[half...]))
        } catch {
            log.error("batch not registered", ["requests": items.count, "reason": "\(error)"])
            let failure: Failure = error.isDataFault ? .unacceptable : .unavailable
            for item in items { item.continuation.resume(throwing: failure) }
        }
    }

    /// Tries a batch again while the database is away. Keys make that safe even after a commit whose answer was lost.
    private func persist(_ registrations: [Registration]) async throws -> [Registration.Outcome] {
        let deadline = ContinuousClock.now + patience
        var backoff = Backoff()
        while true {
            do {
                return try await store.register(registrations)
            } catch let error where !error.isDataFault && ContinuousClock.now < deadline {
                log.warning("registration waits", ["reason": "\(error)"])
                await sleep(for: backoff.next())
            }
        }
    }
}
