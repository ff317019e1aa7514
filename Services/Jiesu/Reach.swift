import CaseStore
import Foundation
import Kafka
import Policies
import Postgres
import Telemetry

/// How a command reaches a suite: by the settings, else by the data folder of one that runs here.
struct Reach {
    static let option = Arguments.Option.value("data")

    let databaseURL: String
    let log: Logger
    private let environment = ProcessInfo.processInfo.environment

    init(_ arguments: Arguments) throws {
        log = Logger(service: "jiesu", level: .warning)
        if let url = environment["JIESU_DATABASE_URL"], !arguments.has("data") {
            databaseURL = url
        } else {
            databaseURL = try SuiteFile.read(from: Self.folder(arguments)).database
        }
    }

    /// Whether the settings name a Kafka, so that it is not the embedded broker.
    var namesKafka: Bool { environment["JIESU_KAFKA_BROKERS"]?.isEmpty == false }

    /// The data folder that `--data` names.
    static func folder(_ arguments: Arguments) -> URL {
        URL(filePath: arguments.text("data") ?? "jiesu-data", directoryHint: .isDirectory).standardizedFileURL
    }

    func pool(size: Int = 2) throws -> Pool {
        var settings = try ConnectionSettings(url: databaseURL)
        settings.applicationName = "jiesu"
        return Pool(settings, size: size, log: log)
    }

    /// Connection to the broker that the suite uses now.
    func kafka(_ pool: Pool) async throws -> KafkaSettings {
        var settings = try KafkaSettings(environment: environment)
        guard settings.brokers.isEmpty else { return settings }
        let rows = try await pool.withConnection { try await $0.query("SELECT address FROM jiesu.broker") }
        guard let row = rows.first else {
            throw CommandFailure(
                "no broker is known", hint: "start one with `jiesu broker`, or set JIESU_KAFKA_BROKERS")
        }
        settings.brokers = try row.get(0)
        return settings
    }
}

extension KafkaSettings {
    /// The settings that name the same cluster to a service.
    var environment: [String: String] {
        var environment = ["JIESU_KAFKA_BROKERS": brokers]
        environment["JIESU_KAFKA_CA"] = tls?.authority
        environment["JIESU_KAFKA_CERT"] = tls?.certificate
        environment["JIESU_KAFKA_KEY"] = tls?.key
        return environment
    }

    /// From `JIESU_KAFKA_BROKERS` and the three certificate settings; `brokers` is empty if they name none.
    init(environment: [String: String]) throws {
        self.init(brokers: environment["JIESU_KAFKA_BROKERS"] ?? "", clientID: "jiesu")
        let names = ["JIESU_KAFKA_CA", "JIESU_KAFKA_CERT", "JIESU_KAFKA_KEY"]
        let values = names.compactMap { environment[$0] }
        guard values.count == 0 || values.count == 3 else {
            throw CommandFailure("\(names.joined(separator: ", ")) go together", hint: "set all three or none")
        }
        if values.count == 3 { tls = .init(authority: values[0], certificate: values[1], key: values[2]) }
    }
}
