internal import CRdKafka

/// Owns the `rd_kafka_NewTopic_t` of one request.
struct TopicRequest: ~Copyable {
    private var pointers: [OpaquePointer?] = []

    /// Throws when librdkafka refuses a name, a count or a setting outright.
    init(_ topics: [Admin.Topic]) throws(KafkaError) {
        for topic in topics {
            var text = [CChar](repeating: 0, count: 512)
            let partitions = Int32(clamping: topic.partitions)
            let replication = topic.replication.map { Int32(clamping: $0) } ?? -1
            guard let pointer = rd_kafka_NewTopic_new(topic.name, partitions, replication, &text, text.count) else {
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, KafkaError.text(text))
            }
            pointers.append(pointer)
            for (name, value) in topic.settings {
                try KafkaError.check(rd_kafka_NewTopic_set_config(pointer, name, value))
            }
        }
    }

    deinit {
        for pointer in pointers { rd_kafka_NewTopic_destroy(pointer) }
    }

    /// Sends and waits for the answer, which is about each topic.
    func send(_ client: OpaquePointer, _ within: Duration) throws(KafkaError) {
        var topics = pointers
        try AdminCall.ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, of: client, within: within) { options, queue in
            rd_kafka_CreateTopics(client, &topics, topics.count, options, queue)
        } read: { (answer) throws(KafkaError) in
            try Self.check(answer)
        }
    }

    private static func check(_ event: OpaquePointer) throws(KafkaError) {
        var count = 0
        let result = rd_kafka_event_CreateTopics_result(event)
        guard let topics = rd_kafka_CreateTopics_result_topics(result, &count) else { return }
        for topic in UnsafeBufferPointer(start: topics, count: count) {
            let code = rd_kafka_topic_result_error(topic)
            if code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
            try KafkaError.check(code, rd_kafka_topic_result_error_string(topic).map { String(cString: $0) })
        }
    }
}
