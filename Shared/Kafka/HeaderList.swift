internal import CRdKafka
import Foundation

/// Owns an `rd_kafka_headers_t` until a message takes it.
struct HeaderList: ~Copyable {
    /// Lent to the call that may take it over; then `release` must follow.
    let pointer: OpaquePointer

    init(_ headers: [Header]) {
        pointer = rd_kafka_headers_new(headers.count)
        for header in headers {
            header.value.withUnsafeBytes { value in
                _ = rd_kafka_header_add(
                    pointer, header.name, header.name.utf8.count, value.baseAddress, value.count)
            }
        }
    }

    deinit {
        rd_kafka_headers_destroy(pointer)
    }

    /// Somebody else owns it now.
    consuming func release() {
        discard self
    }

    /// The headers of a received message, which keeps them. A name that is not UTF-8 is repaired; values are bytes.
    static func read(_ message: UnsafePointer<rd_kafka_message_t>) -> PackedHeaders {
        var headers = PackedHeaders()
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return headers }
        let count = rd_kafka_header_cnt(list)
        headers.reserve(count)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        for index in 0..<count {
            guard rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR else {
                break
            }
            headers.append(
                name: UnsafeRawBufferPointer(start: name, count: name.map { strlen($0) } ?? 0),
                value: UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
        }
        return headers
    }
}
