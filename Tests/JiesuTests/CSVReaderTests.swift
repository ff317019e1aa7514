import Support
import Testing

@testable import Jiesu

/// RFC 4180 tables, well and badly made.
@Suite struct CSVReaderTests {
    /// All records of `bytes`, which come in pieces of `step`.
    private func records(
        _ bytes: [UInt8], step: Int = 1 << 20, isLines: Bool = false
    ) throws -> [CSVReader.Record] {
        var position = 0
        var reader = CSVReader(isLines: isLines) {
            let piece = Array(bytes[position..<min(position + step, bytes.count)])
            position += piece.count
            return piece
        }
        var records: [CSVReader.Record] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    private func texts(_ table: String) throws -> [[String]] {
        try records(Array(table.utf8)).map { $0.fields.map { String(decoding: $0, as: UTF8.self) } }
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a\n\n\r\n\rb\n", [["a"], ["b"]]),
        ("\n\na", [["a"]]),
        (",\n,,\n", [["", ""], ["", "", ""]]),
        ("\"a,b\",\"c\"\"d\",\"e\nf\",\"g\r\nh\"\n", [["a,b", "c\"d", "e\nf", "g\r\nh"]]),
        ("\"\",\"\"\"\",\"\"\"\"\"\"\n", [["", "\"", "\"\""]]),
        ("\"\"\n\"\"", [[""], [""]]),
        (" a , \"b\"\n", [[" a ", " \"b\""]]),
        ("a\"b,c\"\"d\n", [["a\"b", "c\"\"d"]]),
        ("a,\u{0}b\n", [["a", "\u{0}b"]]),
        ("路灯,\"不,亮\"\n", [["路灯", "不,亮"]]),
        (",\u{301}x,\"y\u{301}\"\n", [["", "\u{301}x", "y\u{301}"]]),
        ("a,\n", [["a", ""]]),
        ("a,", [["a", ""]]),
        ("", []), ("\n", []), ("\u{FEFF}", []), ("\u{FEFF}\n", []),
    ])
    func `a table is read`(table: String, expected: [[String]]) throws {
        #expect(try texts(table) == expected)
        #expect(try records(Array(table.utf8)).allSatisfy { $0.fault == nil })
    }

    @Test func `half a byte-order mark is content`() throws {
        #expect(try records([0xEF, 0xBB, 0x41]).map(\.fields) == [[[0xEF, 0xBB, 0x41]]])
        #expect(try records([0xEF]).map(\.fields) == [[[0xEF]]])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `a record knows the line it begins on, whatever ends a line`(end: String) throws {
        let lines = ["a,b", "", "\"1", "2\",3", "4,\"5", "", "\"", "6,7"]
        let records = try records(Array(lines.joined(separator: end).utf8))
        #expect(records.map(\.line) == [1, 3, 5, 8])
    }

    @Test func `text after a closing quote is the fault of its record alone`() throws {
        let records = try records(Array("\"a\"b,c\n\"d\" ,e\nf,g\n".utf8))
        #expect(records.map(\.fault) == ["text follows a closing quote", "text follows a closing quote", nil])
        #expect(records.map(\.line) == [1, 2, 3])
    }

    @Test func `a quote that is never closed is named with its line`() throws {
        let records = try records(Array("a,b\n1,2\n3,\"4\n5,6\n7,8\n".utf8))
        #expect(records.map(\.line) == [1, 2, 3])
        #expect(records[2].fault?.contains("never closed") == true)
    }

    @Test func `invalid UTF-8 passes through as bytes`() throws {
        #expect(try records([0x61, 0x2C, 0xFF, 0xFE, 0x0A]).map(\.fields) == [[[0x61], [0xFF, 0xFE]]])
    }

