import CaseStore
import Casework
import Foundation
import HTTP
import Kafka
import Lifecycle
import Policies
import Postgres
import Synchronization
import Telemetry
import WorkingTime

/// The whole suite on embedded defaults: a private PostgreSQL cluster in the data folder, the embedded broker unless
/// another Kafka is named, and every service as a process of its own.
final class Suite: Service {
    /// What runs beside PostgreSQL, in the order of starting.
    ///
    /// The broker first: stopped in reverse order, services may still send while they finish.
    struct Part: Hashable, Sendable {
        let name: String
        /// Beside this program.
        let executable: String
        /// Role of the database that it logs in with.
        let user: String

        static let broker = Part(name: "broker", executable: "jiesu", user: PrivateCluster.superuser)
        static let routing = service("routing")
        static let classification = service("classification")
        static let deadlines = service("deadlines")
        static let callback = service("callback")
        static let reporting = service("reporting")
        static let intake = service("intake")
        static let all = [broker, routing, classification, deadlines, callback, reporting, intake]

        /// An organisation's own instance, under its own log-in.
        static func desk(_ organisation: String) -> Part {
            Part(name: "desk-\(organisation)", executable: "jiesu-desk", user: "jiesu_desk_\(organisation)")
        }

        private static func service(_ name: String) -> Part {
            Part(name: name, executable: "jiesu-\(name)", user: "jiesu_\(name)")
        }
    }

    let name = "suite"
    let folder: URL
    private let wantedPort: Int
    private let profiles: [Profile]
    private let organisations: Installation.City
    private let cluster: PrivateCluster
    private let outside: KafkaSettings?
    private let logLevel: Logger.Level
    private let log: Logger
    private let parts: [Part]
    private let desks: [String]
    private let startsAt: Moment?
    /// Whether what complainants are told goes to a gateway that shows it.
    private let showsMessages: Bool
    private let state = Mutex(State())

    private struct State {
        /// The database is up to date.
        var isPrepared = false
        var processes: [Part: Int32] = [:]
        /// Where citizens' requests go.
        var intake: ReservedPort?
        /// Ports of the services that were started.
        var ports: [Part: ReservedPort] = [:]
        var gateway: DemoGateway?
    }

    /// - Parameters:
    ///   - port: of intake on 127.0.0.1; 0 for any that is free.
    ///   - parts: what `run` starts beside PostgreSQL; the caller may run others by `service(_:)`.
    ///   - desks: organisations that get an instance of their own.
    ///   - startsAt: where a simulation's clock stands at first; `nil`: real time. Only for a new folder.
    ///   - showsMessages: whether a gateway of its own takes and shows what complainants are told; else nobody is told.
    ///   - kafka: a running Kafka to use instead of the embedded broker.
    init(
        folder: URL, port: Int, profiles: [Profile], organisations: Installation.City, parts: [Part] = Part.all,
        desks: [String] = [],
        startsAt: Moment? = nil, showsMessages: Bool = false, kafka outside: KafkaSettings? = nil, log: Logger
    ) throws {
        self.outside = outside
        logLevel = try OperatorSettings().logLevel
        self.folder = folder
        self.parts = (outside == nil ? parts : parts.filter { $0 != .broker }) + desks.map(Part.desk)
        self.desks = desks
        self.startsAt = startsAt
        self.showsMessages = showsMessages
        self.profiles = profiles
        self.organisations = organisations
        self.log = log
        wantedPort = port
        cluster = try PrivateCluster(
            folder: folder.appending(path: "postgres").path,
            settings: [
                // A command's true time is its commit's; read at start-up only, so it must be there from the first one.
                "track_commit_timestamp": "on", "max_connections": "200", "shared_buffers": "256MB",
                "max_wal_size": "4GB", "checkpoint_timeout": "15min",
                // The detail of a refusal quotes the row: a complaint's text and its complainant's number.
                "log_error_verbosity": "terse",
            ])
    }

    /// Where citizens' requests go, on 127.0.0.1; once it runs.
    var port: Int { state.withLock { $0.intake?.number ?? wantedPort } }

    /// The database's address for the superuser of the private cluster.
    var database: String { cluster.url(database: "jiesu") }

