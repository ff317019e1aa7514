import Testing

@testable import Kafka

final class ConsumerStateTests {
    private var state = ConsumerState()
    private let a = TopicPartition("t", 0)
    private let b = TopicPartition("t", 1)

    private func message(_ partition: TopicPartition, _ offset: Int64, size: Int = 1) -> IncomingMessage {
        IncomingMessage(
            topic: partition.topic, partition: partition.partition, offset: offset, timestamp: nil, key: nil,
            value: Array(repeating: 0, count: size), headers: [])
    }

    @Test func messagesOfPartitionsTakenAwayAreNotReturned() {
        state.apply(.assigned([a, b]))
        state.add(message(a, 1))
        state.add(message(b, 5))
        state.apply(.lost([a]))
        let batch = state.takeBatch()
        #expect(batch.changes == [.won([a, b]), .lost([a])])
        #expect(batch.messages == [message(b, 5)])
        #expect(state.positions == [b: 6])
    }

    @Test func messagesGatheredBeforeARebalanceAreNotReturnedTwice() {
        state.apply(.assigned([a]))
        state.add(message(a, 1))
        state.apply(.revoked([a]))
        state.apply(.assigned([a]))
        state.add(message(a, 1))
        let batch = state.takeBatch()
        #expect(batch.messages == [message(a, 1)])
    }

    @Test func onlyPartitionsThatAreStillOursAreCommitted() {
        state.apply(.assigned([a, b]))
        let batch = Batch(messages: [message(a, 1), message(a, 2), message(b, 9)])
        #expect(state.committable(batch) == [a: 3, b: 10])
        state.apply(.revoked([a, b]))
        state.apply(.assigned([b]))
        #expect(state.committable(batch) == [b: 10])
    }

    @Test func aBatchIsBoundedByCountAndByBytes() {
        state.add(message(a, 1))
        #expect(!state.isFull(2))
        state.add(message(a, 2))
        #expect(state.isFull(2))
        #expect(!state.isFull(500))
        state.add(message(a, 3, size: ConsumerState.batchBytes))
        #expect(state.isFull(500))
        _ = state.takeBatch()
        #expect(!state.isFull(1))
    }

    @Test func aRevokedBatchNoLongerCountsAsFull() {
        state.apply(.assigned([a]))
        state.add(message(a, 3, size: ConsumerState.batchBytes))
        state.apply(.revoked([a]))
        #expect(!state.isFull(500))
    }

    @Test func aCommittedOffsetDoesNotReplaceAPositionThatAMessageTold() {
        state.add(message(a, 7))
        state.start([a: 3, b: 4])
        #expect(state.positions == [a: 8, b: 4])
    }
}
