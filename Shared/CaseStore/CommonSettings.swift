import Configuration
import Kafka
import Postgres
import Telemetry

/// The settings that every service reads. Their names stay stable.
package struct CommonSettings: Sendable {
    /// Certificates for a Kafka cluster that wants to know who connects: paths of files in PEM.
    package struct KafkaCertificates: Sendable, Equatable {
        package let authority: String
        package let certificate: String
        package let key: String
    }

    /// `JIESU_DATABASE_URL`: anything that libpq takes; may hold a password.
    private let database: ConnectionSettings
    /// `JIESU_KAFKA_BROKERS`; `nil` means that the embedded broker's address stands in the database.
    package let kafkaBrokers: [ListenAddress]?
    /// `JIESU_KAFKA_CA`, `_CERT` and `_KEY`; `nil` means without TLS.
    package let kafkaCertificates: KafkaCertificates?
    /// `JIESU_LISTEN`: where pages, API, health and metrics are served.
    package let listen: ListenAddress
    /// `JIESU_TLS_CERT` and `JIESU_TLS_KEY`; `nil` means without TLS: then a proxy is to bring it, or nobody from outside comes.
    package let certificate: ServerCertificate?
    /// `JIESU_LOG_LEVEL`, default `info`.
    package let logLevel: Logger.Level

    /// - Parameter port: where the service listens on 127.0.0.1 unless `JIESU_LISTEN` says otherwise.
    package init(_ environment: inout Environment, port: UInt16) {
        database = environment.required(
            "JIESU_DATABASE_URL",
            .secret(
                "a PostgreSQL address or conninfo", example: "postgresql://jiesu_intake@db.example.cn/jiesu",
                read: { try? ConnectionSettings(url: $0) }),
            "the database that all services share")
        kafkaBrokers = environment.optional(
            "JIESU_KAFKA_BROKERS", .list(of: .address, example: "kafka-1:9092,kafka-2:9092"),
            "brokers of a Kafka cluster; without it the embedded broker is looked up in the database")
        kafkaCertificates = Self.certificates(&environment)
        listen = environment.value("JIESU_LISTEN", .listen, default: .loopback(port: port), "where to serve HTTP")
        certificate = Self.serverCertificate(&environment)
        logLevel = environment.value("JIESU_LOG_LEVEL", .choice(), default: .info, "log lines below it are dropped")
    }

    /// Both or none.
    private static func serverCertificate(_ environment: inout Environment) -> ServerCertificate? {
        let certificate = environment.optional(
            "JIESU_TLS_CERT", .readableFile,
            "PEM file with the certificate (and its chain) to serve HTTPS with, and nothing else; without it HTTP is served"
        )
        let key = environment.optional(
            "JIESU_TLS_KEY", .readableFile, "PEM file with the key of that certificate, without a password")
        if let certificate, let key { return ServerCertificate(certificate: certificate, key: key) }
        for (name, other) in [("JIESU_TLS_CERT", "JIESU_TLS_KEY"), ("JIESU_TLS_KEY", "JIESU_TLS_CERT")]
        where !environment.isSet(name) && environment.isSet(other) {
            environment.mistake(name, "is not set; certificate and key are needed together")
        }
        return nil
    }

    /// All three or none: half a set would mean connecting without saying who we are.
    private static func certificates(_ environment: inout Environment) -> KafkaCertificates? {
        let authority = environment.optional(
            "JIESU_KAFKA_CA", .readableFile, "PEM file with the authority that signed the brokers' certificates")
        let certificate = environment.optional(
            "JIESU_KAFKA_CERT", .readableFile, "PEM file with our certificate, whose common name is our principal")
        let key = environment.optional("JIESU_KAFKA_KEY", .readableFile, "PEM file with the key of that certificate")
        if let authority, let certificate, let key {
            return KafkaCertificates(authority: authority, certificate: certificate, key: key)
        }
        let names = ["JIESU_KAFKA_CA", "JIESU_KAFKA_CERT", "JIESU_KAFKA_KEY"]
        let missing = names.filter { !environment.isSet($0) }
        if (1...2).contains(missing.count) {
            for name in missing {
                environment.mistake(name, "is not set; authority, certificate and key are needed together")
            }
        }
        return nil
    }
}

extension CommonSettings {
    /// How a service connects. A lock that is not had within two seconds is given up, so that a batch is tried again
    /// instead of holding its own locks for ever. What a service asks for often has an index; the planner must not take a
    /// young or growing table, of which it has no figures yet, for one that is read faster whole. (Its price for a table without an
    /// index would call the compiler in, which is never worth it here.)
    package func database(_ service: String) -> ConnectionSettings {
        var settings = database
        settings.applicationName = "jiesu-\(service)"
        settings.session = ["lock_timeout": "2s", "enable_seqscan": "off", "jit": "off"]
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
