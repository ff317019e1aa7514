import Foundation
import HTTP
import Postgres
import Support
import Testing

/// PostgreSQL goes, in each way that it can, while complaints come in.
extension SystemTests {
    /// As `ops/handbook/database.md` says: a commit waits for the standby, and every service knows both servers.
    @Test(.timeLimit(.minutes(3)))
    func `a standby that is promoted takes over with all that was acknowledged, and no service is started anew`()
        async throws
    {
        let settings = ["synchronous_commit": "on", "full_page_writes": "on"]
        let primary = try TestCluster.make(settings: settings)
        let standby = try TestCluster.make(settings: settings)
        try await primary.start()
        try await SmallCity.install(in: primary)
        try await Self.follow(standby, primary)
        let hosts = [primary, standby].map(Self.socket).joined(separator: ",")
        func url(_ role: String) -> String {
            "postgresql:///jiesu?host=\(hosts)&port=5432,5432&user=\(role)&target_session_attrs=read-write"
        }
        try await SmallCity.run(on: url, kafka: try SmallCity.kafka()) { city in
            try await city.waitUntilReady()
            let complaints = try Complaint.samples(300, key: "fail-over")
            let citizens = Citizens(port: city.port(of: "intake"), pause: 0...40)
            async let sent: Void = citizens.send(complaints)
            try await eventually("complaints come in") { citizens.count > 100 }
            try await primary.kill()
            let promoted = try await standby.run("pg_ctl", ["promote", "-w", "-D", "\(standby.folder)/data"])
            #expect(promoted.status == 0, "\(promoted)")
            let start = ContinuousClock.now
            let before = citizens.count
            try await eventually("the standby registers", every: .milliseconds(10)) { citizens.count > before }
            let wait = ContinuousClock.now - start
            try await sent
            #expect(wait < .seconds(10))
            #expect(citizens.count == complaints.count)
            let record = try SmallRecord(standby.url(database: "jiesu"))
            try await record.waitUntilSettled()
            let faults = try await record.faults(answered: citizens.receipts)
            #expect(faults == [])
            #expect(city.allRun)
            let log = try city.log(of: "intake")
            #expect(log.contains("registration waits") && log.contains(Self.socket(standby)), "it says what it tried")
        }
        try await primary.remove()
        try await standby.remove()
    }

