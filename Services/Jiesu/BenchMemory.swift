import Casework
import CaseStore
import HTTP
import Kafka
import Lifecycle
import Telemetry
import WorkingTime

/// How much memory the services that read take for a backlog of one million messages.
///
/// They are of a kind that wakes neither, so that the reading is measured and not the work. The embedded broker
/// keeps 5 MiB of a partition; these compress well, and are counted before the services read them.
struct BenchMemory {
    let stage: BenchStage

    private static let messages = 1_000_000
    private static let batch = 10_000
    private static let partitions: Int64 = 12
    private static let readers: [Suite.Part] = [.classification, .routing]

    func run() async throws -> [BenchFigure] {
        try await stage.start([.broker])
        let settings = try await stage.suite.kafka(try stage.pool())
        try await fill(settings)
        try await count(settings)
        try await stage.start(Self.readers)
        for part in Self.readers { try await waitUntilRead(by: part) }
        let memory = try stage.memory(of: Self.readers, when: "after reading 1,000,000 messages")
        try await stage.stop()
        return memory
    }

    private func fill(_ settings: KafkaSettings) async throws {
        let producer = try Producer(settings, log: stage.log)
        defer { producer.abandon() }
        let at = Moment(microseconds: 1_772_000_000_000_000)
        for first in stride(from: 0, to: Self.messages, by: Self.batch) {
            try Task.checkCancellation()
            let messages = (first..<first + Self.batch).map { number in
                let event = CloudEvent(
                    generation: 1, caseID: Int64(number + 1), version: 3, kind: Event.Kind.dispatched.rawValue,
                    round: 1,
                    at: at, hash: String(repeating: "0123456789abcdef", count: 4),
                    payload: #"{"helpers":["tongdu-traffic"],"lead":"tongdu-urban","rule":"by-subject"}"#)
                return OutgoingMessage(
                    topic: Destination.cases.topic, partition: Int32(event.caseID % Self.partitions),
                    key: Array(String(event.caseID).utf8), value: Array(event.payload.utf8),
                    headers: event.headers.map { Header($0.0, $0.1) })
            }
            if let error = await producer.send(messages).lazy.compactMap({ $0 }).first { throw error }
        }
    }

    /// Makes sure that the broker kept them all: by what it says of each partition's ends, which is quicker than reading.
    private func count(_ settings: KafkaSettings) async throws {
        let consumer = try Consumer(
            settings, group: "jiesu-bench", topics: [Destination.cases.topic], log: stage.log)
        var read = 0
        var lag: [TopicPartition: Int64] = [:]
        let deadline = ContinuousClock.now + .seconds(60)
        while lag.count < Int(Self.partitions), ContinuousClock.now < deadline {
            try Task.checkCancellation()
            read += try await consumer.next(max: 1, within: .milliseconds(100)).messages.count
            lag = await consumer.lag()
        }
        await consumer.close()
        let count = read + Int(lag.values.reduce(0, +))
        guard count == Self.messages else {
            throw CommandFailure("the broker kept \(count) of \(Self.messages) messages")
        }
    }

    /// Until the service says that nothing is left, in every partition.
    private func waitUntilRead(by part: Suite.Part) async throws {
        guard let port = stage.suite.port(of: part) else { throw CommandFailure("\(part.name) has no port") }
        let client = Client(port: port)
        while true {
            try Task.checkCancellation()
            let lags = try await client.send("GET", "/metrics").text.split(separator: "\n")
                .filter { $0.hasPrefix("jiesu_consumer_lag{") }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
            if lags.count == Int(Self.partitions), lags.allSatisfy({ $0 == 0 }) { return }
            await sleep(for: .milliseconds(200))
        }
    }
}
