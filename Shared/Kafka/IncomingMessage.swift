internal import CRdKafka

/// A message as it was read: every part copied, so that nothing of librdkafka's is kept.
package struct IncomingMessage: Sendable, Equatable {
    package let topic: String
    package let partition: Int32
    package let offset: Int64
    /// Milliseconds since 1970, by the sender's or the broker's clock; `nil`: the message has none.
    package let timestamp: Int64?
    package let key: [UInt8]?
    /// `nil`: a tombstone.
    package let value: [UInt8]?
    private let packed: PackedHeaders

    /// In the order of sending. A name that is not UTF-8 has U+FFFD where it is not.
    package var headers: [Header] { packed.all }

    package var topicPartition: TopicPartition { TopicPartition(topic, partition) }

    /// The first header of that name as text; `nil` when there is none or it is not UTF-8.
    package func header(_ name: String) -> String? {
        packed.value(name).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

extension IncomingMessage {
    init(
        topic: String, partition: Int32, offset: Int64, timestamp: Int64?, key: [UInt8]?, value: [UInt8]?,
        headers: [Header]
    ) {
        var packed = PackedHeaders()
        for header in headers {
            Array(header.name.utf8).withUnsafeBytes { name in
                header.value.withUnsafeBytes { packed.append(name: name, value: $0) }
            }
        }
        (self.topic, self.partition, self.offset, self.timestamp) = (topic, partition, offset, timestamp)
        (self.key, self.value, self.packed) = (key, value, packed)
    }

    /// Copies a message that is no error.
    init(_ pointer: UnsafePointer<rd_kafka_message_t>) {
        let message = pointer.pointee
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(pointer, &kind)
        topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        partition = message.partition
        offset = message.offset
        timestamp = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || time < 0 ? nil : time
        key = Self.bytes(message.key, message.key_len)
        value = Self.bytes(message.payload, message.len)
        packed = HeaderList.read(pointer)
    }

    /// Bytes held in memory, roughly, for bounding a batch.
    var size: Int {
        (key?.count ?? 0) + (value?.count ?? 0) + packed.size
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }
}