    /// Makes a server the synchronous standby of another.
    private static func follow(_ standby: PrivateCluster, _ primary: PrivateCluster) async throws {
        let copied = try await primary.run(
            "pg_basebackup",
            ["-D", "\(standby.folder)/data", "-R", "-X", "stream", "-c", "fast", "-d", primary.url()])
        try #require(copied.status == 0, "\(copied)")
        try await standby.start()
        let admin = try await Connection.connect(ConnectionSettings(url: primary.url()))
        try await admin.script("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try await admin.script("SELECT pg_reload_conf()")
        try await eventually("commits wait for the standby") {
            try await admin.query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").only().get(0)
                == 1
        }
        await admin.close()
    }

    private static func socket(_ cluster: PrivateCluster) -> String {
        cluster.url().split(separator: "host=").last?.split(separator: "&").first.map(String.init) ?? ""
    }

    @Test(.timeLimit(.minutes(3)))
    func `killed connections, none left and a table that is locked are told as busy, and are over when they are over`()
        async throws
    {
        let cluster = try TestCluster.make(settings: ["synchronous_commit": "on"])
        try await cluster.start()
        try await SmallCity.install(in: cluster)
        func url(_ role: String) -> String { cluster.url(database: "jiesu", user: role) }
        try await SmallCity.run(on: url, kafka: try SmallCity.kafka()) { city in
            try await city.waitUntilReady()
            let record = try SmallRecord(url(PrivateCluster.superuser))
            let citizens = Citizens(port: city.port(of: "intake"), pause: 0...30)

            // Each service loses all its connections, again and again.
            let complaints = try Complaint.samples(200, key: "killed")
            async let sent: Void = citizens.send(complaints)
            for round in 1...6 {
                try await eventually("complaints come in") { citizens.count >= round * 25 }
                _ = try await record.number(Self.killAll)
            }
            try await sent

            // Others take all connections that intake may have.
            let admin = try await Connection.connect(ConnectionSettings(url: url(PrivateCluster.superuser)))
            try await admin.script("ALTER ROLE jiesu_intake CONNECTION LIMIT 2")
            _ = try await record.number(Self.killAll)
            var takers: [Connection] = []
            try await eventually("all connections are taken") {
                while takers.count < 2 {
                    guard let taker = try? await Connection.connect(ConnectionSettings(url: url("jiesu_intake"))) else {
                        _ = try await record.number(Self.killAll)
                        takers = []
                        return false
                    }
                    takers.append(taker)
                }
                return true
            }
            try await Self.isBusy(citizens, city, "taken")
            #expect(try city.log(of: "intake").contains(#"too many connections for role \"jiesu_intake\""#))
            #expect(await !city.isReady("intake"))
            for taker in takers { await taker.close() }
            try await Self.isOver(citizens, "taken")
            try await admin.script("ALTER ROLE jiesu_intake CONNECTION LIMIT -1")

            // Somebody locks what everybody needs; all connections of the pool wait, and callers for them.
            try await admin.script("BEGIN; LOCK TABLE jiesu.case_file")
            try await Self.isBusy(citizens, city, "locked")
            #expect(try city.log(of: "intake").contains("55P03"), "a lock time-out")
            try await admin.script("COMMIT")
            try await Self.isOver(citizens, "locked")

            try await record.waitUntilSettled()
            let faults = try await record.faults(answered: citizens.receipts)
            #expect(faults == [])
            #expect(city.allRun)
            await admin.close()
        }
        try await cluster.remove()
    }

    private static let killAll: Query = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'jiesu\\_%'
        """

    /// Twenty ask at once: each is told to come again, and why stands in no answer.
    private static func isBusy(_ citizens: Citizens, _ city: SmallCity, _ key: String) async throws {
        let port = city.port(of: "intake")
        let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await Client(port: port, timeout: .seconds(30)).send(
                        "POST", "/api/v1/complaints", headers: ["Idempotency-Key": "\(key)-\(index)"],
                        json: Complaint.lamp("\(key)-\(index)").body)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 503 && $0.json?["code"] == "busy" }, "\(answers.map(\.text))")
        #expect(answers.allSatisfy { $0.headers["Retry-After"] != nil })
    }

    /// The same are answered within ten seconds of the cause's end.
    private static func isOver(_ citizens: Citizens, _ key: String) async throws {
        let start = ContinuousClock.now
        try await citizens.send((0..<20).map { Complaint.lamp("\(key)-\($0)") })
        #expect(ContinuousClock.now - start < .seconds(10), "\(key)")
    }

    @Test(.enabled(if: Tmpfs.isAllowed, "mounting a small disk takes root"), .timeLimit(.minutes(3)))
    func `a full disk is told as busy, and is over when there is room, though PostgreSQL had to be started again`()
        async throws
    {
        let disk = try Tmpfs(megabytes: 192)
        let cluster = try PrivateCluster(
            folder: "\(disk.path)/postgres",
            settings: ["track_commit_timestamp": "on", "max_wal_size": "32MB", "min_wal_size": "32MB", "fsync": "off"])
        try Guardian.atExit("\(cluster.removal); \(disk.removal)")
        try await cluster.start()
        try await SmallCity.install(in: cluster)
        func url(_ role: String) -> String { cluster.url(database: "jiesu", user: role) }
        // A city's PostgreSQL is started again by the machine's supervisor.
        let supervisor = Task {
            while !Task.isCancelled {
                if !cluster.isAlive { try? await cluster.start() }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        try await SmallCity.run(on: url, kafka: try SmallCity.kafka()) { city in
            try await city.waitUntilReady()
            let record = try SmallRecord(url(PrivateCluster.superuser))
            let citizens = Citizens(port: city.port(of: "intake"), pause: 0...20)
            try await citizens.send(try Complaint.samples(40, key: "room"))

            try disk.fill()
            let complaints = try Complaint.samples(200, key: "full")
            async let sent: Void = citizens.send(complaints)
            try await eventually("intake says why") { try city.log(of: "intake").contains("No space left on device") }
            // The next piece of log has no room either, which no server survives.
            _ = try? await record.number("SELECT 1 FROM pg_switch_wal()")
            try await eventually("PostgreSQL is down") {
                (try? await Connection.connect(ConnectionSettings(url: cluster.url()))) == nil
            }
            let before = citizens.count
            try disk.empty()
            let start = ContinuousClock.now
            try await eventually("complaints come in again", every: .milliseconds(20)) { citizens.count > before }
            #expect(ContinuousClock.now - start < .seconds(10))
            try await sent

            try await record.waitUntilSettled()
            let faults = try await record.faults(answered: citizens.receipts)
            #expect(faults == [])
            #expect(city.allRun)
        }
        supervisor.cancel()
        _ = await supervisor.result
        try await cluster.remove()
        try disk.remove()
    }
}

/// A small disk in memory.
private struct Tmpfs {
    let path: String
    private var filler: String { "\(path)/filler" }

    /// Root may mount, unless a container forbids it.
    static let isAllowed: Bool = {
        guard geteuid() == 0, let disk = try? Tmpfs(megabytes: 1) else { return false }
        return (try? disk.remove()) != nil
    }()

    init(megabytes: Int) throws {
        path = "/tmp/jiesu-disk-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        do {
            try Self.run(["/usr/bin/env", "mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "jiesu", path])
        } catch {
            rmdir(path)
            throw error
        }
    }

    /// A shell command that does what `remove` does.
    var removal: String { "umount -l \(path); rmdir \(path)" }

    /// Takes all room there is.
    func fill() throws {
        let bytes = [UInt8](repeating: 0, count: 1 << 16)
        let file = open(filler, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        var size = bytes.count
        while size > 0 {
            let written = write(file, bytes, size)
            if written <= 0 { size /= 2 }
        }
    }

    func empty() throws { try FileManager.default.removeItem(atPath: filler) }

    func remove() throws {
        try Self.run(["/usr/bin/env", "umount", "-l", path])
        rmdir(path)
    }

    private static func run(_ words: [String]) throws {
        let (status, output) = try ChildProcess.run(words)
        guard status == 0 else { throw NotInTime("\(words.joined(separator: " ")): \(output)") }
    }
}
