import CMicroHTTPD

/// The headers of a request and what they announce.
struct RequestHead {
    /// What to do with a request before its body is read.
    enum Decision {
        /// Take the body; its size if it was told.
        case take(Int?)
        /// Read the body, throw it away, then answer: a client that is still sending would not see an earlier answer.
        case swallow(Problem)
        /// Answer at once and close.
        case close(Problem)
    }

    private(set) var headers = Headers()
    private var size = 0

    init(headers: Headers) {
        self.headers = headers
        size = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }

    /// Copies the headers of `connection`. What is no UTF-8 in them is replaced.
    init(_ connection: OpaquePointer) {
        withUnsafeMutablePointer(to: &self) { head in
            _ = MHD_get_connection_values_n(
                connection, .HEADER_KIND,
                { context, _, name, nameLength, value, valueLength in
                    let head = context!.assumingMemoryBound(to: RequestHead.self)
                    head.pointee.append(text(name, nameLength), text(value, valueLength))
                    return .YES
                }, head)
        }
    }

    private mutating func append(_ name: String, _ value: String) {
        size += name.utf8.count + value.utf8.count
        headers.append(value, for: name)
    }

    /// Judges framing and size. Two lengths, or a length beside another framing, are how one request is smuggled inside
    /// another past a proxy that reads them differently.
    /// - Parameter longest: bytes of the body at most; `nil`: as the limits say.
    func admit(_ limits: Limits, targetIsWhole: Bool, longest: Int? = nil) -> Decision {
        let longest = longest ?? limits.body
        guard size <= limits.headers else { return .close(.headersTooLarge(limits.headers)) }
        guard targetIsWhole else { return .close(.badRequest("地址含有空字符(U+0000)")) }
        let lengths = headers.all("Content-Length")
        let codings = headers.all("Transfer-Encoding")
        guard lengths.count + codings.count <= 1, codings.allSatisfy({ $0.lowercased() == "chunked" }) else {
            return .close(.badRequest("正文长度的写法有歧义"))
        }
        guard let length = lengths.first.flatMap({ Int($0) }) else { return .take(nil) }
        if length <= longest { return .take(length) }
        let asked = headers["Expect"] != nil
        return asked || length > max(limits.swallowed, longest)
            ? .close(.tooLarge(longest)) : .swallow(.tooLarge(longest))
    }
}

private func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
    guard let bytes else { return "" }
    return bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
}