    /// - Throws: `CommandFailure` if another suite runs on the folder or somebody listens on the port; what PostgreSQL and the
    ///   services throw.
    func run() async throws {
        let logs = folder.appending(path: "log")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        let lock = try await lock()
        var failure: (any Error)?
        do {
            let port = try await reservePort()
            state.withLock { $0.intake = port }
            try await cluster.start()
            try await prepare()
            let gateway = try gateway()
            let services = gateway + (try parts.map(service)) + [Housekeeper(cluster: cluster, logs: logs, log: log)]
            state.withLock { $0.isPrepared = true }
            try await Lifecycle.supervise(services, grace: .seconds(30), log: log)
        } catch let error as PostgresError where error.code == .cancelled && Task.isCancelled {
            // A start that was cut short by a stop has not failed.
        } catch {
            failure = error
        }
        SuiteFile.remove(from: folder)
        do {
            try await cluster.stop()
        } catch {
            log.error("PostgreSQL was not stopped", ["reason": "\(error)"])
            // What went wrong first is what is told.
            failure = failure ?? error
        }
        lock.letGo()
        if let failure { throw failure }
    }

    /// Before the services, so that it is stopped after them.
    private func gateway() throws -> [any Service] {
        guard showsMessages else { return [] }
        let gateway = try DemoGateway(file: folder.appending(path: "messages.jsonl"), log: log)
        state.withLock { $0.gateway = gateway }
        return [gateway]
    }

    /// Where the messages are shown, and how many there are by now; `nil` without a gateway.
    var messages: (address: String, count: Int)? {
        state.withLock(\.gateway).map { ($0.page, $0.count) }
    }

    private func lock() async throws -> FolderLock {
        do {
            return try await FolderLock(folder: folder.path, seconds: 0)
        } catch {
            guard error.code == .busy else { throw error }
            throw CommandFailure(
                "another suite runs with the data folder \(folder.path)", hint: "name another folder with --data")
        }
    }

    /// The intake of a suite that was killed may take a moment to notice.
    private func reservePort() async throws -> ReservedPort {
        let deadline = ContinuousClock.now + .seconds(3)
        while true {
            do {
                return try ReservedPort(wantedPort)
            } catch {
                guard ContinuousClock.now < deadline, !Task.isCancelled else { throw error }
                await sleep(for: .milliseconds(100))
            }
        }
    }

    /// Returns when PostgreSQL is prepared and these services are ready, by default those that `run` starts; `false` if
    /// the task was cancelled first.
    func waitUntilReady(_ parts: [Part]? = nil, lookingEvery pause: Duration = .milliseconds(100)) async -> Bool {
        let services = (parts ?? self.parts).filter { $0 != .broker }
        while !Task.isCancelled {
            let (isPrepared, ports) = state.withLock { state in
                (state.isPrepared, services.compactMap { state.ports[$0]?.number })
            }
            var ready = 0
            for port in ports where await Self.isReady(port) { ready += 1 }
            if isPrepared, ready == services.count, await isBrokerKnown(parts ?? self.parts) { return true }
            await sleep(for: pause)
        }
        return false
    }

    /// Whether commands that come now would find the broker that runs now.
    private func isBrokerKnown(_ parts: [Part]) async -> Bool {
        guard parts.contains(.broker) else { return true }
        do {
            let connection = try await Connection.connect(ConnectionSettings(url: database))
            let rows = try await connection.query("SELECT FROM jiesu.broker")
            await connection.close()
            return !rows.isEmpty
        } catch {
            return false
        }
    }

    /// What `run` starts.
    var services: [Part] { parts }

    /// Where a service answers on 127.0.0.1; `nil` if it was not started, or answers nobody.
    func port(of part: Part) -> Int? { state.withLock { $0.ports[part]?.number } }

    /// The process that a part runs in now.
    func process(of part: Part) -> Int32? { state.withLock { $0.processes[part] } }

    private static func isReady(_ port: Int) async -> Bool {
        do {
            return try await Client(port: port, timeout: .seconds(2)).send("GET", "/health/ready").status == 200
        } catch {
            return false
        }
    }

