import Configuration
import Kafka
import Postgres
import Telemetry

extension CommonSettings {
    /// How a service connects. A lock that is not had within two seconds is given up, so that a batch is tried again
    /// instead of holding its own locks for ever.
    package func database(_ service: String) throws(PostgresError) -> ConnectionSettings {
        var settings = try ConnectionSettings(url: databaseURL.exposed)
        settings.applicationName = "jiesu-\(service)"
        settings.session = ["lock_timeout": "2s"]
        return settings
    }

    /// How a service reaches Kafka; `brokers` is empty where the database says where the embedded broker is.
    package func kafka(_ service: String) -> KafkaSettings {
        KafkaSettings(
            brokers: kafkaBrokers?.map(\.description).joined(separator: ",") ?? "",
            tls: kafkaCertificates.map {
                .init(authority: $0.authority, certificate: $0.certificate, key: $0.key)
            }, clientID: "jiesu-\(service)")
    }
}

extension Pool {
    /// Whether the database answers now; for `/health/ready`.
    package func answers() async -> Bool {
        do {
            _ = try await withConnection { try await $0.query("SELECT 1") }
            return true
        } catch {
            return false
        }
    }
}
