import Foundation
import Telemetry

/// The settings that every service has.
package struct ServiceSettings: Sendable {
    /// `JIESU_DATABASE_URL`, required: any URL that libpq takes. Secret, for it may hold a password.
    package let databaseURL: String
    /// `JIESU_KAFKA_BROKERS`: `host:port,…`; empty means that the database says where the embedded broker is.
    package let brokers: String
    /// `JIESU_KAFKA_CA`, `JIESU_KAFKA_CERT`, `JIESU_KAFKA_KEY`: PEM files, all or none.
    package let certificates: (authority: String, certificate: String, key: String)?
    /// `JIESU_LISTEN`, host:port.
    package let listen: String
    /// `JIESU_LOG_LEVEL`: debug, info (default), warning, error.
    package let logLevel: Logger.Level

    /// - Parameter listen: default of `JIESU_LISTEN`.
    package init(_ environment: inout Environment, listen: String) {
        databaseURL = environment.text(
            "JIESU_DATABASE_URL", expected: "a URL such as postgresql://jiesu@db.example/jiesu")
        brokers = environment.text("JIESU_KAFKA_BROKERS", default: "", expected: "host:port,…")
        certificates = environment.together(["JIESU_KAFKA_CA", "JIESU_KAFKA_CERT", "JIESU_KAFKA_KEY"])
            .map { ($0[0], $0[1], $0[2]) }
        self.listen = environment.listen("JIESU_LISTEN", default: listen)
        logLevel = environment.choice("JIESU_LOG_LEVEL", default: .info)
    }
}

extension ServiceSettings {
    /// Reads the process's environment. With mistakes in it the process prints them all and ends with status 2.
    package static func read(listen: String) -> ServiceSettings {
        read(listen: listen) { _ in }.0
    }

    /// The same, with settings that one service alone has.
    package static func read<More>(listen: String, _ more: (inout Environment) -> More) -> (ServiceSettings, More) {
        var environment = Environment(ProcessInfo.processInfo.environment)
        let settings = ServiceSettings(&environment, listen: listen)
        let others = more(&environment)
        do throws(ConfigurationError) {
            try environment.finish()
            return (settings, others)
        } catch {
            FileHandle.standardError.write(Data((error.description + "\n").utf8))
            exit(2)
        }
    }
}
