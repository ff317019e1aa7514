import Foundation
import Testing

@testable import Kafka

/// Lines as librdkafka 2.0.2 with OpenSSL 3 logged them of Apache Kafka 4.3, and of which none needs a hand.
struct ConnectionTroubleTests {
    private let tls = KafkaSettings.TLS(authority: "/etc/ca.pem", certificate: "/etc/desk.pem", key: "/etc/desk.key")

    @Test(arguments: [
        (
            "[thrd:ssl://kafka-1:9093/bootstrap]: ssl://kafka-1:9093/bootstrap: Receive failed: error:0A000416:SSL routines::"
                + "sslv3 alert certificate unknown: SSL alert number 46 (after 34ms in state APIVERSION_QUERY)",
            "kafka-1:9093 refuses our certificate (/etc/desk.pem): no authority that the brokers trust has signed it"
        ),
        (
            "[thrd:ssl://kafka-1:9093/bootstrap]: ssl://kafka-1:9093/bootstrap: SSL handshake failed: "
                + "error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified",
            "the certificate of kafka-1:9093 cannot be verified: the authority in /etc/ca.pem did not sign it"
        ),
        (
            "[thrd:ssl://kafka-1:9092/bootstrap]: ssl://kafka-1:9092/bootstrap: SSL handshake failed: "
                + "Disconnected: connecting to a PLAINTEXT broker listener? (after 2ms in state SSL_HANDSHAKE)",
            "kafka-1:9092 broke the TLS handshake off"
        ),
    ])
    func `a refusal says what is wrong, where, and what to do`(text: String, meaning: String) {
        #expect(ConnectionTrouble.meaning(of: text, tls, end: nil)?.hasPrefix(meaning) == true)
        #expect(ConnectionTrouble.meaning(of: text, tls, end: .distantFuture)?.hasPrefix(meaning) == true)
    }

    @Test(arguments: ["certificate unknown", "certificate expired"])
    func `a broker that refuses one that has expired need not say so`(alert: String) {
        let text =
            "ssl://kafka-1:9093/bootstrap: Receive failed: error:0A000416:SSL routines::sslv3 alert \(alert): SSL alert"
        let end = Date(timeIntervalSince1970: 86_400 * 10 - 1)
        let meaning = ConnectionTrouble.meaning(of: text, tls, end: end, now: end + 1)
        #expect(
            meaning == "kafka-1:9093 refuses our certificate, which expired on 1970-01-10 (/etc/desk.pem); "
                + "have a new one signed, put it there and start again")
    }

    @Test func `without a certificate it may be one that is missing`() {
        let text =
            "[thrd:127.0.0.1:9093/bootstrap]: 127.0.0.1:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by "
            + "incorrect security.protocol configuration (connecting to a SSL listener?) or broker version is < 0.10"
        let meaning = ConnectionTrouble.meaning(of: text, nil, end: nil)
        #expect(meaning?.contains("if it wants TLS, name authority, certificate and key") == true)
    }

    @Test(arguments: [
        "ssl://kafka-1:9093/bootstrap: Connect to ipv4#127.0.0.1:9093 failed: Connection refused (after 0ms in state CONNECT)",
        "ssl://kafka-1:9093/1: Disconnected (after 600000ms in state UP)", "",
    ])
    func `what waiting cures is no refusal`(text: String) {
        #expect(ConnectionTrouble.meaning(of: text, tls, end: nil) == nil)
        #expect(ConnectionTrouble.meaning(of: text, nil, end: nil) == nil)
    }
}
