import Configuration
import Testing

@testable import Jiesu

@Suite struct OperatorSettingsTests {
    @Test func `nothing set means a data folder and the embedded broker`() throws {
        for variables in [[:], ["JIESU_DATABASE_URL": "", "JIESU_KAFKA_BROKERS": "", "JIESU_KAFKA_CA": ""]] {
            let settings = try OperatorSettings(variables)
            #expect(settings.databaseURL == nil)
            #expect(settings.kafka.brokers.isEmpty)
            #expect(settings.kafka.tls == nil)
            #expect(settings.logLevel == .info)
        }
    }

    @Test func `what the services read is read`() throws {
        let certificates = ["CA", "CERT", "KEY"].map { ("JIESU_KAFKA_\($0)", #filePath) }
        let settings = try OperatorSettings(
            [
                "JIESU_DATABASE_URL": "postgresql://db/jiesu", "JIESU_KAFKA_BROKERS": "a:1,b:2",
                "JIESU_LOG_LEVEL": "debug", "JIESU_LISTEN": "127.0.0.1:80", "JIESU_INTAKE_LINE": "12345",
                "JIESU_STOP_WITH_INPUT": "1",
            ].merging(certificates) { $1 })
        #expect(settings.databaseURL == "postgresql://db/jiesu")
        #expect(settings.kafka.brokers == "a:1,b:2")
        #expect(settings.kafka.tls?.key == #filePath)
        #expect(settings.logLevel == .debug)
    }

    @Test(arguments: [
        (["JIESU_DATABSE_URL": "x"], "JIESU_DATABSE_URL is not a setting of jiesu; did you mean JIESU_DATABASE_URL?"),
        (["JIESU_KAFKA_BROKERS": "nowhere"], "JIESU_KAFKA_BROKERS is \"nowhere\""),
        (["JIESU_LOG_LEVEL": "loud"], "JIESU_LOG_LEVEL is \"loud\""),
        (
            ["JIESU_KAFKA_CA": #filePath],
            "JIESU_KAFKA_KEY is not set; authority, certificate and key are needed together"
        ),
    ])
    func `a mistake is told`(variables: [String: String], message: String) {
        let error = #expect(throws: ConfigurationError.self) { try OperatorSettings(variables) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
