import Foundation

/// The rows of a table that could not be registered, in a file of their own: line, reason, and the row as it was, byte
/// for byte.
struct RejectedRows {
    /// Reasons that are shown on the screen.
    private static let shownAtMost = 5

    private(set) var count = 0
    /// The first of them, for people.
    private(set) var shown: [String] = []
    private(set) var path = ""
    private let table: URL
    private let header: CSVReader.Record
    private var file: FileHandle?

    /// Makes no file until the first row comes; one that an earlier run left stays then.
    init(of table: URL, header: CSVReader.Record) {
        self.table = table
        self.header = header
    }

    mutating func add(_ record: CSVReader.Record, _ reason: String) throws {
        let out = try file ?? open()
        file = out
        do {
            try out.write(contentsOf: Self.line("\(record.line)", reason, record.fields))
        } catch {
            throw CommandFailure("\(path) cannot be written")
        }
        count += 1
        if shown.count < Self.shownAtMost { shown.append("line \(record.line): \(reason)") }
    }

    private mutating func open() throws -> FileHandle {
        let name = table.lastPathComponent + ".rejected.csv"
        for folder in [table.deletingLastPathComponent(), URL(filePath: FileManager.default.currentDirectoryPath)] {
            let place = folder.appending(path: name).path
            guard FileManager.default.createFile(atPath: place, contents: Self.line("line", "reason", header.fields)),
                let out = FileHandle(forWritingAtPath: place)
            else { continue }
            try out.seekToEnd()
            path = place
            return out
        }
        throw CommandFailure("\(name) can be written neither beside the file nor here")
    }

    private static func line(_ line: String, _ reason: String, _ fields: [[UInt8]]) -> Data {
        Data(CSVReader.line([Array(line.utf8), Array(reason.utf8)] + fields))
    }
}
