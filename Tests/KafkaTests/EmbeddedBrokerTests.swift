import Kafka
import Support
import Testing

struct EmbeddedBrokerTests {
    /// As many as a city has offices. Each lost wake-up of the broker's thread would cost a second.
    @Test func startsWithManyTopicsAtOnce() throws {
        var broker: EmbeddedBroker?
        let time = try ContinuousClock().measure {
            broker = try EmbeddedBroker(topics: (0..<100).map { ("inbox.\($0)", 1) }, log: .silent)
        }
        broker?.close()
        #expect(time < .seconds(4))
    }
}
