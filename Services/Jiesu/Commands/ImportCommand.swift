import CaseStore
import Foundation
import Postgres

/// `jiesu import`
enum ImportCommand: OperatorCommand {
    static let name = "import"
    static let synopsis =
        "FILE.csv [--map COLUMN=FIELD ...] [--source NAME] [--line NUMBER] [--channel CODE] [--no-wait] [--data DIR]"
    static let summary = "registers a table's rows as complaints, each once however often it is run"
    static let details = """
        FILE.csv is UTF-8 with a header. What a column may be:
        \(ImportMapping.fields.joined(separator: ", ")).
        Columns named like a field need no --map; `time` means `written`, when the citizen wrote it (registration is now).
        Times are ISO 8601, without a zone China's.

        A row is known by --source (default: the file's name) and its id, else by the hash of the row: running it again, also
        after it was interrupted, registers nothing twice. Bad rows go to FILE.rejected.csv with line and reason (beside the
        file, or here if its folder cannot be written), the good ones go in; put right, that file can be imported with the same
        --source.

        --line is the complaint line whose profile applies (default 12345), --channel how the rows came (default web_portal).
        Then it waits until everything was classified and sent out, and prints the counts; --no-wait does not.
        Exit 0: every row is in; 1: it could not go on, what went in is kept; 2: typed wrongly; 3: done, but rows were rejected.
        """
    static let options = [
        Reach.option, .list("map"), .value("source"), .value("line"), .value("channel"), .flag("no-wait"),
    ]
    /// Rows in one transaction at most, and bytes of them.
    private static let batch = (rows: 256, bytes: 8 << 20)

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let path = try arguments.positional("FILE.csv")[0]
        let url = URL(filePath: path)
        guard let file = try? FileHandle(forReadingFrom: url) else { throw CommandFailure("\(path) cannot be read") }
        defer { try? file.close() }
        var reader = CSVReader { try read(file, path) }
        guard let header = try reader.next() else {
            throw CommandFailure("\(path) is empty", hint: "a table begins with a line that names its columns")
        }
        let mapping = try ImportMapping(
            header: header, map: arguments.list("map"),
            source: arguments.text("source") ?? url.deletingPathExtension().lastPathComponent,
            line: arguments.text("line") ?? "12345", channel: arguments.text("channel") ?? "web_portal")
        let pool = try Reach(arguments).pool()
        var run = ImportRun(
            store: CaseStore(pool: pool), pool: pool, rejects: RejectedRows(of: url, header: header),
            mapping: mapping)
        // A pipe has no size.
        var status = stat()
        let size = fstat(file.fileDescriptor, &status) == 0 ? Int(status.st_size) : 0
        do {
            try await take(&reader, of: size, by: mapping, into: &run)
        } catch let error
            where error is PostgresError || error is TransactionError
        {
            run.report()
            throw CommandFailure(
                "the database did not take the next rows: \(error)",
                hint: "run it again: what is registered already is known and not registered twice")
        }
        run.report()
        if !arguments.has("no-wait") { try await run.awaitRouting() }
        try await run.printCounts()
        return run.rejected == 0 ? 0 : 3
    }

    private static func read(_ file: FileHandle, _ path: String) throws -> [UInt8] {
        do {
            return Array(try file.read(upToCount: 1 << 20) ?? Data())
        } catch {
            throw CommandFailure("\(path) cannot be read")
        }
    }

    private static func take(
        _ reader: inout CSVReader, of size: Int, by mapping: ImportMapping, into run: inout ImportRun
    ) async throws {
        while case let next = try records(&reader), !next.isEmpty {
            let rows = next.map { record in
                ImportRun.Row(
                    record: record,
                    content: Result { () throws(ImportMapping.Fault) in try mapping.registration(record) })
            }
            try await run.take(rows, percent: size > 0 ? min(100, reader.passed * 100 / size) : nil)
        }
    }

    /// The next records, none at the end.
    private static func records(_ reader: inout CSVReader) throws -> [CSVReader.Record] {
        var records: [CSVReader.Record] = []
        var bytes = 0
        while records.count < batch.rows, bytes < batch.bytes, let record = try reader.next() {
            records.append(record)
            bytes += record.fields.reduce(0) { $0 + $1.count }
        }
        return records
    }
}
