import Foundation

/// What a connection that was refused means, in words for whoever runs it: what is wrong, where, what to do. Pure.
///
/// librdkafka has OpenSSL's words only, and a broker tells a client whose certificate it refuses no more than an alert. These
/// words are those of OpenSSL 3 and librdkafka 2.0.2, tried against Apache Kafka 4.3.
enum ConnectionTrouble {
    /// - Parameters:
    ///   - text: what librdkafka logged of a connection.
    ///   - end: of our certificate, if that is known.
    /// - Returns: `nil` for what waiting may cure, such as a broker that is away.
    static func meaning(
        of text: String, _ tls: KafkaSettings.TLS?, end: @autoclosure () -> Date?, now: Date = Date()
    ) -> String? {
        let broker = text.firstMatch(of: /(?:ssl|plaintext):\/\/([^\/ ]+)/).map { String($0.1) } ?? "a broker"
        guard let tls else {
            // So does one that dies just then.
            return text.contains("connecting to a SSL listener?")
                ? "\(broker) hung up at once; if it wants TLS, name authority, certificate and key" : nil
        }
        // Java's brokers say of most that it is unknown, also of one that has expired.
        let refusals = [
            "certificate unknown", "unknown ca", "bad certificate", "unsupported certificate", "certificate expired",
            "certificate revoked", "certificate required",
        ]
        if refusals.contains(where: { text.contains("alert \($0)") }) {
            if let end = end(), end < now {
                return
                    "\(broker) refuses our certificate, which expired on \(end.formatted(.iso8601.year().month().day())) "
                    + "(\(tls.certificate)); have a new one signed, put it there and start again"
            }
            return
                "\(broker) refuses our certificate (\(tls.certificate)): no authority that the brokers trust has signed it, "
                + "or not for a client, or it was revoked; have it signed by the cluster's authority"
        }
        if text.contains("certificate verify failed") {
            return
                "the certificate of \(broker) cannot be verified: the authority in \(tls.authority) did not sign it, "
                + "it has expired, or it bears another name"
        }
        if text.contains("connecting to a PLAINTEXT broker listener?") || text.contains("wrong version number") {
            return "\(broker) broke the TLS handshake off; if it speaks none there, name a port that does"
        }
        return nil
    }
}
