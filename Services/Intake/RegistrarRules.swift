import Foundation

/// When waiting registrations become a transaction: rules without I/O.
///
/// Requests that arrive close together share one commit; one that arrives alone waits 2 ms at most. While a transaction runs
/// the next one gathers: many small ones would take the processor from whoever comes after.
struct RegistrarRules<Item> {
    /// Requests in one transaction at most.
    var batch = 256
    /// Requests that do not wait for more of them, nor for those that run.
    var crowd = 64
    /// Transactions at the same time; more only queue inside PostgreSQL.
    var lanes = 4
    /// Requests that may wait; one more is told to come back.
    var room = 8192

    private(set) var waiting: [Item] = []
    private(set) var running = 0
    private var timers: Set<Pause> = []

    enum Arrival: Equatable {
        case full
        case next(Step)
    }

    enum Step: Equatable {
        /// Start a transaction with what `take()` gives.
        case start
        /// Call `timeIsUp()` after a while.
        case setTimer(Pause)
        case wait
    }

    enum Pause {
        /// For company.
        case short
        /// One has just ended, so more will come.
        case long
        /// One runs and should end soon; if it does not, nobody else waits for it.
        case patient
    }

    mutating func arrive(_ item: Item) -> Arrival {
        guard waiting.count < room else { return .full }
        waiting.append(item)
        return .next(next(pause: .short))
    }

    private mutating func next(pause: Pause) -> Step {
        if waiting.count >= crowd, running < lanes { return .start }
        if waiting.isEmpty { return .wait }
        let pause = running > 0 ? .patient : pause
        let isSet = timers.contains(pause) || running == 0 && !timers.isDisjoint(with: [.short, .long])
        return isSet || !timers.insert(pause).inserted ? .wait : .setTimer(pause)
    }

    /// Whether to start now.
    mutating func timeIsUp(_ pause: Pause) -> Bool {
        timers.remove(pause)
        return !waiting.isEmpty && (running == 0 || pause == .patient && running < lanes)
    }

    /// What goes into the transaction that starts now.
    mutating func take() -> [Item] {
        running += 1
        let items = Array(waiting.prefix(batch))
        waiting.removeFirst(items.count)
        return items
    }

    /// What to do with what waits, now that a lane is free.
    mutating func ended() -> Step {
        running -= 1
        return next(pause: .long)
    }
}
