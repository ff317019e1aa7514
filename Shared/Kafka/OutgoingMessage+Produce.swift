internal import CRdKafka

extension OutgoingMessage {
    /// Hands a copy to librdkafka; does not block. `nil`: it will report on it with `ticket`; an error: it has nothing.
    func produce(by client: OpaquePointer, _ ticket: Ticket) -> KafkaError? {
        let headers = HeaderList(headers)
        let error = topic.withCString { topic in
            key.withUnsafeBytes { key in
                (value ?? []).withUnsafeBytes { bytes in
                    let fields = Self.fields(topic, partition, key, value == nil ? nil : bytes, headers, ticket)
                    return rd_kafka_produceva(client, fields, fields.count)
                }
            }
        }
        guard let error else {
            headers.release()
            return nil
        }
        let code = rd_kafka_error_code(error)
        let failure = KafkaError(takingOwnership: error)
        return code == RD_KAFKA_RESP_ERR__FATAL ? KafkaError(code, of: client) : failure
    }

    private static func fields(
        _ topic: UnsafePointer<CChar>, _ partition: Int32?, _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer?, _ headers: borrowing HeaderList, _ ticket: Ticket
    ) -> [rd_kafka_vu_t] {
        [
            field(RD_KAFKA_VTYPE_TOPIC) { $0.cstr = topic },
            field(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = partition ?? RD_KAFKA_PARTITION_UA },
            field(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
            field(RD_KAFKA_VTYPE_KEY) { set(&$0, key) },
            field(RD_KAFKA_VTYPE_VALUE) { set(&$0, value) },
            field(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers.pointer },
            field(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = ticket.word },
        ]
    }

    private static func field(
        _ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var field = rd_kafka_vu_t()
        field.vtype = type
        fill(&field.u)
        return field
    }

    /// An empty Swift array may have no address, and no address means no value to Kafka: lend it one.
    private static func set(_ field: inout rd_kafka_vu_t.__Unnamed_union_u, _ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else {
            field.mem.ptr = nil
            field.mem.size = 0
            return
        }
        field.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? emptyAddress)
        field.mem.size = bytes.count
    }

    /// Never read: it goes with a length of zero.
    private static var emptyAddress: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1)! }
}
