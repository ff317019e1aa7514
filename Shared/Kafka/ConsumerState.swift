/// What a consumer knows between two calls: pure, fed by the rebalance callback and by messages.
struct ConsumerState {
    /// A batch is full when it holds this many bytes, however few messages those are.
    static let batchBytes = 4 << 20

    private(set) var assignment = Assignment()
    /// The messages gathered for the next batch.
    private var messages: [IncomingMessage] = []
    private var bytes = 0
    /// Where each partition goes on: one behind the last message returned or, at first, the committed offset.
    private(set) var positions: [TopicPartition: Int64] = [:]

    mutating func apply(_ rebalance: Rebalance) {
        assignment.apply(rebalance)
        switch rebalance {
        case .assigned: break
        case .revoked(let partitions), .lost(let partitions):
            // Whoever owns them next starts from the committed offset and gets these messages. That may be us, in this
            // very batch, and then keeping them would give them twice and out of order.
            messages.removeAll { partitions.contains($0.topicPartition) }
            bytes = messages.reduce(0) { $0 + $1.size }
            for partition in partitions { positions[partition] = nil }
        }
    }

    mutating func add(_ message: IncomingMessage) {
        messages.append(message)
        bytes += message.size
        positions[message.topicPartition] = message.offset + 1
    }

    /// Where a partition starts, unless a message has told already.
    mutating func start(_ offsets: [TopicPartition: Int64]) {
        positions.merge(offsets) { known, _ in known }
    }

    /// Nobody waits for more of these.
    mutating func paused(_ partitions: [TopicPartition]) {
        for partition in partitions { positions[partition] = nil }
    }

    var isEmpty: Bool { messages.isEmpty && !assignment.hasChanges }

    func isFull(_ max: Int) -> Bool { messages.count >= max || bytes >= Self.batchBytes }

    mutating func takeBatch() -> Batch {
        defer {
            messages = []
            bytes = 0
        }
        return Batch(messages: messages, changes: assignment.takeChanges())
    }

    /// The offsets of a batch that are still ours to commit.
    func committable(_ batch: Batch) -> [TopicPartition: Int64] {
        batch.nextOffsets.filter { assignment.owned.contains($0.key) }
    }
}
