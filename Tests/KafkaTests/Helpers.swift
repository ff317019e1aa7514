import Kafka
import Support
import Testing

/// Reads a topic from its beginning until nothing is left.
func readAll(_ topic: String, _ broker: TestBroker) async throws -> [IncomingMessage] {
    let reader = try Reader(broker.settings, topic: topic, from: .beginning, log: .silent)
    var messages: [IncomingMessage] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while await !reader.atEnd, ContinuousClock.now < deadline {
        messages += try await reader.next(max: 1_000, within: .seconds(5))
    }
    #expect(await reader.atEnd)
    await reader.close()
    return messages
}

/// Messages 0..<count, their number being key and value.
func numbered(_ count: Int, to topic: String) -> [OutgoingMessage] {
    (0..<count).map { OutgoingMessage(topic: topic, key: Array("\($0)".utf8), value: Array("\($0)".utf8)) }
}

/// The numbers of such messages.
func numbers(_ messages: [IncomingMessage]) -> [Int] {
    messages.compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
}
