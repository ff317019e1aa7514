/// Puts one record of a table together from bytes as they come, in pieces of any size. Pure.
struct RecordParser {
    private enum Place {
        case beforeRecord
        case fieldStart
        case plain
        case quoted
        /// After a quote inside quotes: the end of them, or the first of two that mean one.
        case afterQuote
    }

    /// Whether commas and quotes mean nothing, so that a line is a record of one field.
    private let isLines: Bool
    private var place = Place.beforeRecord
    private var line = 1
    private var fields: [[UInt8]] = []
    private var field: [UInt8] = []
    private var size = 0
    private var fault: String?

    init(isLines: Bool) {
        self.isLines = isLines
    }

    /// What was read so far.
    var record: CSVReader.Record { CSVReader.Record(line: line, fields: fields, fault: fault) }

    /// Takes bytes from `position` on; returns whether the record ended, with `position` after it.
    mutating func take(
        _ bytes: UnsafeBufferPointer<UInt8>, from position: inout Int, _ lines: inout LineCount
    ) -> Bool {
        while position < bytes.count {
            let byte = bytes[position]
            switch place {
            case .plain where !endsPlain(byte), .quoted where byte != UInt8(ascii: "\""):
                takeRun(bytes, from: &position, &lines)
                continue
            case .beforeRecord:
                guard byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else { break }
                line = lines.current
                place = .fieldStart
                continue
            case .fieldStart where byte == UInt8(ascii: "\"") && !isLines: place = .quoted
            case .afterQuote where byte == UInt8(ascii: "\""):
                append(bytes[position...position])
                place = .quoted
            case .quoted: place = .afterQuote
            case .fieldStart, .plain, .afterQuote:
                guard endsPlain(byte) else {
                    if place == .afterQuote { note("text follows a closing quote") }
                    place = .plain
                    continue
                }
                endField()
                place = .fieldStart
                if byte != UInt8(ascii: ",") {
                    lines.pass(byte)
                    position += 1
                    return true
                }
            }
            lines.pass(byte)
            position += 1
        }
        return false
    }

    /// No more bytes will come: the last record, if there is one.
    mutating func atEnd(_ lines: LineCount) -> CSVReader.Record? {
        if place == .beforeRecord { return nil }
        if place == .quoted {
            note(
                "the quote that opens in it is never closed; everything to the end of the file was read as this record")
        }
        endField()
        return record
    }

    /// Ordinary bytes in one go.
    private mutating func takeRun(
        _ bytes: UnsafeBufferPointer<UInt8>, from position: inout Int, _ lines: inout LineCount
    ) {
        let start = position
        if place == .quoted {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                lines.pass(bytes[position])
                position += 1
            }
        } else {
            while position < bytes.count, !endsPlain(bytes[position]) { position += 1 }
            lines.pass(bytes[position - 1])
        }
        append(bytes[start..<position])
    }

    private func endsPlain(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") && !isLines || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private mutating func append(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        let room = CSVReader.longestRecord - size
        if bytes.count > room { note("it is longer than \(CSVReader.longestRecord >> 20) MiB") }
        field += bytes.prefix(max(0, room))
        size += min(bytes.count, max(0, room))
    }

    private mutating func endField() {
        // A field costs memory even when it is empty.
        if size < CSVReader.longestRecord {
            fields.append(field)
            size += 1
        } else {
            note("it is longer than \(CSVReader.longestRecord >> 20) MiB")
        }
        field = []
    }

    private mutating func note(_ fault: String) {
        if self.fault == nil { self.fault = fault }
    }
}
