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
    /// In the order of sending. A name that is not UTF-8 has U+FFFD where it is not.
    package let headers: [Header]

    package var topicPartition: TopicPartition { TopicPartition(topic, partition) }

    /// The first header of that name as text; `nil` when there is none or it is not UTF-8.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }.flatMap { String(validating: $0.value, as: UTF8.self) }
    }
}

extension IncomingMessage {
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
        headers = HeaderList.read(pointer)
    }

    /// Bytes held in memory, roughly, for bounding a batch.
    var size: Int {
        (key?.count ?? 0) + (value?.count ?? 0) + headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }
}
