internal import CRdKafka
import Synchronization
import Telemetry

/// What librdkafka calls back into: its `opaque`. It is not retained by C, so the `Client` keeps it until after
/// `rd_kafka_destroy` has returned.
///
/// Logs come on librdkafka's threads, everything else on the thread that polls.
final class Callbacks: Sendable {
    private let log: Logger
    private let delivered: @Sendable (Ticket, KafkaError?) -> Void
    private let rebalanced: @Sendable (Rebalance) -> Void
    private let tls: KafkaSettings.TLS?
    private let lastTrouble = Mutex<String?>(nil)

    /// - Parameter tls: what is to blame when a broker refuses us.
    init(
        log: Logger, tls: KafkaSettings.TLS? = nil,
        delivered: @escaping @Sendable (Ticket, KafkaError?) -> Void = { _, _ in },
        rebalanced: @escaping @Sendable (Rebalance) -> Void = { _ in }
    ) {
        self.log = log
        self.tls = tls
        self.delivered = delivered
        self.rebalanced = rebalanced
    }

    /// Sets the C functions that belong to `kind`; librdkafka warns about the others.
    func install(in configuration: OpaquePointer, _ kind: rd_kafka_type_t) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let facility, let text else { return }
            Callbacks.of(client)?.wrote(level, String(cString: facility), String(cString: text))
        }
        // Without this one, every lost connection would come out of the consumer as if it were a message.
        rd_kafka_conf_set_error_cb(configuration) { _, code, reason, opaque in
            guard let opaque, let reason else { return }
            Callbacks.from(opaque).failed(KafkaError(rd_kafka_resp_err_t(code), String(cString: reason)))
        }
        if kind == RD_KAFKA_PRODUCER {
            rd_kafka_conf_set_dr_msg_cb(configuration) { client, message, opaque in
                guard let client, let message, let opaque, let ticket = Ticket(message.pointee._private) else { return }
                let code = message.pointee.err
                let failure = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, of: client)
                Callbacks.from(opaque).delivered(ticket, failure)
            }
        } else {
            rd_kafka_conf_set_rebalance_cb(configuration) { client, code, partitions, opaque in
                guard let client, let opaque else { return }
                let list = partitions.map { TopicPartitionList.read($0) } ?? []
                if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
                    rd_kafka_assign(client, partitions)
                    Callbacks.from(opaque).rebalanced(.assigned(list))
                } else {
                    // Ask before giving the assignment back: afterwards the answer is always no.
                    let lost = code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS || rd_kafka_assignment_lost(client) != 0
                    rd_kafka_assign(client, nil)
                    Callbacks.from(opaque).rebalanced(lost ? .lost(list) : .revoked(list))
                }
                // Lets the poll return, so that its caller hears of it now and not after the time-out.
                rd_kafka_yield(client)
            }
        }
    }

    private static func of(_ client: OpaquePointer) -> Callbacks? {
        rd_kafka_opaque(client).map(from)
    }

    private static func from(_ opaque: UnsafeMutableRawPointer) -> Callbacks {
        Unmanaged<Callbacks>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// Why a broker refused the last connection; `nil` if none did, or none since `answered`.
    var trouble: String? { lastTrouble.withLock { $0 } }

    /// The brokers have answered.
    func answered() {
        lastTrouble.withLock { $0 = nil }
    }

    /// librdkafka uses syslog's levels: 3 and less are errors, 7 is for debugging. A certificate that is refused stays so until somebody
    /// does something.
    private func wrote(_ level: Int32, _ facility: String, _ text: String) {
        let ours: Logger.Level = level <= 3 ? .warning : level < 7 ? .info : .debug
        guard facility == "FAIL",
            let trouble = ConnectionTrouble.meaning(
                of: text, tls, end: tls.flatMap { CertificateEnd.date(file: $0.certificate) })
        else {
            return log.log(ours, "librdkafka", ["facility": facility, "text": text])
        }
        lastTrouble.withLock { $0 = trouble }
        log.log(ours, "no connection to Kafka", ["reason": trouble, "text": text])
    }

    /// What matters of these reaches the caller as the result of a call; librdkafka has logged it as well.
    private func failed(_ error: KafkaError) {
        log.debug("librdkafka reported an error", ["code": error.code, "reason": error.reason])
    }
}
