import CaseStore
import Configuration
import Foundation
import Kafka
import Telemetry

/// The settings that `jiesu` shares with the services: read and checked as theirs, so that a misspelt name is a mistake and
/// not silence.
struct OperatorSettings {
    /// `nil`: a data folder has to tell.
    let databaseURL: String?
    /// `brokers` is empty where the database says where the embedded broker is.
    let kafka: KafkaSettings
    /// Of the services that a suite starts.
    let logLevel: Logger.Level

    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(ConfigurationError) {
        let name = "JIESU_DATABASE_URL"
        // A service has to be given one.
        let isSet = variables[name]?.isEmpty == false
        let all = isSet ? variables : variables.merging([name: "postgresql:///"]) { $1 }
        let settings = try Environment.read(program: "jiesu", variables: all) { CommonSettings(&$0, port: 8080) }
        databaseURL = isSet ? variables[name] : nil
        kafka = settings.kafka("operator")
        logLevel = settings.logLevel
    }
}
