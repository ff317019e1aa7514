/// What a server shows of itself over TLS: paths of files in PEM.
package struct ServerCertificate: Sendable, Equatable {
    /// The certificate, and after it those that lead to a known authority.
    package let certificate: String
    /// The key of that certificate, without a password.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
