internal import CRdKafka

/// Stores offsets of a group at the broker, in bounded time. `rd_kafka_commit` that waits has no bound of its own, and
/// around an outage an answer sometimes never comes.
enum Commit {
    /// Blocks until the broker has answered, at most for `within`. Throws its refusal, or `_TIMED_OUT`, after which the
    /// offsets may be stored all the same.
    static func store(_ offsets: [TopicPartition: Int64], _ client: Client, within: Duration) throws(KafkaError) {
        let list = TopicPartitionList(offsets)
        let queue = rd_kafka_queue_new(client.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        try KafkaError.check(rd_kafka_commit_queue(client.pointer, list.pointer, queue, nil, nil))
        guard let event = rd_kafka_queue_poll(queue, Int32(within.milliseconds)) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        if code == RD_KAFKA_RESP_ERR__FATAL { throw KafkaError(code, of: client.pointer) }
        try KafkaError.check(code)
        let answer = rd_kafka_event_topic_partition_list(event)
        if let error = answer.flatMap(TopicPartitionList.error) { throw error }
    }
}
