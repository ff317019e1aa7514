internal import CRdKafka

extension Client {
    /// An edge of a partition.
    enum Edge: Int64 {
        /// Before the oldest message that the broker still has.
        case beginning = -2
        /// Behind the last message.
        case end = -1
    }

    /// Where partitions begin or end now; asks each one's leader. Blocks at most for `within`; throws the first refusal.
    ///
    /// Not `rd_kafka_query_watermark_offsets`: as of 2.0.2 it waits for ever when the leader goes after the topic was looked up.
    func offsets(
        of partitions: some Sequence<TopicPartition>, at edge: Edge, within: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let list = TopicPartitionList()
        // In this request an edge stands where a time would.
        for partition in partitions { list.add(partition, edge.rawValue) }
        try KafkaError.check(rd_kafka_offsets_for_times(pointer, list.pointer, Int32(within.milliseconds)))
        if let error = TopicPartitionList.error(list.pointer) { throw error }
        return list.offsets
    }
}
