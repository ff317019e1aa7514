/// Puts an HTTP/1.1 answer together from bytes as they come, in pieces of any size. Pure.
struct AnswerReader {
    private enum Stage {
        case head
        case body(left: Int)
        case chunkHead
        case chunk(left: Int)
        case chunkEnd
        case trailer
        case untilEnd
        case done
    }

    /// The answer, once it is whole.
    private(set) var answer: Client.Answer?
    /// Whether another request may follow on the connection.
    private(set) var keepsAlive = true

    private let toHEAD: Bool
    private let longest: Int
    private var stage = Stage.head
    private var bytes: [UInt8] = []
    /// Up to where `bytes` are read.
    private var position = 0
    private var total = 0
    private var status: Int?
    private var headers = Headers()
    private var body: [UInt8] = []

    /// - Parameters:
    ///   - toHEAD: whether the answer is to a HEAD request and so has no body, whatever it says.
    ///   - longest: how many bytes it may have.
    init(toHEAD: Bool = false, longest: Int) {
        self.toHEAD = toHEAD
        self.longest = longest
    }

    /// The next bytes. What follows the answer is an error, for nobody asked for more.
    mutating func receive(_ piece: [UInt8]) throws(HTTPError) {
        total += piece.count
        guard total <= longest else { throw HTTPError(.malformed, "longer than \(longest) bytes") }
        if position == bytes.count {
            bytes = piece
            position = 0
        } else {
            bytes += piece
        }
        while answer == nil, try step() {}
        if answer != nil, position < bytes.count { keepsAlive = false }
    }

    /// No more bytes will come.
    mutating func connectionEnded() throws(HTTPError) {
        keepsAlive = false
        guard case .untilEnd = stage else { throw HTTPError(.closed, "before the answer was whole") }
        finish()
    }

    /// Reads one part; returns false if more bytes are needed.
    private mutating func step() throws(HTTPError) -> Bool {
        switch stage {
        case .head:
            guard let line = nextLine() else { return false }
            try headLine(line)
        case .body(let left):
            let taken = take(left)
            stage = .body(left: left - taken)
            if taken == left { finish() }
            return taken > 0
        case .chunkHead:
            guard let line = nextLine() else { return false }
            guard let size = Int(line.prefix { $0 != ";" && $0 != " " }, radix: 16), (0...longest).contains(size) else {
                throw HTTPError(.malformed, "chunk size")
            }
            stage = size == 0 ? .trailer : .chunk(left: size)
        case .chunk(let left):
            let taken = take(left)
            stage = taken == left ? .chunkEnd : .chunk(left: left - taken)
            return taken > 0
        case .chunkEnd:
            guard let line = nextLine() else { return false }
            guard line.isEmpty else { throw HTTPError(.malformed, "end of chunk") }
            stage = .chunkHead
        case .trailer:
            guard let line = nextLine() else { return false }
            if line.isEmpty { finish() }
        case .untilEnd:
            _ = take(bytes.count - position)
            return false
        case .done: return false
        }
        return true
    }

    private mutating func headLine(_ line: String) throws(HTTPError) {
        if status == nil {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let code = Int(parts[1]), (100...599).contains(code)
            else { throw HTTPError(.malformed, "status line") }
            status = code
            keepsAlive = parts[0] == "HTTP/1.1"
        } else if line.isEmpty {
            try headEnded()
        } else {
            guard let colon = line.firstIndex(of: ":") else { throw HTTPError(.malformed, "header") }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(String(value), for: String(line[..<colon]))
        }
    }

    private mutating func headEnded() throws(HTTPError) {
        if let code = status, code < 200 {
            // 100 Continue: the answer itself is still to come.
            status = nil
            headers = Headers()
            return
        }
        if headers["Connection"]?.lowercased() == "close" { keepsAlive = false }
        if toHEAD || status == 204 || status == 304 {
            finish()
        } else if headers["Transfer-Encoding"]?.lowercased() == "chunked" {
            stage = .chunkHead
        } else if let length = headers["Content-Length"] {
            guard let length = Int(length), (0...longest).contains(length) else {
                throw HTTPError(.malformed, "content length")
            }
            body.reserveCapacity(length)
            stage = .body(left: length)
            if length == 0 { finish() }
        } else {
            stage = .untilEnd
        }
    }

    private mutating func finish() {
        answer = Client.Answer(status: status ?? 0, headers: headers, body: body)
        stage = .done
    }

    /// Moves up to `count` bytes into the body; returns how many.
    private mutating func take(_ count: Int) -> Int {
        let taken = min(count, bytes.count - position)
        body += bytes[position..<position + taken]
        position += taken
        return taken
    }

    /// The next line without its end, or `nil` if it is not all there.
    private mutating func nextLine() -> String? {
        guard let end = bytes[position...].firstIndex(of: 0x0A) else { return nil }
        let line = bytes[position..<end]
        position = end + 1
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
