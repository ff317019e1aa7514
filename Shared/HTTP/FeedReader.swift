import CMicroHTTPD

/// What libmicrohttpd asks for the next bytes of a feed. C holds it as long as the response.
///
/// `connection` is valid while C asks, and while it is suspended, for then it cannot end; hence `@unchecked`.
final class FeedReader: @unchecked Sendable {
    private let feed: Feed
    private let connection: OpaquePointer

    init(_ feed: Feed, _ connection: OpaquePointer) {
        self.feed = feed
        self.connection = connection
    }

    func suspend() { MHD_suspend_connection(connection) }
    func resume() { MHD_resume_connection(connection) }

    /// An `MHD_Response` that asks a new reader of `feed`; `nil` when memory is lacking.
    static func response(_ feed: Feed, on connection: OpaquePointer) -> OpaquePointer? {
        let reader = Unmanaged.passRetained(FeedReader(feed, connection))
        let response = MHD_create_response_from_callback(
            UInt64.max, blockSize, nextBytes, reader.toOpaque(), responseDestroyed)
        if response == nil { reader.release() }
        return response
    }

    /// Bytes that libmicrohttpd asks for at once where it does not send chunks (HTTP/1.0).
    private static let blockSize = 4 << 10

    fileprivate func next(into space: UnsafeMutableRawBufferPointer) -> Int {
        switch feed.next(atMost: space.count, for: self) {
        case .write(let bytes):
            space.copyBytes(from: bytes)
            return bytes.count
        case .wait: return 0
        case .end: return -1  // MHD_CONTENT_READER_END_OF_STREAM
        case .hangUp: return -2  // MHD_CONTENT_READER_END_WITH_ERROR
        }
    }
}

private func nextBytes(
    reader: UnsafeMutableRawPointer?, position: UInt64, space: UnsafeMutablePointer<CChar>?, size: Int
) -> Int {
    Unmanaged<FeedReader>.fromOpaque(reader!).takeUnretainedValue()
        .next(into: UnsafeMutableRawBufferPointer(start: space, count: size))
}

private func responseDestroyed(reader: UnsafeMutableRawPointer?) {
    Unmanaged<FeedReader>.fromOpaque(reader!).release()
}
