/// How much a consumer or reader holds in advance, whatever the backlog.
enum FetchBounds {
    static func set(in configuration: borrowing Configuration) throws(KafkaError) {
        try configuration.set("queued.min.messages", "1000")
        try configuration.set("queued.max.messages.kbytes", "4096")
        try configuration.set("max.partition.fetch.bytes", "262144")
        try configuration.set("fetch.max.bytes", "2097152")
        // New data is answered at once; this is how long the broker holds a request that has none. The embedded broker
        // looks only when it ends, so there it is the latency.
        try configuration.set("fetch.wait.max.ms", "20")
    }
}
