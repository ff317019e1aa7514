/// Reads RFC 4180 tables of any size, a record at a time, with the line each began on.
///
/// Quoted fields may hold commas, quotes and line feeds; both kinds of line end and a byte-order mark are accepted. Bytes are
/// not yet text: a field that is no UTF-8 is the record's fault alone.
struct CSVReader {
    struct Record {
        /// Line of the file, from 1.
        let line: Int
        let fields: [[UInt8]]
        /// What is wrong with the record, if anything is.
        var fault: String?
    }

    /// A field longer than this cannot be a complaint; the rest of it is dropped and the record is at fault.
    static let longestField = 8 << 20

    private let read: () throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var line = 1
    private var isAtStart = true

    /// - Parameter read: gives the next bytes, empty at the end.
    init(read: @escaping () throws -> [UInt8]) {
        self.read = read
    }

    /// The next record; `nil` at the end. An empty line is no record.
    mutating func next() throws -> Record? {
        if isAtStart {
            isAtStart = false
            if try peek(0) == 0xEF, try peek(1) == 0xBB, try peek(2) == 0xBF { position += 3 }
        }
        while let byte = try peek(0), byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        guard try peek(0) != nil else { return nil }
        var record = Record(line: line, fields: [], fault: nil)
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        func append(_ byte: UInt8) {
            if field.count < Self.longestField {
                field.append(byte)
            } else {
                record.fault = "a field is longer than 8 MiB"
            }
        }
        var isQuoted = false
        while let byte = try take() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    append(byte)
                } else if try peek(0) == UInt8(ascii: "\"") {
                    position += 1
                    append(byte)
                } else {
                    isQuoted = false
                    if let after = try peek(0), after != UInt8(ascii: ","), after != UInt8(ascii: "\n"),
                        after != UInt8(ascii: "\r")
                    {
                        record.fault = "text follows a closing quote"
                    }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case UInt8(ascii: ","):
                fields.append(field)
                field = []
            case UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\n"):
                fields.append(field)
                return Record(line: record.line, fields: fields, fault: record.fault)
            default: append(byte)
            }
        }
        fields.append(field)
        if isQuoted { record.fault = "the file ends inside quotes" }
        return Record(line: record.line, fields: fields, fault: record.fault)
    }

    private mutating func take() throws -> UInt8? {
        guard let byte = try peek(0) else { return nil }
        position += 1
        return byte
    }

    private mutating func peek(_ offset: Int) throws -> UInt8? {
        while position + offset >= buffer.count {
            let more = try read()
            if more.isEmpty { return nil }
            buffer.removeFirst(position)
            position = 0
            buffer += more
        }
        return buffer[position + offset]
    }

    /// One record as a line of a file, quoted where it must be.
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
                ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: ",") + "\n"
    }
}
