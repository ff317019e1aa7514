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
        repeat {
            let batch = try await consumer.next(max: max, within: .milliseconds(500))
            note(batch)
            try await consumer.commit(batch)
        } while !done(self) && ContinuousClock.now < deadline
        #expect(done(self), "still waiting with \(changes), \(seen.count) messages")
    }

    static func running(_ consumer: Consumer, until done: @Sendable (Member) -> Bool) async throws -> Member {
        try await running(Member(consumer), until: done)
    }

    static func running(_ member: Member, until done: @Sendable (Member) -> Bool) async throws -> Member {
        var member = member
        try await member.step(until: done)
        return member
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
