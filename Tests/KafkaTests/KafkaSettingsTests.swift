import Support
import Testing

@testable import Kafka

struct KafkaSettingsTests {
    @Test func aCertificateThatIsMissingIsAnErrorThatNamesTheSetting() {
        let tls = KafkaSettings.TLS(authority: "/nowhere/ca.crt", certificate: "/nowhere/c.crt", key: "/nowhere/c.key")
        let settings = KafkaSettings(brokers: "127.0.0.1:1", tls: tls)
        let error = #expect(throws: KafkaError.self) { try Producer(settings, log: .silent) }
        #expect(error?.reason.contains("ssl.ca.location") == true)
    }

    @Test func aSettingThatLibrdkafkaRefusesIsAnError() {
        let error = #expect(throws: KafkaError.self) { try Configuration().set("linger.ms", "soon") }
        #expect(error?.code == "_INVALID_ARG")
        #expect(error?.isRetriable == false)
    }

    @Test func anErrorNamesItsCodeAndItsPlace() {
        let error = KafkaError.closed()
        #expect(
            error.description.hasPrefix("Kafka _DESTROY: closed by its owner (KafkaTests/KafkaSettingsTests.swift:"))
    }
}
