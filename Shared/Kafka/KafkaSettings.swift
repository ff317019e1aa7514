/// Where the brokers are and who we are to them. Two equal ones reach the same cluster in the same way.
package struct KafkaSettings: Sendable, Equatable {
    /// Our certificate, by which the brokers' ACLs know us, and the authority that vouches for theirs.
    ///
    /// Certificates and not SCRAM: librdkafka before 2.6.1 repeats its nonce, which Kafka 4 refuses.
    package struct TLS: Sendable, Equatable {
        /// Paths of PEM files.
        package var authority: String
        package var certificate: String
        package var key: String

        package init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    /// `host:port`, several with commas between them.
    package var brokers: String
    /// `nil`: no encryption, which is for one machine.
    package var tls: TLS?
    /// How the brokers name us in their logs and quotas.
    package var clientID: String

    package init(brokers: String, tls: TLS? = nil, clientID: String = "jiesu") {
        self.brokers = brokers
        self.tls = tls
        self.clientID = clientID
    }

    /// What every client of these brokers has in common.
    func configuration() throws(KafkaError) -> Configuration {
        let configuration = Configuration()
        try configuration.set("bootstrap.servers", brokers)
        try configuration.set("client.id", clientID)
        // A broker that comes back is found within a second; the default waits up to ten.
        try configuration.set("reconnect.backoff.max.ms", "1000")
        // A broker's machine that is switched off sends no reset: notice it by ourselves.
        try configuration.set("socket.keepalive.enable", "true")
        try configuration.set("socket.connection.setup.timeout.ms", "5000")
        // Nagle's wait for the broker's delayed acknowledgement is 40 ms for each round of a few small requests.
        try configuration.set("socket.nagle.disable", "true")
        if let tls {
            try configuration.set("security.protocol", "ssl")
            try configuration.set("ssl.ca.location", tls.authority)
            try configuration.set("ssl.certificate.location", tls.certificate)
            try configuration.set("ssl.key.location", tls.key)
        }
        return configuration
    }
}
