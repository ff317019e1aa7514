import Casework
import CaseStore
import Foundation
import Lifecycle
import Postgres

/// `jiesu import`
enum ImportCommand: OperatorCommand {
    static let name = "import"
    static let synopsis =
        "FILE.csv [--map COLUMN=FIELD ...] [--source NAME] [--line NUMBER] [--channel CODE] [--no-wait] [--data DIR]"
    static let summary = "registers a table's rows as complaints, each once however often it is run"
    static let details = """
        Fields: \(ImportMapping.fields.joined(separator: ", ")). Columns named like a field need no --map; `time` means
        `written`, when the citizen wrote it (registration is now). A row is known by --source (default: the file's name) and
        its id, else by the hash of the row. Bad rows go to FILE.rejected.csv with line and reason (beside the file, or here if
        its folder cannot be written), the good ones go in. --line is the complaint line whose profile applies (default 12345),
        --channel any channel of the profile (default web_portal). Then it waits until everything registered was classified and
        sent out, and prints the counts; --no-wait does not.
        """
    static let options = [
        Reach.option, .list("map"), .value("source"), .value("line"), .value("channel"), .flag("no-wait"),
    ]
    /// Rows in one transaction.
    private static let batch = 256

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let path = try arguments.positional("FILE.csv")[0]
        let url = URL(filePath: path)
        guard let file = try? FileHandle(forReadingFrom: url) else { throw CommandFailure("\(path) cannot be read") }
        defer { try? file.close() }
        var reader = CSVReader { Array(try file.read(upToCount: 1 << 20) ?? Data()) }
        guard let header = try reader.next() else { throw CommandFailure("\(path) is empty") }
        let mapping = try ImportMapping(
            header: header.fields.map { String(decoding: $0, as: UTF8.self) }, map: arguments.list("map"),
            source: arguments.text("source") ?? url.deletingPathExtension().lastPathComponent,
            line: arguments.text("line") ?? "12345", channel: arguments.text("channel") ?? "web_portal")
        let pool = try Reach(arguments).pool()
        var run = ImportRun(store: CaseStore(pool: pool), pool: pool, header: header, file: url)

        var waiting: [(CSVReader.Record, Registration)] = []
        while let record = try reader.next() {
            do throws(ImportMapping.Fault) {
                waiting.append((record, try mapping.registration(record)))
            } catch {
                try run.reject(record, error.reason)
            }
            if waiting.count == batch {
                try await run.register(waiting)
                waiting = []
            }
        }
        try await run.register(waiting)
        run.report()
        if !arguments.has("no-wait") { try await run.awaitRouting() }
        try await run.printCounts()
        return 0
    }
}

/// One run over a table.
private struct ImportRun {
    let store: CaseStore
    let pool: Pool
    let header: CSVReader.Record
    let file: URL
    private var ids: [Int64] = []
    private var registered = 0
    private var repeated = 0
    private var rejected = 0
    private var rejects: FileHandle?
    private var rejectsPath = ""
    private let progress = ProgressLine()

    init(store: CaseStore, pool: Pool, header: CSVReader.Record, file: URL) {
        self.store = store
        self.pool = pool
        self.header = header
        self.file = file
    }

    mutating func register(_ rows: [(CSVReader.Record, Registration)]) async throws {
        guard !rows.isEmpty else { return }
        let registrations = try await keyed(rows.map(\.1))
        let outcomes = try await store.register(registrations)
        for ((record, _), outcome) in zip(rows, outcomes) {
            switch outcome {
            case .registered(let receipt):
                registered += 1
                ids.append(receipt.number.id)
            case .repeated(let receipt):
                repeated += 1
                ids.append(receipt.number.id)
            case .keyReused: try reject(record, "its id was used for another row")
            case .unknownLine:
                throw CommandFailure(
                    "no profile governs line \(registrations[0].line)", hint: "`jiesu policy list` shows the lines")
            case .refused(let refusal): try reject(record, refusal.explanation)
            }
        }
        progress.show("\(registered) registered, \(repeated) known, \(rejected) rejected")
    }

