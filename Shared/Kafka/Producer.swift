internal import CRdKafka
import Foundation
import Lifecycle
import Synchronization
import Telemetry

/// Sends messages and says of each one whether the brokers have it: idempotent, acknowledged by all replicas in sync.
///
/// An unacknowledged message is tried for as long as it takes; there is no time-out that would leave its fate open. So
/// a send lasts as long as an outage, and `abandon` is the way out.
///
/// Messages of one partition arrive in the order of sending. After an error one of them may be missing among later
/// ones.
package final class Producer: Sendable {
    private let client: Mutex<Client?>
    private let deliveries: Deliveries
    private let destroyed: Destroyed
    private let questions = BlockingExecutor(label: "kafka.producer")

    /// Connects in the background; does not block. Throws when a setting is refused.
    package init(_ settings: KafkaSettings, log: Logger) throws(KafkaError) {
        let configuration = try settings.configuration()
        try configuration.set("enable.idempotence", "true")
        try configuration.set("acks", "all")
        try configuration.set("message.timeout.ms", "0")
        // Long enough to put a batch of the relay into one request, short beside the second that a desk may wait.
        try configuration.set("linger.ms", "2")
        // The bound of this side's memory: two full batches of the relay, or 16 MiB, whichever comes first.
        try configuration.set("queue.buffering.max.messages", "\(Self.queueLimit)")
        try configuration.set("queue.buffering.max.kbytes", "16384")
        // A topic that does not exist is refused after this time; the default of 30 s would hold up all others.
        try configuration.set("topic.metadata.propagation.max.ms", "2000")
        try configuration.set("compression.codec", "lz4")
        // Java's choice for a key, so that a district's own software finds a case where ours puts it.
        try configuration.set("partitioner", "murmur2_random")

        let deliveries = Deliveries()
        let callbacks = Callbacks(log: log, tls: settings.tls, delivered: deliveries.settle)
        let client = try Client(RD_KAFKA_PRODUCER, configuration, callbacks)
        self.client = Mutex(client)
        self.deliveries = deliveries
        self.destroyed = client.destroyed
        startPolling(client)
    }

    deinit {
        abandon()
    }

    /// How many messages librdkafka holds at most before senders wait.
    static let queueLimit = 10_000

    /// Messages handed to librdkafka and not yet settled; 0 after `abandon`.
    package var queued: Int {
        useClient { Int(rd_kafka_outq_len($0)) } ?? 0
    }

    /// Sends all, and returns when each has its answer: result i is for message i, `nil` means acknowledged.
    ///
    /// Waits while the queue is full. One refused message (no such topic, no right, too large) does not hold up the
    /// others. Ignores cancellation: a message once handed over is acknowledged or fails. An error that `isFatal` means
    /// that this producer is spent: abandon it, make a new one.
    package func send(_ messages: [OutgoingMessage]) async -> [KafkaError?] {
        guard !messages.isEmpty else { return [] }
        let send = deliveries.begin(count: messages.count)
        var next = 0
        while true {
            let room = deliveries.roomMade
            next = produce(messages, from: next, of: send)
            if next == messages.count { break }
            await deliveries.waitForRoom(since: room)
        }
        return await deliveries.results(of: send)
    }

    /// Gives up: pending and later sends complete with errors, what is queued or in flight is purged, and the C client
    /// goes away in the background. Never blocks, broker or no broker; may be called twice and from anywhere.
    ///
    /// What was on its way may have arrived all the same: its senders must treat it as unknown.
    package func abandon() {
        let client = self.client.withLock { client in
            defer { client = nil }
            return client
        }
        deliveries.failAll(.closed())
        guard let client else { return }
        let what = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING
        rd_kafka_purge(client.pointer, Int32(what))
    }

    /// After `abandon`: waits until the C client is gone, so that nothing more of it can reach a broker. `false`: it
    /// still was not after `duration`.
    package func waitUntilGone(atMost duration: Duration = .seconds(5)) async -> Bool {
        await destroyed.wait(atMost: duration)
    }

    /// All topics that we may see, and how many partitions each has, as the broker says now. Blocks a queue of its own,
    /// at most for `within`, during which the C client stays in spite of `abandon`.
    package func topics(within: Duration = .seconds(5)) async throws(KafkaError) -> [String: Int] {
        guard let client = client.withLock({ $0 }) else { throw .closed() }
        return try await questions.run { () throws(KafkaError) in try client.partitionCounts(within: within) }
    }

    /// Hands over messages from `start` on until all are or the queue is full; returns the first one left.
    ///
    /// Under the lock, so that `abandon` either comes before all of it or purges all of it.
    private func produce(_ messages: [OutgoingMessage], from start: Int, of send: UInt32) -> Int {
        client.withLock { client in
            for index in start..<messages.count {
                let ticket = Ticket(send: send, index: UInt32(index))
                guard let client else {
                    deliveries.settle(ticket, .closed())
                    continue
                }
                guard let error = messages[index].produce(by: client.pointer, ticket) else { continue }
                if error.number == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue { return index }
                deliveries.settle(ticket, error)
            }
            return messages.count
        }
    }

    /// Serves delivery reports on a thread of its own, for as long as this producer is in use. The thread holds the
    /// client, so the C side outlives every poll.
    private func startPolling(_ client: Client) {
        Thread.detachNewThread { [weak self] in
            while self?.isOpen == true {
                // Room is made only when the poll has returned: during a report its message still counts.
                if rd_kafka_poll(client.pointer, 100) > 0 { self?.deliveries.makeRoom() }
            }
        }
    }

    /// Lends the C client; `nil` after `abandon`.
    func useClient<T: Sendable>(_ body: (OpaquePointer) -> T) -> T? {
        client.withLock { $0.map { body($0.pointer) } }
    }

    private var isOpen: Bool { client.withLock { $0 != nil } }
}
