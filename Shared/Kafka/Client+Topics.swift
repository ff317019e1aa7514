internal import CRdKafka

extension Client {
    /// Topics and how many partitions each has. Blocks at most for `within`; a second if the brokers refuse our certificate, which
    /// no waiting cures.
    /// - Parameter topic: default all. One that does not exist is left out.
    func partitionCounts(of topic: String? = nil, within: Duration) throws(KafkaError) -> [String: Int] {
        let first = min(within, .seconds(1))
        do throws(KafkaError) {
            return try askForPartitionCounts(of: topic, within: first)
        } catch {
            guard error.isRetriable else { throw error }
            guard trouble == nil, within > first else { throw error.because(of: trouble) }
        }
        do throws(KafkaError) {
            return try askForPartitionCounts(of: topic, within: within - first)
        } catch {
            throw error.because(of: trouble)
        }
    }

    private func askForPartitionCounts(of topic: String?, within: Duration) throws(KafkaError) -> [String: Int] {
        var handle: OpaquePointer?
        if let topic { handle = rd_kafka_topic_new(pointer, topic, nil) }
        defer { handle.map(rd_kafka_topic_destroy) }
        var answer: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(
            rd_kafka_metadata(pointer, topic == nil ? 1 : 0, handle, &answer, Int32(within.milliseconds)))
        answered()
        guard let answer else { return [:] }
        defer { rd_kafka_metadata_destroy(answer) }
        var counts: [String: Int] = [:]
        for topic in UnsafeBufferPointer(start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt)) {
            switch topic.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR: counts[String(cString: topic.topic)] = Int(topic.partition_cnt)
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: break
            case let code: throw KafkaError(code)
            }
        }
        return counts
    }
}
