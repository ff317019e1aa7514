/// A paper as PDF, of which nothing is removed. Only its first and last lines are looked at.
enum PDF {
    static let start = Array("%PDF-".utf8)

    static func checked(_ raw: [UInt8]) throws(AttachedFile.Refusal) -> [UInt8] {
        let tail = String(decoding: raw.suffix(1024), as: UTF8.self)
        guard tail.contains("%%EOF") else { throw .damaged }
        return raw
    }
}
