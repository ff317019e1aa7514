/// Reads RFC 4180 tables of any size, a record at a time, with the line each began on.
///
/// Quoted fields may hold commas, quotes and line ends; LF, CRLF and CR end a line, and a byte-order mark is passed
/// over. Bytes are not yet text: a field that is no UTF-8 is the record's fault alone. Memory is bounded whatever the
/// file holds. JSON lines are read by the same rules as a table without commas and quotes: a line is a record of one
/// field.
struct CSVReader {
    struct Record: Equatable {
        /// Line of the file on which it begins, from 1.
        let line: Int
        let fields: [[UInt8]]
        /// What is wrong with the record, if anything is; the first fault found.
        var fault: String?
    }

    /// A record with more bytes cannot be a complaint; the rest of it is dropped and it is at fault. The public API has
    /// the same bound.
    static let longestRecord = 1 << 20
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let isLines: Bool
    private let read: () throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var given = 0
    private var isAtStart = true
    private var lines = LineCount()

    /// - Parameters:
    ///   - isLines: whether a line is a record of one field, whatever it holds.
    ///   - read: gives the next bytes, empty at the end.
    init(isLines: Bool = false, read: @escaping () throws -> [UInt8]) {
        self.isLines = isLines
        self.read = read
    }

    /// How many bytes of the file were made into records.
    var passed: Int { given - (buffer.count - position) }

    /// The next record; `nil` at the end. An empty line is no record.
    mutating func next() throws -> Record? {
        if isAtStart {
            isAtStart = false
            try skipByteOrderMark()
        }
        var parser = RecordParser(isLines: isLines)
        while true {
            if position == buffer.count {
                (buffer, position) = (try read(), 0)
                given += buffer.count
                guard !buffer.isEmpty else { return parser.atEnd(lines) }
            }
            let isWhole = buffer.withUnsafeBufferPointer { parser.take($0, from: &position, &lines) }
            if isWhole { return parser.record }
        }
    }

    private mutating func skipByteOrderMark() throws {
        while buffer.count < 3, case let more = try read(), !more.isEmpty { buffer += more }
        given = buffer.count
        if buffer.starts(with: Self.byteOrderMark) { position = 3 }
    }

    /// One record as a line of a file, quoted where it must be; `next` reads the same fields back.
    static func line(_ fields: [[UInt8]]) -> [UInt8] {
        // An empty line would be no record.
        if fields.count == 1, fields[0].isEmpty { return Array("\"\"\n".utf8) }
        var line: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            line += quoted(field)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private static func quoted(_ field: [UInt8]) -> [UInt8] {
        let special: Set = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard field.contains(where: special.contains) || field.starts(with: byteOrderMark) else { return field }
        let quote = UInt8(ascii: "\"")
        return [quote] + field.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}
