import Kafka
import Testing

@testable import Deadlines

struct ShardsTests {
    private func partitions(_ numbers: Int32...) -> [TopicPartition] {
        numbers.map { TopicPartition("jiesu.cases", $0) }
    }

    @Test func aWatcherThatStartsWithoutABrokerTakesAll() {
        #expect(Shards(count: 3).owned == [0, 1, 2])
    }

    @Test func theFirstRebalanceSaysWhatIsReallyOurs() {
        var shards = Shards(count: 4)
        shards.joined()
        shards.apply(.won(partitions(1, 2)))
        #expect(shards.owned == [1, 2])
        shards.apply(.won(partitions(3)))
        #expect(shards.owned == [1, 2, 3])
    }

    @Test func anOutageTakesNothingAwayAndARebalanceDoes() {
        var shards = Shards(count: 4)
        shards.apply(.won(partitions(0, 1, 2)))
        shards.apply(.lost(partitions(0, 1, 2)))
        #expect(shards.owned == [0, 1, 2])
        shards.apply(.handedOver(partitions(1)))
        #expect(shards.owned == [0, 2])
    }

    @Test func anotherBrokerChangesNothingUntilItsGroupHasSpoken() {
        var shards = Shards(count: 4)
        shards.apply(.won(partitions(0, 1)))
        shards.joined()
        #expect(shards.owned == [0, 1])
        shards.apply(.won(partitions(2, 3)))
        #expect(shards.owned == [2, 3])
    }
}
