import Kafka
import Support
import Testing

struct EmbeddedBrokerTests {
    /// As many topics as a city has offices. Where the broker's thread loses a wake-up, a topic takes a second.
    @Test func noTopicWaitsForALostWakeUp() throws {
        let broker = try EmbeddedBroker(log: .silent)
        let slow = try (0..<100).count { number in
            try ContinuousClock().measure { try broker.createTopic("inbox.\(number)", partitions: 1) }
                > .milliseconds(500)
        }
        // A busy machine may hold up one or another; without the pause in there a tenth of them waited.
        #expect(slow <= 4)
        broker.close()
    }
}
