import Kafka
import Support
import Testing

struct ReaderTests {
    @Test(arguments: TestBroker.kinds)
    func fromTheBeginningItReadsAllAndKnowsTheEnd(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 3)
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(50, to: topic)).allSatisfy { $0 == nil })
        let reader = try Reader(broker.settings, topic: topic, from: .beginning, log: .silent)
        #expect(await !reader.atEnd)
        let some = try await reader.next(max: 5, within: .seconds(5))
        #expect(some.count == 5)
        #expect(await !reader.atEnd)
        var rest: [IncomingMessage] = []
        while await !reader.atEnd { rest += try await reader.next(max: 100, within: .seconds(5)) }
        #expect(numbers(some + rest).sorted() == Array(0..<50))

        #expect(await producer.send(numbered(1, to: topic)) == [nil])
        #expect(try await firstBatch(reader) == [0])
        await reader.close()
        await #expect(throws: KafkaError.self) { try await reader.next(max: 1, within: .zero) }
    }

    @Test(arguments: TestBroker.kinds)
    func fromTheEndItReadsExactlyWhatCameAfterOpening(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 2)
        let producer = try Producer(broker.settings, log: .silent)
        #expect(await producer.send(numbered(10, to: topic)).allSatisfy { $0 == nil })
        let reader = try Reader(broker.settings, topic: topic, from: .end, log: .silent)
        try await reader.open()
        #expect(await producer.send([numbered(11, to: topic)[10]]) == [nil])
        #expect(try await firstBatch(reader) == [10])
        await reader.close()
    }

    /// The next messages; a batch may be empty because the end was reached.
    private func firstBatch(_ reader: Reader) async throws -> [Int] {
        for _ in 0..<5 {
            let messages = try await reader.next(max: 100, within: .seconds(2))
            if !messages.isEmpty { return numbers(messages) }
        }
        return []
    }

    @Test func aBrokerThatCameBackEmptyOnAnotherPortServesNewClients() async throws {
        let old = try TestBroker()
        let oldProducer = try Producer(old.settings, log: .silent)
        try old.embedded?.createTopic("t", partitions: 1)
        #expect(await oldProducer.send(numbered(2, to: "t")) == [nil, nil])
        old.embedded?.close()
        oldProducer.abandon()
        #expect(throws: KafkaError.self) { try old.embedded?.createTopic("more", partitions: 1) }

        let new = try TestBroker()
        #expect(new.settings != old.settings)
        try new.embedded?.createTopic("t", partitions: 1)
        #expect(try await readAll("t", new) == [])
        let producer = try Producer(new.settings, log: .silent)
        #expect(await producer.send(numbered(1, to: "t")) == [nil])
        #expect(try await readAll("t", new).map(\.offset) == [0])
    }

    @Test(.timeLimit(.minutes(1))) func withoutABrokerOpeningFailsInBoundedTime() async throws {
        let broker = try TestBroker()
        broker.embedded?.setDown()
        let reader = try Reader(broker.settings, topic: "t", from: .end, log: .silent)
        let error = await #expect(throws: KafkaError.self) { try await reader.open(within: .milliseconds(300)) }
        #expect(error?.isRetriable == true)
        await reader.close()
    }
}
