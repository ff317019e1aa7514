import Kafka
import Support
import Testing

struct AdminTests {
    @Test(arguments: TestBroker.kinds)
    func topicsAreListedWithTheirPartitions(_ kind: TestBroker.Kind) async throws {
        let broker = try TestBroker(kind)
        let topic = try await broker.topic(partitions: 5)
        let admin = try Admin(broker.settings, log: .silent)
        try await eventually("the topic is listed") { try await admin.topics()[topic] == 5 }
    }

    @Test(.enabled(if: TestBroker.kinds.contains(.real)))
    func makingATopicTwiceLeavesItAsItIs() async throws {
        let broker = try TestBroker(.real)
        let topic = try await broker.topic(partitions: 2)
        let admin = try Admin(broker.settings, log: .silent)
        let settings = ["retention.ms": "60000"]
        try await admin.createTopics([
            .init(topic, partitions: 3), .init(topic + "b", partitions: 1, settings: settings),
        ])
        try await eventually("the topic is listed") { try await admin.topics()[topic + "b"] == 1 }
        #expect(try await admin.topics()[topic] == 2)
        let refused = await #expect(throws: KafkaError.self) {
            try await admin.createTopics([.init("no such name!", partitions: 1)])
        }
        #expect(refused?.isRetriable == false)
    }

    @Test(.enabled(if: TestBroker.kinds.contains(.real)))
    func aReaderOfAnUnknownTopicIsRefused() async throws {
        let broker = try TestBroker(.real)
        let reader = try Reader(broker.settings, topic: TestBroker.uniqueName(), from: .beginning, log: .silent)
        let error = await #expect(throws: KafkaError.self) { try await reader.open() }
        #expect(error?.code == "UNKNOWN_TOPIC_OR_PART")
    }
}
