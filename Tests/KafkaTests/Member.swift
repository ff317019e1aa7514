import Kafka
import Testing

/// A consumer in a test, and what it has seen: it commits each batch.
struct Member: Sendable {
    let consumer: Consumer
    private let max: Int
    private(set) var changes: [AssignmentChange] = []
    private(set) var seen: [Int] = []
    private(set) var owned: Set<TopicPartition> = []
    /// The last batch was empty.
    private(set) var idle = false

    init(_ consumer: Consumer, max: Int = 100) {
        self.consumer = consumer
        self.max = max
    }

    /// Takes batches until `done`, at most for thirty seconds.
    mutating func step(until done: (Member) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        repeat { try await takeBatch(within: .milliseconds(500)) } while !done(self) && ContinuousClock.now < deadline
        #expect(done(self), "still waiting with \(changes), \(seen.count) messages")
    }

    /// The same with two members of a group in turn: one that did not ask would hold up the other's rebalance.
    static func step(_ one: inout Member, _ two: inout Member, until done: (Member, Member) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        repeat {
            try await one.takeBatch(within: .milliseconds(100))
            try await two.takeBatch(within: .milliseconds(100))
        } while !done(one, two) && ContinuousClock.now < deadline
        #expect(done(one, two), "still waiting with \(one.changes) and \(two.changes)")
    }

    private mutating func takeBatch(within: Duration) async throws {
        let batch = try await consumer.next(max: max, within: within)
        note(batch)
        do {
            try await consumer.commit(batch)
        } catch  where error.isRetriable {
            // Around an outage: the messages come again.
        }
    }

    private mutating func note(_ batch: Batch) {
        for change in batch.changes {
            switch change {
            case .won(let partitions): owned.formUnion(partitions)
            case .handedOver(let partitions), .lost(let partitions): owned.subtract(partitions)
            }
        }
        changes += batch.changes
        seen += numbers(batch.messages)
        idle = batch.messages.isEmpty
    }
}
