/// How much a consumer or reader holds in advance, whatever the backlog.
///
/// Measured with Kafka 4.3.1, librdkafka 2.0.2, 2 cores, a backlog of 1,000,000 messages of 200 bytes and four headers
/// on 12 partitions, batches of 500, each committed: the process grew by 9.7 MB (19 to 29 MB resident) and read
/// 118,000 messages a second. With 256 KiB and 2 MiB a fetch it grew by 21 MB and was no faster; with librdkafka's own
/// 100,000 messages and 8 MiB in advance it grew to 64 MB resident. Measured with 1,000 messages in advance; with 2,000 a service of
/// the suite takes some 5 MB more under load, and its queues are seldom full (see `Consumer.wakeFetcher`).
enum FetchBounds {
    /// Messages at hand, of all partitions together, from which on none is fetched: more than a batch of the consumer loop.
    static let messages = 2000

    static func set(in configuration: borrowing Configuration) throws(KafkaError) {
        try configuration.set("queued.min.messages", "\(messages)")
        // For all partitions together, with large messages.
        try configuration.set("queued.max.messages.kbytes", "4096")
        // A fetch overshoots the bounds above by what it brings, and a compressed one by several times its size: keep
        // it small. A message larger than this arrives nevertheless, alone.
        try configuration.set("max.partition.fetch.bytes", "65536")
        // librdkafka wants at least `message.max.bytes` here.
        try configuration.set("fetch.max.bytes", "1048576")
        // New data is answered at once; this is how long the broker holds a request that has none. The embedded broker
        // looks only when it ends, so there it is the latency.
        try configuration.set("fetch.wait.max.ms", "20")
    }
}