    @Test func `a record that is too long is at fault, bounded in memory, and the next one is read`() throws {
        let long = CSVReader.longestRecord
        for table in [
            "a," + String(repeating: "x", count: long + 5) + ",b\n1,2\n",
            "a,\"" + String(repeating: "y\n", count: long) + "\"\n1,2\n",
            String(repeating: ",", count: long * 2) + "\n1,2\n",
        ] {
            let records = try records(Array(table.utf8), step: 64 << 10)
            #expect(records.count == 2)
            #expect(records[0].fault == "it is longer than 1 MiB")
            #expect(records[0].fields.reduce(records[0].fields.count) { $0 + $1.count } <= long + 1)
            #expect(records[1].fault == nil)
            #expect(records[1].fields == [[0x31], [0x32]])
        }
    }

    @Test func `a field as long as a record may be is taken`() throws {
        let table = String(repeating: "x", count: CSVReader.longestRecord - 1) + "\n"
        #expect(try records(Array(table.utf8)).map(\.fault) == [nil])
    }

    @Test func `as lines each is one field, whatever commas and quotes it holds`() throws {
        let text = "\u{FEFF}{\"a\":\"b,c\"}\r\n\n\"open,\nx\"y,\n last"
        let lines = try records(Array(text.utf8), isLines: true)
        #expect(lines.map(\.line) == [1, 3, 4, 5])
        #expect(
            lines.map { String(decoding: $0.fields[0], as: UTF8.self) } == [
                "{\"a\":\"b,c\"}", "\"open,", "x\"y,", " last",
            ]
        )
        #expect(lines.allSatisfy { $0.fields.count == 1 && $0.fault == nil })
        for step in 1...9 { #expect(try records(Array(text.utf8), step: step, isLines: true) == lines) }
    }

    @Test func `a line that is too long is at fault, bounded in memory, and the next one is read`() throws {
        let long = String(repeating: "\",", count: CSVReader.longestRecord)
        let lines = try records(Array("\(long)\nb\n".utf8), step: 64 << 10, isLines: true)
        #expect(lines.map(\.fault) == ["it is longer than 1 MiB", nil])
        #expect(lines[0].fields.reduce(0) { $0 + $1.count } <= CSVReader.longestRecord)
    }

    @Test func `what was passed are the bytes of the records so far`() throws {
        var pieces = ["c\n", "b\n", "\u{FEFF}a\n"].map { Array($0.utf8) }
        var reader = CSVReader { pieces.popLast() ?? [] }
        for passed in [5, 7, 9] {
            _ = try reader.next()
            #expect(reader.passed == passed)
        }
    }

    @Test func `it does not matter where the pieces end`() throws {
        let table = "\u{FEFF}a,\"b\"\"c\",\"d\r\ne\"\r\n\r\n\"\",路灯,\"x\"y\n\r1,\"2\r\",\"3\n\"\r\"open,\n"
        let bytes = Array(table.utf8)
        let whole = try records(bytes)
        #expect(whole.count == 4)
        for step in 1...bytes.count {
            #expect(try records(bytes, step: step) == whole)
        }
    }

    /// Fields of everything that could hurt, in tables of every shape.
    @Test(arguments: 0..<300)
    func `what is written is read back`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces: [[UInt8]] = [
            [0x22], [0x2C], [0x0A], [0x0D], [0x0D, 0x0A], [0x22, 0x22], [0], [0xFF], [0xEF, 0xBB, 0xBF], [0x20],
            Array("\u{301}".utf8), Array("路".utf8), [0x61], Array("\u{2028}".utf8),
        ]
        let table = (0...Int.random(in: 0...5, using: &random)).map { _ in
            (0...Int.random(in: 0...3, using: &random)).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
            }
        }
        let read = try records(table.flatMap(CSVReader.line), step: Int.random(in: 1...7, using: &random))
        #expect(read.map(\.fields) == table)
        #expect(read.allSatisfy { $0.fault == nil })
    }

    /// Any bytes at all: it ends, and what it gives does not depend on the pieces.
    @Test(arguments: 0..<200)
    func `noise is read without harm`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let noise: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x61, 0xEF, 0xBB, 0xBF]
        let bytes = (0..<60).map { _ in noise.randomElement(using: &random) ?? 0 }
        #expect(try records(bytes) == records(bytes, step: 1))
        #expect(try records(bytes, isLines: true) == records(bytes, step: 1, isLines: true))
    }
}
