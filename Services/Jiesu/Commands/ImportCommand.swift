import CaseStore
import Foundation
import Postgres

/// `jiesu import`
enum ImportCommand: OperatorCommand {
    static let name = "import"
    static let synopsis = """
        FILE [--format csv|jsonl] [--map COLUMN=FIELD ...] [--source NAME] [--line NUMBER] [--channel CODE]
                 [--no-wait] [--data DIR]
        """
    static let summary = "registers a table's rows as complaints, each once however often it is run"
    static let details = """
        FILE is UTF-8: CSV with a header, or JSON lines, an object a line; --format says which where the name does not (.jsonl and
        .ndjson are JSON lines, others CSV). What a column, or a key, may be:
        \(ImportMapping.fields.joined(separator: ", ")).
        Columns named like a field need no --map; `time` means `written`, when the citizen wrote it (registration is now).
        Times are ISO 8601, without a zone China's. Of a JSON line other keys may hold anything, these a text, a whole number or
        null; one that --map names must be in one of the first \(batch.rows) lines.

        A row is known by --source (default: the file's name) and its id, else by the hash of the row: running it again, also
        after it was interrupted, registers nothing twice and soon comes to where it stopped. Bad rows go to FILE.rejected.csv
        with line and reason (beside the file, or here if its folder cannot be written), the good ones go in. Put right, that file
        can be imported with the same --source; JSON lines stand in it whole and are put right in FILE.

        --line is the complaint line whose profile applies (default 12345), --channel how the rows came (default web_portal).
        Then it waits until everything was classified and sent out, and prints the counts; --no-wait does not.
        Exit 0: every row is in; 1: it could not go on, what went in is kept; 2: typed wrongly; 3: done, but rows were rejected.
        """
    static let options = [
        Reach.option, .value("format"), .list("map"), .value("source"), .value("line"), .value("channel"),
        .flag("no-wait"),
    ]
    /// Rows in one transaction at most, and bytes of them.
    private static let batch = (rows: 256, bytes: 8 << 20)

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let path = try arguments.positional("FILE")[0]
        let url = URL(filePath: path)
        let format = try format(of: url, arguments)
        guard let file = try? FileHandle(forReadingFrom: url) else { throw CommandFailure("\(path) cannot be read") }
        defer { try? file.close() }
        var reader = CSVReader(isLines: format == .jsonl) { try read(file, path) }
        // JSON lines have no header; what keys there are, the first of them tell.
        let first = try records(&reader, atMost: format == .csv ? 1 : batch.rows)
        guard !first.isEmpty else {
            let hint =
                format == .csv ? "a table begins with a line that names its columns" : "JSON lines are an object a line"
            throw CommandFailure("\(path) is empty", hint: hint)
        }
        let mapping = try ImportMapping(
            format, first: first, map: arguments.list("map"),
            source: arguments.text("source") ?? url.deletingPathExtension().lastPathComponent,
            line: arguments.text("line") ?? "12345", channel: arguments.text("channel") ?? "web_portal")
        let pool = try Reach(arguments).pool()
        let columns = format == .csv ? first[0].fields : [Array("row".utf8)]
        var run = ImportRun(
            store: CaseStore(pool: pool), pool: pool, rejects: RejectedRows(of: url, columns: columns),
            mapping: mapping)
        // A pipe has no size.
        var status = stat()
        let size = fstat(file.fileDescriptor, &status) == 0 ? Int(status.st_size) : 0
        do {
            var next = format == .csv ? try records(&reader) : first
            while !next.isEmpty {
                let rows = next.map { record in
                    ImportRun.Row(
                        record: record,
                        content: Result { () throws(ImportMapping.Fault) in try mapping.registration(record) })
                }
                try await run.take(rows, percent: size > 0 ? min(100, reader.passed * 100 / size) : nil)
                next = try records(&reader)
            }
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

    private static func format(of url: URL, _ arguments: Arguments) throws(Arguments.Mistake) -> ImportMapping.Format {
        guard let typed = arguments.text("format") else {
            return ["jsonl", "ndjson"].contains(url.pathExtension.lowercased()) ? .jsonl : .csv
        }
        let known = ImportMapping.Format.allCases.map(\.rawValue)
        try Arguments.check(typed, among: known, called: "format")
        return ImportMapping.Format(rawValue: typed)!
    }

    private static func read(_ file: FileHandle, _ path: String) throws -> [UInt8] {
        do {
            return Array(try file.read(upToCount: 1 << 20) ?? Data())
        } catch {
            throw CommandFailure("\(path) cannot be read")
        }
    }

    /// The next records, none at the end.
    private static func records(
        _ reader: inout CSVReader, atMost most: Int = batch.rows
    ) throws -> [CSVReader.Record] {
        var records: [CSVReader.Record] = []
        var bytes = 0
        while records.count < most, bytes < batch.bytes, let record = try reader.next() {
            records.append(record)
            bytes += record.fields.reduce(0) { $0 + $1.count }
        }
        return records
    }
}
