import CaseStore
import Foundation
import Kafka
import Postgres
import Telemetry

/// How a command reaches a suite: by the settings, else by the data folder of one that runs here.
struct Reach {
    static let option = Arguments.Option.value("data")

    let databaseURL: String
    let log: Logger
    private let settings: OperatorSettings

    init(_ arguments: Arguments) throws {
        log = Logger(service: "jiesu", level: .warning)
        settings = try OperatorSettings()
        if let url = settings.databaseURL, !arguments.has("data") {
            databaseURL = url
        } else {
            databaseURL = try SuiteFile.read(from: Self.folder(arguments)).database
        }
    }

    /// Whether the settings name a Kafka, so that it is not the embedded broker.
    var namesKafka: Bool { !settings.kafka.brokers.isEmpty }

    /// The data folder that `--data` names.
    static func folder(_ arguments: Arguments) -> URL {
        URL(filePath: arguments.text("data") ?? "jiesu-data", directoryHint: .isDirectory).standardizedFileURL
    }

    func pool(size: Int = 2) throws -> Pool {
        var settings = try ConnectionSettings(url: databaseURL)
        settings.applicationName = "jiesu"
        return Pool(settings, size: size, log: log)
    }

    /// How to reach the broker that the suite uses now.
    func kafka(_ pool: Pool) async throws -> KafkaSettings {
        guard settings.kafka.brokers.isEmpty else { return settings.kafka }
        return try await KafkaSettings.embedded(pool)
    }
}

extension KafkaSettings {
    /// The embedded broker, which writes its address into the database whenever it starts.
    static func embedded(_ pool: Pool) async throws -> KafkaSettings {
        let rows = try await pool.withConnection { try await $0.query("SELECT address FROM jiesu.broker") }
        guard let row = rows.first else {
            throw CommandFailure(
                "no broker is known", hint: "start one with `jiesu broker`, or set JIESU_KAFKA_BROKERS")
        }
        return KafkaSettings(brokers: try row.get(0), clientID: "jiesu-operator")
    }

    /// The settings that name the same cluster to a service.
    var environment: [String: String] {
        var environment = ["JIESU_KAFKA_BROKERS": brokers]
        environment["JIESU_KAFKA_CA"] = tls?.authority
        environment["JIESU_KAFKA_CERT"] = tls?.certificate
        environment["JIESU_KAFKA_KEY"] = tls?.key
        return environment
    }
}