    /// Rows without an id are known by their hash.
    private func keyed(_ registrations: [Registration]) async throws -> [Registration] {
        guard registrations.contains(where: { $0.key.isEmpty }) else { return registrations }
        let hashes = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT encode(sha256(r), 'hex') FROM unnest(\(registrations.map(\.request))) WITH ORDINALITY AS n (r, i) ORDER BY i
                """)
        }
        return try zip(registrations, hashes).map { registration, row in
            var keyed = registration
            if keyed.key.isEmpty {
                keyed.key = "import:\(registration.source ?? ""):sha256:\(try row.get(0, as: String.self))"
            }
            return keyed
        }
    }

    mutating func reject(_ record: CSVReader.Record, _ reason: String) throws {
        rejected += 1
        let out = try rejects ?? openRejects()
        rejects = out
        let fields = record.fields.map { String(decoding: $0, as: UTF8.self) }
        out.write(Data(CSVReader.line(["\(record.line)", reason] + fields).utf8))
    }

    private mutating func openRejects() throws -> FileHandle {
        let name = file.lastPathComponent + ".rejected.csv"
        for folder in [file.deletingLastPathComponent(), URL(filePath: FileManager.default.currentDirectoryPath)] {
            let path = folder.appending(path: name).path
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let out = FileHandle(forWritingAtPath: path)
            else { continue }
            rejectsPath = path
            out.write(
                Data(
                    CSVReader.line(["line", "reason"] + header.fields.map { String(decoding: $0, as: UTF8.self) }).utf8)
            )
            return out
        }
        throw CommandFailure("\(name) can be written neither beside the file nor here")
    }

    func report() {
        progress.end()
        Swift.print("registered now    \(registered)")
        Swift.print("known already     \(repeated)")
        Swift.print("rejected          \(rejected)\(rejected > 0 ? "   see \(rejectsPath)" : "")")
    }

    /// Waits until no case of this table is owed anything, or nothing has moved for half a minute.
    func awaitRouting() async throws {
        var lastCount = Int.max
        var lastChange = ContinuousClock.now
        while true {
            let owed =
                try await count("CASE WHEN state IN ('registered', 'classified') THEN 'owed' ELSE 'done' END")["owed"]
                ?? 0
            if owed == 0 { return progress.end() }
            progress.show("\(ids.count - owed) of \(ids.count) sent out or put before a person")
            if owed < lastCount {
                (lastCount, lastChange) = (owed, .now)
            } else if ContinuousClock.now - lastChange > .seconds(30) {
                progress.end()
                throw CommandFailure(
                    "\(owed) cases wait and nothing moves; they are registered and will go on",
                    hint: "do classification and routing run? `jiesu parked list` shows what they could not handle")
            }
            await sleep(for: .milliseconds(200))
        }
    }

    func printCounts() async throws {
        try await print("state", count("state"))
        try await print("subject", count("coalesce(subject, '(none)')"))
        try await print("organisation", count("coalesce(lead, '(none)')"))
        try await print("waiting for a person because of", reasons())
    }

    /// Cases of this table by an expression over `case_file`.
    private func count(_ expression: StaticString) async throws -> [String: Int] {
        try await inChunks { chunk, connection in
            try await connection.query(
                "SELECT \(raw: expression), count(*) FROM jiesu.case_file WHERE id = ANY(\(chunk)) GROUP BY 1")
        }
    }

    private func reasons() async throws -> [String: Int] {
        try await inChunks { chunk, connection in
            try await connection.query(
                """
                SELECT e.payload::json ->> 'reason', count(*)
                FROM jiesu.case_file f JOIN jiesu.case_event e ON e.case_id = f.id AND e.version = f.version
                WHERE f.id = ANY(\(chunk)) AND e.kind = 'judgement_requested' GROUP BY 1
                """)
        }
    }

    private func inChunks(_ query: ([Int64], Connection) async throws -> Rows) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for start in stride(from: 0, to: ids.count, by: 10_000) {
            let chunk = Array(ids[start..<min(start + 10_000, ids.count)])
            let rows = try await pool.withConnection { try await query(chunk, $0) }
            for row in rows { counts[try row.get(0), default: 0] += try row.get(1, as: Int.self) }
        }
        return counts
    }

    private func print(_ title: String, _ counts: [String: Int]) {
        guard !counts.isEmpty else { return }
        Swift.print("\nby \(title)")
        for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            Swift.print("  \(String(count).padding(toLength: 8, withPad: " ", startingAt: 0))\(name)")
        }
    }
}
