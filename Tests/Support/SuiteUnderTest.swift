import Foundation
import Kafka
import Postgres
import Synchronization
import Telemetry

/// A whole suite for one test: `jiesu up` as it was built, in a new folder. It is gone when the test is over, and also
/// when the test's process crashes.
package final class SuiteUnderTest: Sendable {
    package let folder: URL
    /// The database as its administrator sees it. Survives restarts of the server.
    package let pool: Pool
    private let settings: [String: String]
    private let desks: [String]
    private let up = Mutex<BackgroundProgram?>(nil)

    /// Starts a suite, hands it to `body`, and takes it away again.
    /// - Parameters:
    ///   - settings: more environment for `jiesu up`; `JIESU_KAFKA_BROKERS` names a running Kafka to use instead of the
    ///     embedded broker.
    ///   - desks: organisations that get an instance of their own.
    ///   - time: where a simulated clock stands at first, ISO 8601; `nil`: real time.
    ///   - faults: how many issues the test has met so far; if `body` throws or the number grows, the logs are kept and
    ///     their folder is printed.
    package static func run(
        settings: [String: String] = [:], desks: [String] = [], at time: String? = nil, faults: () -> Int = { 0 },
        _ body: (SuiteUnderTest) async throws -> Void
    ) async throws {
        let before = faults()
        let suite = try SuiteUnderTest(settings, desks)
        do {
            try await suite.start()
            if let time { try await suite.simulate(from: time) }
            try await body(suite)
        } catch {
            await suite.remove(keepingLogs: true)
            throw error
        }
        await suite.remove(keepingLogs: faults() > before)
    }

    private init(_ settings: [String: String], _ desks: [String]) throws {
        self.settings = settings
        self.desks = desks
        folder = URL(filePath: "/tmp/jiesu-system-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "log"), withIntermediateDirectories: true)
        let url = try PrivateCluster(folder: folder.appending(path: "postgres").path).url(database: "jiesu")
        pool = Pool(try ConnectionSettings(url: url), size: 6, waitAtMost: .seconds(30), log: .silent)
    }

    // MARK: Running

    /// Starts it, or starts it again on the same folder; returns when every service is ready.
    package func start() async throws {
        let log = folder.appending(path: "log/up.log")
        let old = (try? Data(contentsOf: log).count) ?? 0
        let up = try BackgroundProgram(
            BuiltProgram.folder.appending(path: "jiesu"),
            ["up", "--data", folder.path, "--port", "0"] + desks.flatMap { ["--org", $0] },
            environment: BuiltProgram.environment(settings), output: log, errors: log)
        self.up.withLock { $0 = up }
        try Guardian.atExit(
            """
            ours() { cat /proc/$1/cmdline /proc/$1/environ | grep -qa -e \(folder.path) -e \(socket); }
            if ours \(up.id); then
                kill -TERM \(up.id)
                for i in $(seq 300); do ours \(up.id) || break; sleep 0.1; done
            fi
            for id in \(up.id) $(grep -o '[0-9]*,*$' \(folder.path)/suite.json | tr -d ,); do
                ours $id && kill -KILL $id
            done
            \(try database.removal); rm -rf \(folder.path)
            """)
        try await eventually("the suite is ready", within: .seconds(120)) {
            let status = up.status
            let said = try Data(contentsOf: log).dropFirst(old)
            if let status {
                throw NotInTime(
                    "`jiesu up` ended with status \(status): \(String(decoding: said.suffix(2_000), as: UTF8.self))")
            }
            return said.range(of: Data("Ctrl-C stops everything.".utf8)) != nil
        }
    }

    /// Kills `jiesu up` itself with SIGKILL, and waits for its end. Its parts are left to themselves.
    package func killUp() async throws {
        guard let up = up.withLock({ $0 }) else { return }
        up.signal(SIGKILL)
        try await eventually("`jiesu up` is dead") { up.status != nil }
        self.up.withLock { $0 = nil }
    }

    /// Asks it to stop, as Ctrl-C does.
    /// - Returns: the exit status of `jiesu up`.
    package func stop() async throws -> Int32 {
        guard let up = up.withLock({ $0 }) else { return 0 }
        up.signal(SIGTERM)
        try await eventually("`jiesu up` ends", within: .seconds(75)) { up.status != nil }
        self.up.withLock { $0 = nil }
        return up.status ?? -1
    }

    private func remove(keepingLogs: Bool) async {
        if keepingLogs { keepLogs() }
        do {
            _ = try await stop()
        } catch {
            print("the suite did not stop: \(error)")
            for process in processes() { Foundation.kill(process.id, SIGKILL) }
        }
        do { try await database.remove() } catch { print("PostgreSQL did not stop: \(error)") }
        try? FileManager.default.removeItem(at: folder)
    }

    private func keepLogs() {
        let kept = URL(filePath: "/tmp/\(folder.lastPathComponent)-logs")
        do {
            try FileManager.default.copyItem(at: folder.appending(path: "log"), to: kept)
            try FileManager.default.copyItem(
                at: folder.appending(path: "postgres/server.log"), to: kept.appending(path: "postgres.log"))
            print("logs of the failed test: \(kept.path)")
        } catch {
            print("logs of the failed test are not complete in \(kept.path): \(error)")
        }
    }

    // MARK: Its parts

    /// What `suite.json` says.
    private struct File: Decodable {
        let intake: URL
        let processes: [String: Int32]
    }

    private func file() throws -> File {
        try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "suite.json")))
    }

    /// Where intake listens on 127.0.0.1; stays until `stop`.
    package var port: Int { get throws { try file().intake.port ?? 0 } }

    /// Names of its parts: `intake`, `desk-wangting-urban`, `broker` …
    package var parts: [String] { get throws { try file().processes.keys.sorted() } }

    /// Process id of a part: `intake`, `classification`, `routing`, `broker`; waits while it is being started again.
    package func process(_ part: String) async throws -> Int32 {
        var found: Int32?
        try await eventually("\(part) runs") {
            found = try file().processes[part]
            return found != nil && found != 0
        }
        return found ?? 0
    }

    /// Kills a part with SIGKILL. The suite starts it again.
    package func kill(_ part: String) async throws {
        Foundation.kill(try await process(part), SIGKILL)
    }

    /// Lets a part stand still, as a machine that hangs does. It does nothing until it is killed: then the suite starts it
    /// again.
    package func freeze(_ part: String) async throws {
        let id = try await process(part)
        Foundation.kill(id, SIGSTOP)
        try await eventually("\(part) stands still") {
            try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).contains(") T ")
        }
    }

    /// The settings that a part was started with.
    package func environment(of part: String) async throws -> [String: String] {
        let environment = try Data(contentsOf: URL(filePath: "/proc/\(try await process(part))/environ"))
        let settings = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            .compactMap { line in line.firstIndex(of: "=").map { (line[..<$0], line[$0...].dropFirst()) } }
        return Dictionary(settings.map { (String($0), String($1)) }, uniquingKeysWith: { $1 })
    }

    /// Where a service answers on 127.0.0.1; stays until `stop`.
    package func port(of part: String) async throws -> Int {
        try await environment(of: part)["JIESU_LISTEN"]?.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    /// Its PostgreSQL, for killing. `jiesu up` starts it, with the right settings.
    package var database: PrivateCluster {
        get throws { try PrivateCluster(folder: folder.appending(path: "postgres").path) }
    }

    /// Tells PostgreSQL to end at once, as soon as it runs. Does not wait for its end, which nobody may see: `jiesu up` starts it
    /// again within a second.
    package func breakOffDatabase() async throws {
        let stop = ["stop", "-W", "-m", "immediate", "-D", folder.appending(path: "postgres/data").path]
        try await eventually("PostgreSQL is told to stop") { try await database.run("pg_ctl", stop).status == 0 }
    }

    /// All processes that belong to this suite, found without asking it.
    package func processes() -> [(id: Int32, name: String)] {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return ids.compactMap { id in
            let program = URL(filePath: "/proc/\(id)/exe").resolvingSymlinksInPath().lastPathComponent
            guard program == "postgres" || program == "jiesu" || program.hasPrefix("jiesu-"), !isZombie(id) else {
                return nil
            }
            let traces = ["cmdline", "environ"].compactMap { try? Data(contentsOf: URL(filePath: "/proc/\(id)/\($0)")) }
            let place = URL(filePath: "/proc/\(id)/cwd").resolvingSymlinksInPath().path
            let marks = [folder.path, socket].map { Data($0.utf8) }
            let isOurs =
                place.hasPrefix(folder.path) || traces.contains { text in marks.contains { text.range(of: $0) != nil } }
            return isOurs ? (id, program) : nil
        }
    }

    /// Folder of the database's socket, which stands in every service's settings.
    private var socket: String {
        let url = (try? database.url()) ?? ""
        return url.split(separator: "host=").last?.split(separator: "&").first.map(String.init) ?? folder.path
    }

    private func isZombie(_ id: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }

    // MARK: Simulated time

    /// From now on legal time stands still, until it is stepped.
    private func simulate(from time: String) async throws {
        _ = try await rows("INSERT INTO jiesu.simulation (at) VALUES (\(time)::timestamptz)")
    }

    // MARK: Asking it

    /// The broker of now.
    package func kafkaSettings() async throws -> KafkaSettings {
        if let outsideKafka { return outsideKafka }
        return KafkaSettings(brokers: try await rows("SELECT address FROM jiesu.broker").only().get(0))
    }

    /// The Kafka that was there before, `nil` with an embedded broker.
    package var outsideKafka: KafkaSettings? { settings["JIESU_KAFKA_BROKERS"].map { KafkaSettings(brokers: $0) } }

    /// Runs `jiesu` for this suite.
    package func jiesu(_ arguments: String...) async throws -> BuiltProgram.Output { try await jiesu(arguments) }

    package func jiesu(_ arguments: [String]) async throws -> BuiltProgram.Output {
        try await BuiltProgram.jiesu(arguments + ["--data", folder.path], environment: settings)
    }

    /// Asks the database, again if it is just away.
    package func rows(_ query: Query) async throws -> Rows {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try await pool.withConnection { try await $0.query(query) }
            } catch let error as PostgresError where error.isRetriable && ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    package func number(_ query: Query) async throws -> Int { try await rows(query).only().get(0) }

    /// Runs statements that answer nothing.
    package func script(_ sql: String) async throws {
        _ = try await pool.withConnection { try await $0.script(sql) }
    }
}
