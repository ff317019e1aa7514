internal import CRdKafka
import Synchronization
import Telemetry
import Lifecycle

/// Reads topics as a member of a consumer group. It pulls: messages, changes of ownership and errors come out of `next`
/// and nowhere else, so whoever does not ask is not overrun.
///
/// The order is: `next`, do the work, `commit`. Work that was not committed is delivered again, to us or to another.
/// Between two calls of `next` no more than five minutes may pass, or the group goes on without us (then: `.lost`).
package actor Consumer {
    private nonisolated let executor = BlockingExecutor(label: "kafka.consumer")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Written by the rebalance callback, which runs inside a poll and so on our own queue.
    private let state: SharedState
    private let log: Logger
    private let group: String
    private var client: Client?
    /// Noticed while messages were at hand; thrown by the following call.
    private var failure: KafkaError?
    /// Messages since the fetcher was woken last.
    private var taken = 0

    /// Joins in the background; does not block. Throws when a setting is refused. A topic that does not exist yet is
    /// waited for.
    package init(
        _ settings: KafkaSettings, group: String, topics: [String], log: Logger
    ) throws(KafkaError) {
        let configuration = try settings.configuration()
        try configuration.set("group.id", group)
        try FetchBounds.set(in: configuration)
        try configuration.set("enable.auto.commit", "false")
        try configuration.set("enable.auto.offset.store", "false")
        try configuration.set("auto.offset.reset", "earliest")
        // A member that died is missed after six seconds: Kafka's own lower bound, and the embedded broker needs it.
        try configuration.set("session.timeout.ms", "6000")
        try configuration.set("heartbeat.interval.ms", "2000")
        // The eager protocol, alone: cooperative rebalances of 2.0.2 have faults that later versions mend, and a group
        // whose members name different strategies cannot form.
        try configuration.set("partition.assignment.strategy", "range")
        // How soon a subscribed topic that was missing is found.
        try configuration.set("topic.metadata.refresh.interval.ms", "10000")

        let state = SharedState()
        let client = try Client(
            RD_KAFKA_CONSUMER, configuration, Callbacks(log: log, tls: settings.tls, rebalanced: state.apply))
        // From here on everything that the consumer asks for, callbacks included, is served by its own poll.
        rd_kafka_poll_set_consumer(client.pointer)
        let list = TopicPartitionList()
        for topic in topics { list.add(TopicPartition(topic, RD_KAFKA_PARTITION_UA)) }
        try KafkaError.check(rd_kafka_subscribe(client.pointer, list.pointer))
        self.state = state
        self.log = log
        self.group = group
        self.client = client
    }

    /// Waits for something to come, at most `within`, and then takes what is there: at most `max` messages and about
    /// 4 MiB. Empty when nothing came. Blocks its own queue only; ignores cancellation.
    ///
    /// An outage of the brokers is no error: batches are empty until they are back. Throws what needs a hand (a right
    /// is missing) or, `isFatal`, a new consumer.
    package func next(max: Int, within: Duration) throws(KafkaError) -> Batch {
        guard let client else { throw .closed() }
        let deadline = ContinuousClock.now + within
        while failure == nil, !state.read({ $0.isFull(max) }) {
            let isEmpty = state.read { $0.isEmpty }
            let left = isEmpty ? deadline - .now : .zero
            guard let message = rd_kafka_consumer_poll(client.pointer, Int32(left.milliseconds)) else {
                wakeFetcher(client)
                if isEmpty, ContinuousClock.now < deadline { continue }
                break
            }
            defer { rd_kafka_message_destroy(message) }
            take(message, client)
        }
        let batch = state.change { $0.takeBatch() }
        guard let failure, batch.messages.isEmpty, batch.changes.isEmpty else { return batch }
        self.failure = nil
        throw failure
    }

    /// Says that the batch is done; blocks until the broker has stored it.
    ///
    /// If it comes too late, because partitions are moving, the messages will be delivered again and there is nothing
    /// to do. Throws when the broker does not answer within five seconds or refuses: also then they are delivered
    /// again.
    package func commit(_ batch: Batch) throws(KafkaError) {
        guard let client else { throw .closed() }
        let offsets = state.read { $0.committable(batch) }
        guard !offsets.isEmpty else { return }
        do throws(KafkaError) {
            try Commit.store(offsets, client, within: .seconds(5))
        } catch {
            guard error.isRebalance else { throw error }
            log.info("Commit refused by a rebalance", ["group": group, "code": error.code])
        }
    }

    /// Reads no more of these as long as they stay ours: for a member that only wants to know what is its own. Messages that
    /// are here already still come. Does not block; after a rebalance it may have to be said again.
    package func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        guard let client else { throw .closed() }
        let list = TopicPartitionList()
        for partition in partitions { list.add(partition) }
        try KafkaError.check(rd_kafka_pause_partitions(client.pointer, list.pointer))
        state.change { $0.paused(partitions) }
    }

    /// How many messages each of our partitions has that were not returned yet. Partitions of which the broker has not
    /// told enough are left out. Just after an assignment it asks the broker, at most for a second.
    package func lag() -> [TopicPartition: Int64] {
        guard let client else { return [:] }
        askForMissingPositions(client)
        return knownLag(client, state.read { $0.assignment.owned })
    }

    /// Leaves the group, so that others take over at once, and frees the C client. Blocks at most for `within` and
    /// about two seconds; then the group finds out by its session time-out. Later calls throw.
    package func close(within: Duration = .seconds(3)) {
        guard let client else { return }
        leave(client, within)
        let destroyed = client.destroyed
        self.client = nil
        withExtendedLifetime(consume client) {}
        if !destroyed.wait(atMost: .seconds(2)) { log.warning("Kafka client still closing", ["group": group]) }
    }

    private func take(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ client: Client) {
        let code = message.pointee.err
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else {
            taken += 1
            return state.change { $0.add(IncomingMessage(message)) }
        }
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) }
        let error = code == RD_KAFKA_RESP_ERR__FATAL ? KafkaError(code, of: client.pointer) : KafkaError(code, text)
        // A topic that is missing may be made yet.
        if error.isRetriable || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART {
            log.info("Kafka consumer goes on", ["group": group, "code": error.code, "reason": error.reason])
        } else {
            failure = error
        }
    }

    /// By what librdkafka has heard already; asks nobody.
    private func knownLag(_ client: Client, _ partitions: some Sequence<TopicPartition>) -> [TopicPartition: Int64] {
        let positions = state.read { $0.positions }
        var lag: [TopicPartition: Int64] = [:]
        for partition in partitions {
            var low: Int64 = 0
            var high: Int64 = 0
            rd_kafka_get_watermark_offsets(client.pointer, partition.topic, partition.partition, &low, &high)
            // Negative: nothing was fetched from it yet.
            guard high >= 0 else { continue }
            lag[partition] = Swift.max(0, high - Swift.max(low, positions[partition] ?? low))
        }
        return lag
    }

    /// Once all its queues are full, librdkafka 2.0.2 looks only every second whether they have been drained, which
    /// would tie the speed of reading a backlog to the size of the queues. When there is more to read and nothing at
    /// hand, a small question to the partitions' leaders wakes the threads that fetch. What was sent since it looked is not
    /// known here, so after so many messages that its queues may have been full they are woken in any case.
    private func wakeFetcher(_ client: Client) {
        let lag = knownLag(client, state.read { $0.positions.keys })
        let behind = taken >= FetchBounds.messages ? lag : lag.filter { $0.value > 0 }
        guard !behind.isEmpty else { return }
        taken = 0
        // The answer says nothing that a fetch will not; without one, whoever polls learns why.
        _ = try? client.offsets(of: behind.keys, at: .end, within: .milliseconds(100))
    }

    private func askForMissingPositions(_ client: Client) {
        let missing = state.read { $0.assignment.owned.subtracting($0.positions.keys) }
        guard !missing.isEmpty else { return }
        let list = TopicPartitionList()
        for partition in missing { list.add(partition) }
        guard rd_kafka_committed(client.pointer, list.pointer, 1000) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        state.change { $0.start(list.offsets) }
    }

    /// `rd_kafka_consumer_close` would wait without bound; this is the same with one.
    private func leave(_ client: Client, _ within: Duration) {
        let deadline = ContinuousClock.now + within
        guard let queue = rd_kafka_queue_new(client.pointer) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = rd_kafka_consumer_close_queue(client.pointer, queue) {
            log.info("Kafka group not left", ["code": KafkaError(takingOwnership: error).code])
            return
        }
        while rd_kafka_consumer_closed(client.pointer) == 0, ContinuousClock.now < deadline {
            // Not `rd_kafka_queue_poll_callback`: it aborts the process on a message that was fetched already.
            if let message = rd_kafka_consume_queue(queue, 20) { rd_kafka_message_destroy(message) }
        }
    }
}

extension Consumer {
    /// The lock that lets the C callback reach the state; nobody ever waits for it.
    private final class SharedState: Sendable {
        private let state = Mutex(ConsumerState())

        @Sendable func apply(_ rebalance: Rebalance) {
            state.withLock { $0.apply(rebalance) }
        }

        func read<T: Sendable>(_ body: (ConsumerState) -> T) -> T { state.withLock { body($0) } }

        func change<T: Sendable>(_ body: (inout ConsumerState) -> T) -> T { state.withLock { body(&$0) } }
    }
}
