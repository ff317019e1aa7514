internal import CRdKafka

/// One request of an administrator and its answer, which comes as an event.
enum AdminCall {
    /// Blocks until the answer is there, a little longer than `within` at most. Throws what was refused as a whole; what the
    /// answer says of each thing asked for is `read`'s matter.
    /// - Parameter send: is given the request's options and the queue that its answer comes to.
    static func ask<T>(
        _ operation: rd_kafka_admin_op_t, of client: OpaquePointer, within: Duration,
        send: (_ options: OpaquePointer?, _ queue: OpaquePointer?) -> Void,
        read: (_ answer: OpaquePointer) throws(KafkaError) -> T
    ) throws(KafkaError) -> T {
        let milliseconds = Int32(within.milliseconds)
        let options = rd_kafka_AdminOptions_new(client, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
        let queue = rd_kafka_queue_new(client)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        // A little longer than the request itself may take, so that its own time-out is what we hear.
        guard let event = rd_kafka_queue_poll(queue, milliseconds + 1_000) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { rd_kafka_event_destroy(event) }
        try KafkaError.check(rd_kafka_event_error(event), String(cString: rd_kafka_event_error_string(event)))
        return try read(event)
    }
}
