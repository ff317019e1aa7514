/// Path and query of a request line, decoded.
struct RequestTarget {
    /// The parts between slashes. A `%2F` inside one does not divide it.
    let segments: [String]
    let query: Form

    var path: String { "/" + segments.joined(separator: "/") }

    /// Throws a 400 if the path does not begin with a slash, or for escapes that `PercentCoding` refuses.
    init(_ target: [UInt8]) throws(Problem) {
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        guard target.first == UInt8(ascii: "/") else { throw .badRequest("地址须以 / 开头") }
        var segments: [String] = []
        let parts = target[1..<mark].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts { segments.append(try PercentCoding.decode(part, plusIsSpace: false)) }
        self.segments = segments
        self.query = try Form(target[mark...].dropFirst())
    }
}
