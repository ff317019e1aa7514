import JSON

/// Complaints as bytes on the wire, each with a key and a text of its own: prepared once, so that making one costs next to nothing.
struct BenchRequests {
    private struct Template {
        var bytes: [UInt8]
        /// Where the ten digits stand that make it another complaint.
        let digits: [Int]
    }

    private var templates: [Template]
    /// Made so far.
    private var count = 0

    private static let mark = Array("@@@@@@@@@@".utf8)

    /// - Parameter samples: sent in turn.
    init(_ samples: [Sample], port: Int) {
        let mark = String(decoding: Self.mark, as: UTF8.self)
        templates = samples.map { sample in
            var complaint = sample.complaint
            complaint["text"] = .string((complaint["text"]?.string ?? "") + "（\(mark)）")
            let body = JSON.object(complaint).bytes
            let head = """
                POST /api/v1/complaints HTTP/1.1\r
                Host: 127.0.0.1:\(port)\r
                Content-Type: application/json\r
                Idempotency-Key: bench-\(mark)\r
                Content-Length: \(body.count)\r
                \r

                """
            let bytes = Array(head.utf8) + body
            let digits = bytes.indices.dropLast(Self.mark.count).filter {
                bytes[$0] == Self.mark[0] && Array(bytes[$0..<$0 + Self.mark.count]) == Self.mark
            }
            return Template(bytes: bytes, digits: digits)
        }
    }

    /// The number of one more request.
    mutating func next() -> Int {
        count += 1
        return count
    }

    /// Lends a request: under the same number always the same one, key and all.
    mutating func lend(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let index = number % templates.count
        for start in templates[index].digits {
            var rest = number
            for place in (start..<start + Self.mark.count).reversed() {
                templates[index].bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        templates[index].bytes.withUnsafeBytes(body)
    }
}

extension Sample {
    /// Those that go all the way: to an organisation's topic, by rule.
    static func dispatched() throws -> [Sample] {
        try shipped().filter { $0.expected.state == "dispatched" && $0.earlier == nil }
    }
}
