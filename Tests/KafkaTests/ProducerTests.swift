import Support
import Synchronization
import Telemetry
import Testing

@testable import Kafka

struct ProducerTests {
    @Test(arguments: TestBroker.kinds)
    func everyPartOfAMessageArrives(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 3)
        let producer = try Producer(broker.settings, log: .silent)
        let headers = [Header("ce_id", "g:1:2"), Header("bad", [0xC3, 0x28]), Header("空", "值"), Header("empty", "")]
        let results = await producer.send([
            OutgoingMessage(topic: topic, partition: 2, key: [1, 0, 255], value: [0, 9], headers: headers),
            OutgoingMessage(topic: topic, partition: 2, key: [], value: nil),
            OutgoingMessage(topic: topic, partition: 1, key: [7], value: []),
        ])
        #expect(results == [nil, nil, nil])

        let messages = try await readAll(topic, broker).sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
        try #require(messages.count == 3)
        #expect(messages.map(\.partition) == [1, 2, 2])
        #expect(messages.map(\.offset) == [0, 0, 1])
        #expect(messages.map(\.key) == [[7], [1, 0, 255], []])
        #expect(messages.map(\.value) == [[], [0, 9], nil])
        #expect(messages[1].headers == headers)
        #expect(messages[1].header("ce_id") == "g:1:2")
        #expect(messages[1].header("空") == "值")
        #expect(messages[1].header("bad") == nil)
        #expect(messages[1].header("none") == nil)
        #expect(messages.allSatisfy { ($0.timestamp ?? 0) > 1_600_000_000_000 })
    }

    @Test(arguments: TestBroker.kinds)
    func aRefusedMessageDoesNotHoldUpTheOthers(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        var messages = numbered(6, to: topic)
        messages[1].value = Array(repeating: 0, count: 2_000_000)
        messages[3].partition = 99
        // The embedded broker makes an unknown topic instead of refusing it.
        if kind == .real { messages[5].topic = TestBroker.uniqueName() }
        let results = await producer.send(messages)
        #expect(results[1]?.code == "MSG_SIZE_TOO_LARGE")
        #expect(results[3]?.code == "_UNKNOWN_PARTITION")
        if kind == .real {
            #expect(results[5]?.code == "UNKNOWN_TOPIC_OR_PART" || results[5]?.code == "_UNKNOWN_TOPIC")
        }
        #expect(results.compactMap { $0 }.allSatisfy { !$0.isRetriable && !$0.isFatal })
        #expect([results[0], results[2], results[4]] == [nil, nil, nil])
        let arrived = numbers(try await readAll(topic, broker))
        #expect(arrived == (kind == .real ? [0, 2, 4] : [0, 2, 4, 5]))
    }

    @Test func aFullQueueMakesSendersWaitAndAnOutageLosesAndDoublesNothing() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 4)
        let troubles = Mutex(0)
        let log = Logger(service: "test") { line in
            if line.contains("\"facility\":\"FAIL\"") { troubles.withLock { $0 += 1 } }
        }
        let producer = try Producer(broker.settings, log: log)
        #expect(await producer.send(numbered(1, to: topic)) == [nil])
        broker.embedded?.setDown()
        let count = Producer.queueLimit * 2 + 500
        async let results = producer.send(numbered(count, to: topic))
        try await eventually("the queue is full") { producer.queued == Producer.queueLimit }
        try await eventually("librdkafka has noticed, and has tried in vain") { troubles.withLock { $0 } >= 2 }
        #expect(producer.queued == Producer.queueLimit)
        broker.embedded?.setUp()
        #expect(await results.allSatisfy { $0 == nil })
        // While the last report is being read its message still counts.
        try await eventually("the queue is empty") { producer.queued == 0 }
        #expect(numbers(try await readAll(topic, broker)).sorted() == [0] + Array(0..<count))
    }

    @Test(.timeLimit(.minutes(1))) func abandoningWithoutABrokerCompletesEverySend() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(1, to: topic)) == [nil])
        broker.embedded?.setDown()
        async let waiting = producer.send(numbered(3, to: topic))
        async let overfull = producer.send(numbered(Producer.queueLimit + 1, to: topic))
        try await eventually("the queue is full") { producer.queued == Producer.queueLimit }
        producer.abandon()
        #expect(await waiting.allSatisfy { $0?.code == "_DESTROY" })
        #expect(await overfull.allSatisfy { $0?.code == "_DESTROY" })
        #expect(await producer.waitUntilGone(atMost: .seconds(60)))
        #expect(await producer.send(numbered(1, to: topic)).map(\.?.isRetriable) == [true])
        producer.abandon()
    }

    @Test func aProducerThatIsDroppedGoesAway() async throws {
        let broker = try TestBroker()
        weak var dropped: Producer?
        do {
            let producer = try Producer(broker.settings, log: .silent)
            dropped = producer
            #expect(await producer.send(numbered(1, to: "t")) == [nil])
        }
        try await eventually("it is gone") { dropped == nil }
    }

    @Test func retriedRequestsAreNotAnError() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        // NOT_LEADER_FOR_PARTITION, then a cut connection.
        broker.embedded?.refuse(.produce, with: [6, -195])
        #expect(await producer.send(numbered(10, to: topic)).allSatisfy { $0 == nil })
        #expect(numbers(try await readAll(topic, broker)) == Array(0..<10))
    }

    @Test func aRefusedRightIsNotRetriable() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        broker.embedded?.refuse(.produce, with: [29])
        let error = await producer.send(numbered(1, to: topic)).first ?? nil
        #expect(error?.code == "TOPIC_AUTHORIZATION_FAILED")
        #expect(error?.isRetriable == false)
        // librdkafka remembers the refusal until it has asked about the topic again, about a second later.
        try await eventually("the right is found") { await producer.send(numbered(1, to: topic)) == [nil] }
    }

    @Test func aProducerThatFailedForGoodSaysSo() async throws {
        let broker = try TestBroker()
        let topic = try await broker.topic(partitions: 1)
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(1, to: topic)) == [nil])
        producer.failForGood()
        let error = await producer.send(numbered(1, to: topic)).first ?? nil
        #expect(error?.code == "OUT_OF_ORDER_SEQUENCE_NUMBER")
        #expect(error?.isFatal == true)
        #expect(error?.isRetriable == false)
    }
}
