internal import CRdKafka
import Telemetry
import Lifecycle

/// Reads all partitions of a topic without a group: nothing is committed, nobody else is affected.
package actor Reader {
    /// Where to begin.
    package enum Start: Sendable {
        /// The oldest message that the broker still has.
        case beginning
        /// Behind the last message at the time of opening, in each partition.
        case end
    }

    private nonisolated let executor = BlockingExecutor(label: "kafka.reader")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let topic: String
    private let start: Start
    private let log: Logger
    private var client: Client?
    private var ends: EndTracker?

    /// Connects in the background; does not block. Throws when a setting is refused.
    package init(_ settings: KafkaSettings, topic: String, from start: Start, log: Logger) throws(KafkaError) {
        let configuration = try settings.configuration()
        // librdkafka wants a name before it assigns, and asks who coordinates it; the group is never joined and nothing is
        // stored under it. A name that whoever may read the topic has a right to, where there are ACLs.
        try configuration.set("group.id", "\(topic).reader")
        try configuration.set("enable.auto.commit", "false")
        try configuration.set("auto.offset.reset", "earliest")
        try configuration.set("enable.partition.eof", "true")
        try FetchBounds.set(in: configuration)
        let client = try Client(RD_KAFKA_CONSUMER, configuration, Callbacks(log: log, tls: settings.tls))
        rd_kafka_poll_set_consumer(client.pointer)
        self.topic = topic
        self.start = start
        self.log = log
        self.client = client
    }

    /// Finds the partitions and where to begin, which fixes what `.end` means. `next` does it by itself; call it first
    /// when messages sent from now on must not be missed. Partitions added later are not read.
    ///
    /// Blocks its own queue; asks the broker at most `within` for each answer. Throws when it is out of reach or has no
    /// such topic; trying again is fine.
    package func open(within: Duration = .seconds(5)) throws(KafkaError) {
        guard let client else { throw .closed() }
        guard ends == nil else { return }
        guard let count = try client.partitionCounts(of: topic, within: within)[topic] else {
            throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        }
        let partitions = (0..<Int32(count)).map { TopicPartition(topic, $0) }
        let offsets = try client.offsets(of: partitions, at: start == .beginning ? .beginning : .end, within: within)
        let list = TopicPartitionList(offsets)
        try KafkaError.check(rd_kafka_assign(client.pointer, list.pointer))
        ends = EndTracker(partitions: count)
    }

    /// Nothing is left to read, as far as the broker has told.
    package var atEnd: Bool { ends?.atEnd ?? false }

    /// Waits for a message, at most `within`, and takes what is there: at most `max` and about 4 MiB. Returns early and
    /// empty when the end is reached. Outages give empty results; throws what needs a hand.
    package func next(max: Int, within: Duration) throws(KafkaError) -> [IncomingMessage] {
        try open()
        guard let client else { throw .closed() }
        let deadline = ContinuousClock.now + within
        let wasAtEnd = atEnd
        var messages: [IncomingMessage] = []
        var bytes = 0
        while messages.count < max, bytes < ConsumerState.batchBytes {
            let left = messages.isEmpty ? deadline - .now : .zero
            guard let pointer = rd_kafka_consumer_poll(client.pointer, Int32(left.milliseconds)) else { break }
            defer { rd_kafka_message_destroy(pointer) }
            if let message = try take(pointer) {
                messages.append(message)
                bytes += message.size
            } else if atEnd, !wasAtEnd {
                break
            }
        }
        return messages
    }

    /// Frees the C client; blocks at most for two seconds. Later calls throw.
    package func close() {
        guard let destroyed = client?.destroyed else { return }
        client = nil
        if !destroyed.wait(atMost: .seconds(2)) { log.warning("Kafka client still closing", ["topic": topic]) }
    }

    private func take(_ pointer: UnsafeMutablePointer<rd_kafka_message_t>) throws(KafkaError) -> IncomingMessage? {
        let partition = pointer.pointee.partition
        switch pointer.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            ends?.message(of: partition)
            return IncomingMessage(pointer)
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            ends?.end(of: partition)
        case let code:
            let error = KafkaError(code, rd_kafka_message_errstr(pointer).map { String(cString: $0) })
            // Whether we might join the group is nothing to us.
            guard error.isRetriable || code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED else { throw error }
            log.info("Kafka reader goes on", ["topic": topic, "code": error.code])
        }
        return nil
    }
}