    /// Runs one of PostgreSQL's own programs to its end, as the user whom the server runs as.
    func runPostgres(_ program: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await cluster.run(program, arguments)
    }

    /// The address of another database of the private cluster.
    func database(named name: String) -> String { cluster.url(database: name) }

    /// How to reach the broker.
    func kafka(_ pool: Pool) async throws -> KafkaSettings {
        if let outside { return outside }
        return try await KafkaSettings.embedded(pool)
    }

    private func prepare() async throws {
        let server = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        if try await server.query("SELECT 1 FROM pg_database WHERE datname = 'jiesu'").isEmpty {
            try await server.script("CREATE DATABASE jiesu ENCODING 'UTF8' TEMPLATE template0")
        }
        await server.close()
        _ = try await Installation.bringUp(database: database, organisations: organisations, profiles: profiles)
        try await prepareDesks()
        try await forgetBroker()
        if let outside {
            let pool = Pool(try ConnectionSettings(url: database), size: 1, log: log)
            _ = try await Topics.make(Topics.wanted(pool), at: outside, log: log)
        }
    }

    /// The address of an embedded broker that is gone; the next one writes its own.
    private func forgetBroker() async throws {
        guard outside == nil else { return }
        let connection = try await Connection.connect(ConnectionSettings(url: database))
        _ = try await connection.execute("DELETE FROM jiesu.broker")
        await connection.close()
    }

    /// Log-ins of the desks, which need no password on the private cluster's socket, and the simulation's clock.
    private func prepareDesks() async throws {
        let connection = try await Connection.connect(ConnectionSettings(url: database))
        for organisation in desks {
            guard try await !connection.query("SELECT FROM jiesu.organisation WHERE code = \(organisation)").isEmpty
            else {
                throw CommandFailure(
                    "there is no organisation \(organisation)", hint: "`jiesu organisation list` shows them")
            }
            _ = try await connection.query("SELECT jiesu.add_desk(\(organisation), \(String?.none))")
        }
        if let startsAt {
            _ = try await connection.execute(
                "INSERT INTO jiesu.simulation (at) VALUES (jiesu.moment(\(startsAt.microseconds)))")
        }
        await connection.close()
    }

    /// One part, kept running until cancelled. PostgreSQL must be prepared.
    func service(_ part: Part) throws -> any Service {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("JIESU_") }
        environment.merge(outside?.environment ?? [:]) { $1 }
        environment["JIESU_LOG_LEVEL"] = logLevel.rawValue
        // glibc gives every few threads a heap of their own and returns little of them; work that wanders between
        // threads then leaves memory in each.
        environment["MALLOC_ARENA_MAX"] = "2"
        environment["JIESU_STOP_WITH_INPUT"] = "1"
        environment["JIESU_DATABASE_URL"] = cluster.url(database: "jiesu", user: part.user)
        if part != .broker {
            let port = try part == .intake ? state.withLock(\.intake) ?? ReservedPort(wantedPort) : ReservedPort()
            environment["JIESU_LISTEN"] = "127.0.0.1:\(port.number)"
            state.withLock { $0.ports[part] = port }
        }
        if part == .callback, let gateway = state.withLock(\.gateway) {
            environment.merge(gateway.settings) { $1 }
            environment["JIESU_PUBLIC_URL"] = "http://localhost:\(port)"
        }
        let child = Child(
            name: part.name, executable: Child.folder.appending(path: part.executable),
            arguments: part == .broker ? ["broker"] : [], environment: environment,
            log: folder.appending(path: "log/\(part.name).log"))
        return Keeper(child: child, observe: { [self] in observe(part, $0) }, log: log)
    }

    private func observe(_ part: Part, _ process: Int32?) {
        // Written under the lock, or of two parts that change at once the older list could be the one that stays.
        state.withLock { state in
            state.processes[part] = process
            let processes = Dictionary(uniqueKeysWithValues: state.processes.map { ($0.key.name, $0.value) })
            let port = state.intake?.number ?? wantedPort
            do {
                try SuiteFile(database: database, intake: "http://127.0.0.1:\(port)", processes: processes)
                    .write(to: folder)
            } catch {
                log.error("suite.json cannot be written", ["reason": "\(error)"])
            }
        }
    }
}
