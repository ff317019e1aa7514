import Foundation

/// The rows of a table that could not be registered, in a file of their own: line, reason, and the row as it was, byte
/// for byte. They hold what people wrote and who they are, so the file is its owner's alone.
struct RejectedRows {
    /// Reasons that are shown on the screen.
    private static let shownAtMost = 5

    private(set) var count = 0
    /// The first of them, for people.
    private(set) var shown: [String] = []
    private(set) var path = ""
    private let table: URL
    private let columns: [[UInt8]]
    private var file: FileHandle?

    /// Makes no file until the first row comes; one that an earlier run left stays then.
    init(of table: URL, columns: [[UInt8]]) {
        self.table = table
        self.columns = columns
    }

    mutating func add(_ record: CSVReader.Record, _ reason: String) throws {
        let out = try file ?? open()
        file = out
        try write(Self.line("\(record.line)", reason, record.fields), to: out)
        count += 1
        if shown.count < Self.shownAtMost { shown.append("line \(record.line): \(reason)") }
    }

    private mutating func open() throws -> FileHandle {
        let name = table.deletingPathExtension().lastPathComponent + ".rejected.csv"
        for folder in [table.deletingLastPathComponent(), URL(filePath: FileManager.default.currentDirectoryPath)] {
            let place = folder.appending(path: name).path
            let descriptor = Glibc.open(place, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { continue }
            // One that was there keeps its rights otherwise.
            fchmod(descriptor, 0o600)
            path = place
            let out = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try write(Self.line("line", "reason", columns), to: out)
            return out
        }
        throw CommandFailure("\(name) can be written neither beside the file nor here")
    }

    private func write(_ line: Data, to file: FileHandle) throws {
        do {
            try file.write(contentsOf: line)
        } catch {
            throw CommandFailure("\(path) cannot be written")
        }
    }

    private static func line(_ line: String, _ reason: String, _ fields: [[UInt8]]) -> Data {
        Data(CSVReader.line([Array(line.utf8), Array(reason.utf8)] + fields))
    }
}
