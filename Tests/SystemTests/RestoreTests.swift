import Casework
import Foundation
import HTTP
import Postgres
import Support
import Testing

extension SystemTests {
    /// The way of `ops/handbook/backup.md`, with the scripts of `ops`, on a Kafka that keeps what it was told.
    @Test(.timeLimit(.minutes(5)))
    func `a database put back to a moment goes on from there, and readers are told in a new generation`() async throws {
        let kafka = try SmallCity.kafka()
        let backups = try Backups()
        try await Self.suite(kafka: kafka.settings.brokers) { suite in
            try await backups.begin(suite)
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }
            let citizens = Citizens(port: try suite.port)
            try await citizens.send(try Complaint.samples(30, key: "copied"))
            try await suite.waitUntilSettled()
            try await backups.run("backup", "base", backups.folder, on: suite)
            try await citizens.send(try Complaint.samples(30, key: "kept"))
            try await suite.waitUntilSettled()
            let kept = citizens.receipts
            let moment: String = try await suite.rows("SELECT clock_timestamp()::text").only().get(0)
            let generation = try await suite.number("SELECT value FROM jiesu.setting WHERE name = 'generation'")

            try await Self.watch(suite)

            // What must not have happened, and complaints that came in beside it.
            try await citizens.send(try Complaint.samples(20, key: "lost"))
            try await suite.waitUntilSettled()
            let lost = citizens.receipts.filter { kept[$0.key] == nil }
            try await suite.script("ALTER TABLE jiesu.case_event DISABLE TRIGGER ALL; DELETE FROM jiesu.case_event")
            try await backups.finish(suite)
            #expect(try await suite.stop() == 0)

            let data = suite.folder.appending(path: "postgres/data")
            try FileManager.default.removeItem(at: data)
            let told = try await backups.run("restore", backups.folder, data.path, moment, on: suite)
            #expect(told.contains("jiesu replay --restored"))
            try await Self.operate(on: suite, cases: kept.count, after: generation)

            try await suite.start()
            let again = Citizens(port: try suite.port)
            // Who sends again what was lost is registered anew; who holds the old receipt sees nobody's case.
            try await again.send(try Complaint.samples(20, key: "lost") + Complaint.samples(10, key: "new"))
            try await suite.waitUntilSettled()
            let numbers = again.receipts.values.map(\.caseID)
            #expect(Set(numbers).isDisjoint(with: citizens.receipts.values.map(\.caseID)))
            for receipt in lost.values {
                #expect(try await Self.look(receipt, at: try suite.port) == 404)
            }
            #expect(try await Self.look(try #require(kept["kept-3"]), at: try suite.port) == 200)

            let record = try await Record(suite)
            let all = kept.merging(again.receipts) { $1 }
            #expect(record.faults(answered: all, complaints: []) == [])
            let faults = try await record.faultsOfTables()
            #expect(faults == [])
            #expect(try await suite.number("SELECT count(*) FROM jiesu.parked") == 0)
            // On the topics stand the lost events as well; the newest generation knows nothing of them.
            let now = try await suite.number("SELECT value FROM jiesu.setting WHERE name = 'generation'")
            func newest() -> [WireLog.Entry] { wire.entries.filter { $0.id.hasPrefix("\(now):") } }
            try await eventually("all inboxes are full") { record.missing(in: newest()).isEmpty }
            #expect(record.faults(wire: newest()).prefix(20) == [])
            #expect(newest().allSatisfy { record.hashes[.init(caseID: $0.caseID, version: $0.version)] == $0.hash })
            let strangers = wire.entries.filter { entry in lost.values.contains { $0.caseID == entry.caseID } }
            #expect(!strangers.isEmpty && strangers.allSatisfy { $0.id.hasPrefix("\(generation):") })
            try await Self.prune(backups, on: suite)
        }
        try backups.remove()
    }

    /// A new copy makes the old one, and the log before it, superfluous.
    private static func prune(_ backups: Backups, on suite: SuiteUnderTest) async throws {
        let pieces = { try backups.names("wal").filter { $0.count == 24 } }
        let oldest = try #require(try pieces().first)
        let copy = try await backups.run("backup", "base", backups.folder, on: suite)
        #expect(try backups.names("base").count == 2)
        try await backups.run("backup", "prune", backups.folder, "2", on: suite)
        #expect(try backups.names("base").count == 2 && pieces().first == oldest)
        try await backups.run("backup", "prune", backups.folder, "1", on: suite)
        #expect(try backups.names("base").map { "\(backups.folder)/base/\($0)\n" } == [copy])
        #expect(try pieces().first != oldest)
    }

    /// What Prometheus sees when the log cannot be archived, and when it can again.
    private static func watch(_ suite: SuiteUnderTest) async throws {
        let routing = Client(port: try await suite.port(of: "routing"))
        func gauge(_ name: String) async throws -> Double? {
            try await routing.send("GET", "/metrics").text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }?
                .split(separator: " ").last.flatMap { Double($0) }
        }
        func isFailing() async throws -> Double? { try await gauge("jiesu_archive_failing") }
        try await eventually("the log is archived", within: .seconds(30)) { try await isFailing() == 0 }
        #expect(try await gauge("jiesu_archive_age_seconds").map { $0 >= 0 } == true)
        let command: String = try await suite.rows("SELECT current_setting('archive_command')").only().get(0)
        try await suite.script("ALTER SYSTEM SET archive_command = 'false'")
        try await suite.script("SELECT pg_reload_conf()")
        try await suite.script("SELECT pg_switch_wal()")
        try await eventually("a failure is seen", within: .seconds(90)) { try await isFailing() == 1 }
        try await suite.script("ALTER SYSTEM SET archive_command = '\(command)'")
        try await suite.script("SELECT pg_reload_conf()")
        try await eventually("what waited is archived", within: .seconds(90)) { try await isFailing() == 0 }
    }

    /// What an operator does between PostgreSQL's start and the services'.
    private static func operate(on suite: SuiteUnderTest, cases: Int, after generation: Int) async throws {
        let server = try PrivateCluster(
            folder: suite.database.folder, settings: ["track_commit_timestamp": "on", "max_connections": "200"])
        try await server.start()
        let url = server.url(database: "jiesu")
        func jiesu(_ words: String...) async throws -> BuiltProgram.Output {
            try await BuiltProgram.jiesu(words, environment: ["JIESU_DATABASE_URL": url])
        }
        try await eventually("the moment is reached") {
            try await suite.number("SELECT pg_is_in_recovery()::int") == 0
        }
        let audit = try await jiesu("audit", "verify")
        #expect(audit.status == 0 && audit.out.hasPrefix("\(cases) chains, "), "\(audit)")
        let replay = try await jiesu("replay", "--restored")
        #expect(replay.status == 0, "\(replay)")
        let begun = replay.lines.first?.firstMatch(of: /generation (\d+) begins/).flatMap { Int($0.1) }
        #expect(begun ?? 0 > generation, "\(replay)")
        #expect(replay.lines.last?.hasSuffix(" messages go out") == true, "\(replay)")
        let none = try await jiesu("replay", "--go-on")
        #expect(none.status == 1 && none.err.contains("no refill is under way"), "\(none)")
        try await server.stop()
    }

    /// The status of a complainant's look at a case.
    private static func look(_ receipt: Citizens.Receipt, at port: Int) async throws -> Int {
        try await Client(port: port).send(
            "GET", "/api/v1/complaints/\(CaseNumber(id: receipt.caseID))", headers: ["Jiesu-Query-Code": receipt.code]
        ).status
    }
}

