internal import CRdKafka

/// Owns an `rd_kafka_topic_partition_list_t`.
struct TopicPartitionList: ~Copyable {
    /// Lent to calls that read it or fill in its offsets.
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init() {
        pointer = rd_kafka_topic_partition_list_new(8)
    }

    init(_ offsets: [TopicPartition: Int64]) {
        self.init()
        for (partition, offset) in offsets { add(partition, offset) }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    /// - Parameter offset: default none.
    func add(_ partition: TopicPartition, _ offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition).pointee.offset = offset
    }

    /// The offsets that a call filled in; partitions without one are left out.
    var offsets: [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for entry in Self.entries(pointer) where entry.offset >= 0 {
            offsets[TopicPartition(String(cString: entry.topic), entry.partition)] = entry.offset
        }
        return offsets
    }

    /// The first error of a single partition in a list that librdkafka owns.
    static func error(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> KafkaError? {
        entries(list).first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }.map { KafkaError($0.err) }
    }

    /// The partitions of a list that librdkafka owns, as in a callback.
    static func read(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        entries(list).map { TopicPartition(String(cString: $0.topic), $0.partition) }
    }

    private static func entries(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }
}
