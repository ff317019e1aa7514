/// What one `next` brought: first what changed about who owns which partition, then the messages, which all came after
/// the changes and belong to partitions that are still ours.
package struct Batch: Sendable, Equatable {
    /// Of each partition in the order of offsets.
    package var messages: [IncomingMessage]
    /// In the order in which they happened.
    package var changes: [AssignmentChange]

    package init(messages: [IncomingMessage] = [], changes: [AssignmentChange] = []) {
        self.messages = messages
        self.changes = changes
    }

    /// Where each partition goes on once the batch is done: the highest offset and one.
    package var nextOffsets: [TopicPartition: Int64] {
        messages.reduce(into: [:]) { offsets, message in
            offsets[message.topicPartition] = max(offsets[message.topicPartition] ?? 0, message.offset + 1)
        }
    }
}
