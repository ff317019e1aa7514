/// The sends that still wait for delivery reports: pure bookkeeping, with `Waiter` being whoever gets the results.
///
/// Each message is settled once; a second report about it, or one about a send that is over, changes nothing.
struct PendingSends<Waiter> {
    typealias Results = [KafkaError?]

    private struct Send {
        var results: Results
        var settled: [Bool]
        /// How many are not settled.
        var open: Int
        var waiter: Waiter?

        func isOpen(_ index: Int) -> Bool { index < settled.count && !settled[index] }
    }

    private var sends: [UInt32: Send] = [:]
    private var lastID: UInt32 = 0

    /// Opens a send of `count` messages.
    mutating func begin(count: Int) -> UInt32 {
        repeat { lastID &+= 1 } while lastID == 0 || sends[lastID] != nil
        sends[lastID] = Send(
            results: Array(repeating: nil, count: count), settled: Array(repeating: false, count: count), open: count)
        return lastID
    }

    /// A message was acknowledged (`nil`) or failed. Returns whom to tell when it was the last of a send waited for.
    mutating func settle(_ ticket: Ticket, _ error: KafkaError?) -> (Waiter, Results)? {
        let index = Int(ticket.index)
        // Not copied out: a copy of the array would make every report cost as much as the whole send.
        guard sends[ticket.send]?.isOpen(index) == true else { return nil }
        sends[ticket.send]!.settled[index] = true
        sends[ticket.send]!.results[index] = error
        sends[ticket.send]!.open -= 1
        return complete(ticket.send)
    }

    /// Registers who waits for the send; returns the results instead when they are complete.
    mutating func wait(_ id: UInt32, _ waiter: Waiter) -> Results? {
        sends[id]?.waiter = waiter
        return complete(id)?.1
    }

    /// Every message without a report fails with `error`. Returns whom to tell; a send that nobody waits for yet keeps
    /// its results until somebody asks.
    mutating func failAll(_ error: KafkaError) -> [(Waiter, Results)] {
        for id in sends.keys {
            let settled = sends[id]!.settled
            for index in settled.indices where !settled[index] {
                sends[id]!.settled[index] = true
                sends[id]!.results[index] = error
            }
            sends[id]!.open = 0
        }
        return Array(sends.keys).compactMap { complete($0) }
    }

    /// Takes the send out if it is complete and somebody waits for it.
    private mutating func complete(_ id: UInt32) -> (Waiter, Results)? {
        guard let send = sends[id], send.open == 0, let waiter = send.waiter else { return nil }
        sends[id] = nil
        return (waiter, send.results)
    }
}