/// A place for backups, and the scripts that fill it, where PostgreSQL's user may read them.
private struct Backups {
    private let place: String
    /// What the scripts call BACKUPS.
    var folder: String { "\(place)/kept" }
    /// The words that make us the server's user.
    private let server: [String]

    init() throws {
        place = "/tmp/jiesu-backups-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: "\(place)/kept", withIntermediateDirectories: true)
        let ops = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ops")
        for script in ["backup", "restore"] {
            try FileManager.default.copyItem(atPath: ops.appending(path: script).path, toPath: "\(place)/\(script)")
        }
        if geteuid() == 0, let user = getpwnam("postgres") {
            chown("\(place)/kept", user.pointee.pw_uid, user.pointee.pw_gid)
        }
        try Guardian.atExit("rm -rf \(place)")
        server = geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    }

    /// Lets a suite's server archive its log.
    func begin(_ suite: SuiteUnderTest) async throws {
        try await suite.script("ALTER SYSTEM SET archive_mode = on")
        try await suite.script("ALTER SYSTEM SET archive_command = '\(place)/backup wal \(folder) %p %f'")
        try await suite.breakOffDatabase()
        try await eventually("the server archives") {
            try await suite.number("SELECT (current_setting('archive_mode') = 'on')::int") == 1
        }
    }

    /// Waits until all that happened is archived.
    func finish(_ suite: SuiteUnderTest) async throws {
        let last: String = try await suite.rows("SELECT pg_walfile_name(pg_switch_wal())").only().get(0)
        try await eventually("the last piece is archived") {
            FileManager.default.fileExists(atPath: "\(folder)/wal/\(last)")
        }
    }

    /// What is kept of a kind, oldest first.
    func names(_ kind: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(kind)").sorted()
    }

    /// Runs a script as the server's user, for the suite's server.
    @discardableResult
    func run(_ script: String, _ words: String..., on suite: SuiteUnderTest) async throws -> String {
        let socket = try suite.database.url().split(separator: "host=").last?.split(separator: "&").first ?? ""
        let all = ["/usr/bin/env", "--chdir=/", "PGHOST=\(socket)", "PGUSER=\(PrivateCluster.superuser)"] + server
        let (status, output) = try ChildProcess.run(all + ["\(place)/\(script)"] + words)
        try #require(status == 0, "\(script): \(output)")
        return output
    }

    func remove() throws { try FileManager.default.removeItem(atPath: place) }
}
