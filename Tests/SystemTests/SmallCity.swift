import CaseStore
import Casework
import Foundation
import HTTP
import Kafka
import Policies
import Postgres
import Support

@testable import Jiesu

/// Some services, as they were built, on a PostgreSQL that the test makes and breaks itself, beside a Kafka in this process.
final class SmallCity: Sendable {
    private struct Part {
        let program: BackgroundProgram
        let port: ReservedPort
        let log: URL
    }

    private let folder: TemporaryFolder
    private let parts: [String: Part]

    /// A Kafka in this process, with the topics of the shipped city. It outlives services and databases.
    static func kafka() throws -> TestBroker {
        let broker = try TestBroker()
        let city = try OrganisationsFile.shipped(for: try Profile.shipped()).directory
        let inboxes = city.organisations.values.filter(\.hasInbox).map { (Destination.inbox($0.code).topic, 1) }
        let others = [
            (Destination.cases.topic, 12), (Destination.escalations.topic, 3), (Destination.digests.topic, 1),
        ]
        for (name, partitions) in others + inboxes {
            try broker.embedded?.createTopic(name, partitions: partitions)
        }
        return broker
    }

    /// Makes the database `jiesu` with the shipped city.
    static func install(in cluster: PrivateCluster) async throws {
        let connection = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        try await connection.script("CREATE DATABASE jiesu")
        await connection.close()
        try await TestDatabase.install(at: cluster.url(database: "jiesu"))
    }

    /// Starts services, hands them to `body`, and stops them. What they logged is printed if it throws.
    /// - Parameters:
    ///   - services: `intake`, `routing` …, or `desk-` and an organisation.
    ///   - url: of the database for a role.
    static func run(
        _ services: [String] = ["intake", "classification", "routing"], on url: (String) -> String, kafka: TestBroker,
        _ body: (SmallCity) async throws -> Void
    ) async throws {
        let city = try SmallCity(services, url, kafka)
        do {
            try await body(city)
        } catch {
            for (name, part) in city.parts {
                print("\(name) logged: \(try city.log(of: name).suffix(4000))", part.port)
            }
            try await city.stop()
            throw error
        }
        try await city.stop()
    }

    private init(_ services: [String], _ url: (String) -> String, _ kafka: TestBroker) throws {
        folder = try TemporaryFolder()
        var parts: [String: Part] = [:]
        for service in services {
            let port = try ReservedPort()
            let log = folder.url.appending(path: "\(service).log")
            let executable = service.hasPrefix("desk-") ? "desk" : service
            let program = try BackgroundProgram(
                BuiltProgram.folder.appending(path: "jiesu-\(executable)"), [],
                environment: BuiltProgram.environment([
                    "JIESU_DATABASE_URL": url("jiesu_\(service.replacing("desk-", with: "desk_", maxReplacements: 1))"),
                    "JIESU_KAFKA_BROKERS": kafka.settings.brokers, "JIESU_LISTEN": "127.0.0.1:\(port.number)",
                ]), output: log, errors: log)
            try Guardian.atExit("readlink /proc/\(program.id)/exe | grep -q /jiesu- && kill -KILL \(program.id)")
            parts[service] = Part(program: program, port: port, log: log)
        }
        self.parts = parts
    }

    private func stop() async throws {
        for part in parts.values { part.program.signal(SIGTERM) }
        try await eventually("the services end") { parts.values.allSatisfy { $0.program.status != nil } }
    }

    func port(of service: String) -> Int { parts[service]?.port.number ?? 0 }

    /// Whether all run that were started, and none was started again: nobody here does.
    var allRun: Bool { parts.values.allSatisfy { $0.program.status == nil } }

    func log(of service: String) throws -> String { try folder.text("\(service).log") }

    func isReady(_ service: String) async -> Bool {
        (try? await Client(port: port(of: service)).send("GET", "/health/ready").status) == 200
    }

    func waitUntilReady() async throws {
        for service in parts.keys { try await eventually("\(service) is ready") { await isReady(service) } }
    }
}

/// What the tables of a small city say, read by its administrator.
struct SmallRecord {
    let pool: Pool

    init(_ url: String) throws {
        pool = Pool(try ConnectionSettings(url: url), size: 2, waitAtMost: .seconds(30), log: .silent)
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query).only().get(0) }
    }

    /// Until every case is with whom it must be, and all was told.
    func waitUntilSettled() async throws {
        try await eventually("all cases have their end and nothing waits", every: .milliseconds(200)) {
            try await number(
                """
                SELECT (SELECT count(*) FROM jiesu.case_file WHERE state IN ('registered', 'classified'))
                    + (SELECT count(*) FROM jiesu.outbox)
                """) == 0
        }
    }

    /// What is wrong, in words; empty if nothing is: each answer is a case and there are no others, each chain is whole, nothing
    /// is parked.
    func faults(answered: [String: Citizens.Receipt]) async throws -> [String] {
        var faults: [String] = []
        let cases = Set(
            try await pool.withConnection { try await $0.query("SELECT id FROM jiesu.case_file") }
                .map { try $0.get(0, as: Int64.self) })
        let told = Set(answered.values.map(\.caseID))
        if told.count != answered.count { faults.append("\(answered.count) complaints share \(told.count) numbers") }
        if !told.isSubset(of: cases) { faults.append("answered, but no case: \(told.subtracting(cases).sorted())") }
        if !cases.isSubset(of: told) { faults.append("nobody was told of: \(cases.subtracting(told).sorted())") }
        let report = try await Audit.verify(pool: pool)
        if !report.broken.isEmpty || report.chains != cases.count { faults.append("audit: \(report)") }
        let parked = try await number("SELECT count(*) FROM jiesu.parked")
        if parked != 0 { faults.append("\(parked) parked") }
        return faults
    }
}
