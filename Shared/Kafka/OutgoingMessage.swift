/// A message to send.
package struct OutgoingMessage: Sendable, Equatable {
    package var topic: String
    /// `nil`: by the key, in the way of Kafka's Java client.
    package var partition: Int32?
    package var key: [UInt8]
    /// `nil`: a tombstone, which is not the same as an empty value.
    package var value: [UInt8]?
    package var headers: [Header]

    package init(
        topic: String, partition: Int32? = nil, key: [UInt8], value: [UInt8]?, headers: [Header] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }
}
