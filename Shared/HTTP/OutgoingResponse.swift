import CMicroHTTPD

/// Owns an `MHD_Response` from its making until it is queued, when the connection holds it.
struct OutgoingResponse: ~Copyable {
    private let pointer: OpaquePointer

    deinit { MHD_destroy_response(pointer) }

    private init?(_ body: [UInt8]) {
        // Copied by libmicrohttpd, so nothing of ours must outlive this call.
        let pointer = body.withUnsafeBytes {
            MHD_create_response_from_buffer(
                $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    private init?(_ feed: Feed, on connection: OpaquePointer) {
        guard let pointer = FeedReader.response(feed, on: connection) else { return nil }
        self.pointer = pointer
    }

    /// Hands `response` to `connection`. `MHD_NO` makes libmicrohttpd close the connection without an answer.
    static func queue(
        _ response: Response, on connection: OpaquePointer, closing: Bool, isEncrypted: Bool = false
    ) -> MHD_Result {
        let made = response.feed.map { OutgoingResponse($0, on: connection) } ?? OutgoingResponse(response.body)
        guard let outgoing = made else { return .NO }
        var accepted = outgoing.add("X-Content-Type-Options", "nosniff")
        if isEncrypted { accepted = outgoing.add("Strict-Transport-Security", Self.strictTransport) && accepted }
        if closing { accepted = outgoing.add("Connection", "close") && accepted }
        for (name, value) in response.headers { accepted = outgoing.add(name, value) && accepted }
        // A line break in a value, which would let its author write headers or a whole answer.
        guard accepted else {
            return queue(.problem(.inner), on: connection, closing: true, isEncrypted: isEncrypted)
        }
        return MHD_queue_response(connection, UInt32(response.status), outgoing.pointer)
    }

    /// A year: whoever came once over TLS comes no other way again.
    private static let strictTransport = "max-age=31536000"

    private borrowing func add(_ name: String, _ value: String) -> Bool {
        !value.utf8.contains(0) && MHD_add_response_header(pointer, name, value) == .YES
    }
}
