internal import CRdKafka
import Lifecycle
import Telemetry

/// What Kafka or librdkafka refused or could not do.
///
/// `description` is safe to log: librdkafka's reasons name brokers, topics and groups, never what a message holds.
package struct KafkaError: SafeToLog, Retriable, Equatable {
    /// The name that Kafka's documents use, such as `UNKNOWN_TOPIC_OR_PART`; librdkafka's own begin with `_`.
    package let code: String
    /// The protocol's number; librdkafka's own are negative.
    package let number: Int32
    /// One English sentence for a log.
    package let reason: String
    /// The same thing may succeed later without anybody changing anything: wait and try again.
    package let isRetriable: Bool
    /// The client that threw it is of no more use: make a new one.
    package let isFatal: Bool
    /// Where in our code it was noticed.
    package let file: String
    package let line: Int

    package var description: String { "Kafka \(code): \(reason) (\(file):\(line))" }

    /// A commit came too late because partitions were moving. The broker kept the older offsets, so the messages are
    /// delivered again to whoever owns the partition next: nothing to do.
    package var isRebalance: Bool { Self.rebalance.contains(rd_kafka_resp_err_t(number)) }
}

extension KafkaError {
    /// - Parameter reason: default librdkafka's own words for the code.
    init(
        _ code: rd_kafka_resp_err_t, _ reason: String? = nil, isFatal: Bool = false, file: String = #fileID,
        line: Int = #line
    ) {
        self.code = String(cString: rd_kafka_err2name(code))
        self.number = code.rawValue
        self.reason = reason ?? String(cString: rd_kafka_err2str(code))
        self.isFatal = isFatal || code == RD_KAFKA_RESP_ERR__FATAL
        self.isRetriable = !self.isFatal && Self.retriable.contains(code)
        self.file = file
        self.line = line
    }

    /// Reads an `rd_kafka_error_t` and frees it.
    init(takingOwnership error: OpaquePointer, file: String = #fileID, line: Int = #line) {
        defer { rd_kafka_error_destroy(error) }
        self.init(
            rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0, file: file, line: line)
    }

    /// The cluster keeps no access list: whoever reaches it may do everything.
    package var isWithoutAuthorizer: Bool {
        [RD_KAFKA_RESP_ERR_SECURITY_DISABLED, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE].contains(
            rd_kafka_resp_err_t(number))
    }

    /// The same with what kept the brokers from answering, if that is known.
    func because(of trouble: String?) -> KafkaError {
        guard let trouble, isRetriable else { return self }
        return KafkaError(rd_kafka_resp_err_t(number), "\(reason): \(trouble)", file: file, line: line)
    }

    /// The code of a delivery report or a call; if the client has failed for good, the reason for that instead.
    init(_ code: rd_kafka_resp_err_t, of client: OpaquePointer, file: String = #fileID, line: Int = #line) {
        var text = [CChar](repeating: 0, count: 512)
        let fatal = rd_kafka_fatal_error(client, &text, text.count)
        guard fatal != RD_KAFKA_RESP_ERR_NO_ERROR else {
            self.init(code, file: file, line: line)
            return
        }
        self.init(fatal, Self.text(text), isFatal: true, file: file, line: line)
    }

    /// Throws unless `code` is success.
    static func check(
        _ code: rd_kafka_resp_err_t, _ reason: String? = nil, file: String = #fileID, line: Int = #line
    ) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(code, reason, file: file, line: line)
    }

    /// The text that C left in a buffer, up to its NUL.
    static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The thing was closed or abandoned by its owner.
    static func closed(file: String = #fileID, line: Int = #line) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "closed by its owner", file: file, line: line)
    }

    private static let rebalance: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
        RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
    ]

    /// A broker that is away, busy or changing over. librdkafka retries most of these itself; the few that reach us
    /// come from calls with a time-out. What is not listed needs somebody's hand: a topic, a right, a smaller message.
    private static let retriable: Set<rd_kafka_resp_err_t> = rebalance.union([
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
        RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE,
        RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__DESTROY,
        RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
        RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
        RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
        RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
    ])
}
