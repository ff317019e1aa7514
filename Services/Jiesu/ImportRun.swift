import CaseStore
import Casework
import Lifecycle
import Postgres

/// One run over a table: registers its rows and tells what became of them.
struct ImportRun {
    /// A row and what it says, or why it says nothing.
    struct Row {
        let record: CSVReader.Record
        let content: Result<Registration, ImportMapping.Fault>
    }

    private static let idTaken = "another row was registered under its id"

    private let store: CaseStore
    private let pool: Pool
    private let source: String
    private let line: String
    private var rejects: RejectedRows
    private var ids: Set<Int64> = []
    private var registered = 0
    private var known = 0
    private let progress = ProgressLine()

    init(store: CaseStore, pool: Pool, rejects: RejectedRows, mapping: ImportMapping) {
        self.store = store
        self.pool = pool
        self.rejects = rejects
        source = mapping.source
        line = mapping.line
    }

    /// How many rows were set aside.
    var rejected: Int { rejects.count }

    /// Registers rows in one transaction, or in several if the database refuses some, and sets those aside that cannot be, in
    /// their order.
    ///
    /// Rows of an earlier run cost one look together: their keys are in the table, so no file of ours has to say where that
    /// run stopped, and none can be wrong about it. No case's number is spent on them either.
    /// - Parameter percent: how much of the file they complete; `nil` if nobody knows its size.
    mutating func take(_ rows: [Row], percent: Int?) async throws {
        let registrations = try await keyed(rows.compactMap { try? $0.content.get() })
        let owners = try await owners(registrations)
        let fresh = zip(registrations, owners).filter { $1 == nil }.map(\.0)
        var outcomes = try await register(fresh)[...]
        var rest = owners[...]
        for row in rows {
            if case .failure(let fault) = row.content {
                try rejects.add(row.record, fault.reason)
                continue
            }
            if let owner = rest.removeFirst() {
                if owner.isSameRow {
                    known += 1
                    ids.insert(owner.id)
                } else {
                    try rejects.add(row.record, Self.idTaken)
                }
                continue
            }
            switch outcomes.removeFirst() {
            case nil: try rejects.add(row.record, "the database refuses it")
            case .registered(let receipt):
                registered += 1
                ids.insert(receipt.number.id)
            case .repeated(let receipt):
                known += 1
                ids.insert(receipt.number.id)
            case .keyReused: try rejects.add(row.record, Self.idTaken)
            case .unknownLine:
                throw CommandFailure(
                    "no profile governs line \(line)", hint: "`jiesu policy list` shows the lines")
            case .refused(let refusal): try rejects.add(row.record, refusal.explanation)
            }
        }
        let place = percent.map { "\($0) %: " } ?? ""
        progress.show("\(place)\(registered) registered, \(known) known already, \(rejects.count) rejected")
    }

    /// The case that a key stands for already, and whether for the same row.
    private typealias Owner = (id: Int64, isSameRow: Bool)

    /// Who owns the rows' keys; `nil` for those that nobody does.
    private func owners(_ registrations: [Registration]) async throws -> [Owner?] {
        guard !registrations.isEmpty else { return [] }
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT k.case_id, k.request = sha256(n.request)
                FROM unnest(\(registrations.map(\.key)), \(registrations.map(\.request)))
                    WITH ORDINALITY AS n (key, request, i)
                LEFT JOIN jiesu.idempotency k ON k.key = n.key
                ORDER BY n.i
                """)
        }
        return try rows.map { row in
            guard let id = try row.get(0, as: Int64?.self) else { return nil }
            return (id, try row.get(1))
        }
    }

    /// What became of each; `nil` for what the database refuses as data, which costs the others nothing.
    private func register(_ registrations: [Registration]) async throws -> [Registration.Outcome?] {
        do {
            return try await store.register(registrations)
        } catch let error where error.isDataFault && error.sqlState != nil {
            // Without an SQLSTATE it is a row of the suite's own that cannot be read: no row of the table is to blame.
            guard registrations.count > 1 else { return [nil] }
            let half = registrations.count / 2
            let first = try await register(Array(registrations[..<half]))
            return try await first + register(Array(registrations[half...]))
        }
    }

    /// Rows without an id are known by their hash.
    private func keyed(_ registrations: [Registration]) async throws -> [Registration] {
        guard registrations.contains(where: { $0.key.isEmpty }) else { return registrations }
        let hashes = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT encode(sha256(r), 'hex') FROM unnest(\(registrations.map(\.request))) WITH ORDINALITY AS n (r, i)
                ORDER BY i
                """)
        }
        return try zip(registrations, hashes).map { registration, row in
            var keyed = registration
            if keyed.key.isEmpty { keyed.key = "import:\(source):sha256:\(try row.get(0, as: String.self))" }
            return keyed
        }
    }

    /// What became of the rows.
    func report() {
        progress.end()
        print("\(Self.padded(registered))  registered now")
        print("\(Self.padded(known))  known already")
        print("\(Self.padded(rejects.count))  rejected")
        guard rejects.count > 0 else { return }
        for reason in rejects.shown { print("          \(reason)") }
        let more = rejects.count - rejects.shown.count
        print("        \(more > 0 ? "  and \(more) more;" : "") all of them are in \(rejects.path)")
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

    /// Where the table's cases stand.
    func printCounts() async throws {
        var states: [String: Int] = [:]
        for (code, count) in try await count("state") {
            states[State(rawValue: code).map { "\(code)  \($0.title)" } ?? code] = count
        }
        show("state", states)
        show("subject", try await count("coalesce(subject, '(not decided)')"))
        show(
            "lead organisation",
            try await count(
                """
                coalesce(lead || coalesce('  ' || (SELECT title FROM jiesu.organisation WHERE code = lead), ''), '(none)')
                """))
        show("before a person because", try await reasons())
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
        let all = ids.sorted()
        for start in stride(from: 0, to: all.count, by: 10_000) {
            let chunk = Array(all[start..<min(start + 10_000, all.count)])
            let rows = try await pool.withConnection { try await query(chunk, $0) }
            for row in rows { counts[try row.get(0), default: 0] += try row.get(1, as: Int.self) }
        }
        return counts
    }

    private func show(_ title: String, _ counts: [String: Int]) {
        guard !counts.isEmpty else { return }
        print("\n\(title)")
        for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            let share = "\((count * 1000 + ids.count / 2) / ids.count)"
            let percent = "\(share.dropLast().isEmpty ? "0" : share.dropLast()).\(share.suffix(1)) %"
            print("\(Self.padded(count))  \(Self.padded(percent, 7))  \(name)")
        }
    }

    private static func padded(_ value: some CustomStringConvertible, _ width: Int = 8) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
