import Kafka

/// Which shards a watcher looks after: pure rules.
///
/// A shard is a partition of `jiesu.cases`, and whoever owns the partition in the consumer group owns the shard. But a broker
/// that is away takes nobody's shards: its clocks would stand still. So only a completed rebalance takes any away, and a
/// watcher that has not heard of one yet takes all. Two owners for a moment do nothing twice, since each firing locks its case.
struct Shards: Sendable, Equatable {
    /// Partitions of `jiesu.cases`.
    let count: Int
    private(set) var owned: Set<Int>
    /// Nothing was heard from the group that was joined last.
    private var isUnconfirmed = true

    init(count: Int) {
        self.count = count
        owned = Set(0..<count)
    }

    /// A new consumer joins: what it owned before stays until the group has spoken.
    mutating func joined() { isUnconfirmed = true }

    mutating func apply(_ change: AssignmentChange) {
        switch change {
        case .won(let partitions):
            if isUnconfirmed { owned = [] }
            isUnconfirmed = false
            owned.formUnion(partitions.map { Int($0.partition) })
        case .handedOver(let partitions):
            isUnconfirmed = false
            owned.subtract(partitions.map { Int($0.partition) })
        case .lost: break
        }
    }
}
