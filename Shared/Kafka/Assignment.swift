/// What librdkafka's rebalance callback says.
enum Rebalance: Sendable, Equatable {
    /// A rebalance is complete: these and no others are ours.
    case assigned([TopicPartition])
    /// A rebalance begins: give these back in good order.
    case revoked([TopicPartition])
    /// They are gone already; the broker or the group no longer counts us in.
    case lost([TopicPartition])
}

/// Whose partition it is: pure rules, from librdkafka's callbacks to the changes that a consumer reports.
///
/// Under the eager protocol every rebalance takes all partitions away and then assigns anew. Only the difference is
/// reported, and only when the rebalance is complete: in between nobody else can have them.
struct Assignment {
    private(set) var owned: Set<TopicPartition> = []
    /// Revoked by a rebalance that is not complete.
    private var revoked: Set<TopicPartition> = []
    private var lost: Set<TopicPartition> = []
    private var changes: [AssignmentChange] = []

    mutating func apply(_ rebalance: Rebalance) {
        switch rebalance {
        case .revoked(let partitions):
            owned.subtract(partitions)
            revoked.formUnion(partitions)
        case .lost(let partitions):
            owned.subtract(partitions)
            lost.formUnion(partitions)
            note(AssignmentChange.lost, Set(partitions))
        case .assigned(let partitions):
            let before = owned.union(revoked)
            owned = Set(partitions)
            note(AssignmentChange.handedOver, before.union(lost).subtracting(owned))
            note(AssignmentChange.won, owned.subtracting(before.subtracting(lost)))
            revoked = []
            lost = []
        }
    }

    /// The changes since the last time, and forgets them.
    mutating func takeChanges() -> [AssignmentChange] {
        defer { changes = [] }
        return changes
    }

    var hasChanges: Bool { !changes.isEmpty }

    private mutating func note(_ change: ([TopicPartition]) -> AssignmentChange, _ partitions: Set<TopicPartition>) {
        if !partitions.isEmpty { changes.append(change(partitions.sorted())) }
    }
}
