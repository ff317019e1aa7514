import Support
import Testing

@testable import Kafka

struct ConsumerTests {
    @Test(arguments: TestBroker.kinds)
    func whatWasNotCommittedIsDeliveredToTheNextConsumer(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 1)
        let group = TestBroker.uniqueName()
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(10, to: topic)).allSatisfy { $0 == nil })

        let first = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var member = Member(first, max: 4)
        try await member.step { $0.seen.count >= 4 }
        #expect(member.changes == [.won([TopicPartition(topic, 0)])])
        #expect(member.seen == [0, 1, 2, 3])
        #expect(await first.lag() == [TopicPartition(topic, 0): 6])
        #expect(numbers(try await first.next(max: 4, within: .seconds(5)).messages) == [4, 5, 6, 7])
        await first.close()
        await #expect(throws: KafkaError.self) { try await first.next(max: 1, within: .zero) }

        let second = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var next = Member(second, max: 100)
        try await next.step { $0.seen.count >= 6 }
        #expect(next.seen == [4, 5, 6, 7, 8, 9])
        #expect(await second.lag() == [TopicPartition(topic, 0): 0])
        await second.close()
    }

    @Test(arguments: TestBroker.kinds)
    func aSecondConsumerTakesItsShareAndGivesItBack(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 4)
        let group = TestBroker.uniqueName()
        let producer = try Producer(broker.settings, log: .silent)
        let all = (0..<4).map { TopicPartition(topic, $0) }
        let first = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var one = Member(first)
        try await one.step { $0.changes == [.won(all)] }
        #expect(await producer.send(numbered(100, to: topic)).allSatisfy { $0 == nil })

        let second = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var two = Member(second)
        try await Member.step(&one, &two) { $0.owned.count == 2 && $1.owned.count == 2 }
        #expect(one.owned.union(two.owned) == Set(all))
        #expect(one.changes.contains(.handedOver(two.owned.sorted())))

        #expect(await producer.send(numbered(200, to: topic)).allSatisfy { $0 == nil })
        try await Member.step(&one, &two) { Set($0.seen + $1.seen) == Set(0..<200) }
        #expect(one.owned.count == 2 && two.owned.count == 2)
        await second.close()
        try await one.step { $0.owned == Set(all) }
        #expect(one.changes.last == .won(two.owned.sorted()))
        await first.close()
    }

    @Test(arguments: TestBroker.kinds)
    func whoPausesReadsNothingAndStaysAMember(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 2)
        let all = (0..<2).map { TopicPartition(topic, $0) }
        let group = TestBroker.uniqueName()
        let first = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var one = Member(first)
        try await one.step { $0.changes == [.won(all)] }
        try await first.pause(all)
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(10, to: topic)).allSatisfy { $0 == nil })
        #expect(try await first.next(max: 10, within: .seconds(2)).messages.isEmpty)

        let second = try Consumer(broker.settings, group: group, topics: [topic], log: .silent)
        var two = Member(second)
        try await Member.step(&one, &two) { $0.owned.count == 1 && $1.owned.count == 1 }
        await second.close()
        try await one.step { $0.owned == Set(all) }
        await first.close()
    }

    @Test(.timeLimit(.minutes(5))) func aBrokerThatGoesInTheMiddleOfABacklogHoldsNobodyUp() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        let consumer = try Consumer(broker.settings, group: "g", topics: [topic], log: .silent)
        var member = Member(consumer)
        // More than is fetched in advance, so that the end is known and not at hand.
        #expect(await producer.send(numbered(5 * FetchBounds.messages, to: topic)).allSatisfy { $0 == nil })
        try await member.step { !$0.seen.isEmpty }
        broker.embedded?.setDown()
        var longest = Duration.zero
        var isEmpty = false
        while !isEmpty {
            let start = ContinuousClock.now
            isEmpty = try await consumer.next(max: 500, within: .milliseconds(200)).messages.isEmpty
            longest = max(longest, ContinuousClock.now - start)
        }
        #expect(longest < .seconds(2))
        await consumer.close()
    }

    @Test(.timeLimit(.minutes(2))) func anOutageIsALossAndNoHandoverAndEverythingIsBounded() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 2)
        let both = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        let producer = try Producer(broker.settings, log: .silent)
        let consumer = try Consumer(broker.settings, group: "g", topics: [topic], log: .silent)
        var member = Member(consumer)
        try await member.step { $0.changes == [.won(both)] }
        #expect(await producer.send(numbered(5, to: topic)).allSatisfy { $0 == nil })
        let batch = try await consumer.next(max: 100, within: .seconds(5))
        #expect(!batch.messages.isEmpty)

        broker.embedded?.setDown()
        await #expect(throws: KafkaError.self) { try await consumer.commit(batch) }
        try await member.step { $0.changes.last == .lost(both) }

        broker.embedded?.setUp()
        try await member.step { $0.changes.last == .won(both) && Set($0.seen) == Set(0..<5) }
        #expect(member.changes == [.won(both), .lost(both), .won(both)])

        broker.embedded?.setDown()
        await consumer.close()
    }
}
