import Foundation

/// When waiting registrations become a transaction: rules without I/O.
///
/// Requests that arrive close together share one commit; one that arrives alone waits 2 ms at most.
struct RegistrarRules<Item> {
    /// Requests in one transaction at most.
    var batch = 256
    /// Transactions at the same time; more only queue inside PostgreSQL.
    var lanes = 4
    /// Requests that may wait; one more is told to come back.
    var room = 8192

    private(set) var waiting: [Item] = []
    private(set) var running = 0
    private var isTimerSet = false

    enum Arrival: Equatable {
        case full
        /// Start a transaction with what `take()` gives.
        case start
        /// Call `timeIsUp()` after the pause.
        case setTimer
        case wait
    }

    mutating func arrive(_ item: Item) -> Arrival {
        guard waiting.count < room else { return .full }
        waiting.append(item)
        if waiting.count >= batch, running < lanes { return .start }
        if isTimerSet || running == lanes { return .wait }
        isTimerSet = true
        return .setTimer
    }

    /// Whether to start now. With all lanes busy the next one that ends takes what waits.
    mutating func timeIsUp() -> Bool {
        isTimerSet = false
        return !waiting.isEmpty && running < lanes
    }

    /// What goes into the transaction that starts now.
    mutating func take() -> [Item] {
        running += 1
        let items = Array(waiting.prefix(batch))
        waiting.removeFirst(items.count)
        return items
    }

    /// Whether the lane that became free starts again at once.
    mutating func ended() -> Bool {
        running -= 1
        return !waiting.isEmpty
    }
}
