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
    package let databaseURL: Secret
    /// `JIESU_KAFKA_BROKERS`; `nil` means that the embedded broker's address stands in the database.
    package let kafkaBrokers: [ListenAddress]?
    /// `JIESU_KAFKA_CA`, `_CERT` and `_KEY`; `nil` means without TLS.
    package let kafkaCertificates: KafkaCertificates?
    /// `JIESU_LISTEN`: where pages, API, health and metrics are served.
    package let listen: ListenAddress
    /// `JIESU_PUBLIC_URL` without a slash at the end: what citizens type; `nil` if nobody said.
    package let publicURL: String?
    /// `JIESU_LOG_LEVEL`, default `info`.
    package let logLevel: Logger.Level

    /// - Parameter port: where the service listens on 127.0.0.1 unless `JIESU_LISTEN` says otherwise.
    package init(_ environment: inout Environment, port: UInt16) {
        databaseURL = environment.required(
            "JIESU_DATABASE_URL",
            .secret("a PostgreSQL address or conninfo", example: "postgresql://jiesu_intake@db.example.cn/jiesu"),
            "the database that all services share")
        kafkaBrokers = environment.optional(
            "JIESU_KAFKA_BROKERS", .list(of: .address, example: "kafka-1:9092,kafka-2:9092"),
            "brokers of a Kafka cluster; without it the embedded broker is looked up in the database")
        kafkaCertificates = Self.certificates(&environment)
        listen = environment.value("JIESU_LISTEN", .address, default: .loopback(port: port), "where to serve HTTP")
        publicURL = environment.optional("JIESU_PUBLIC_URL", .url, "the address under which citizens reach the suite")
        logLevel = environment.value("JIESU_LOG_LEVEL", .choice(), default: .info, "log lines below it are dropped")
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
