import Configuration
import Foundation

/// A certificate and its key as PEM texts, read from their files.
struct ServerIdentity {
    let certificate: String
    let key: String

    /// Bytes of one file at most; a chain of certificates has some thousand.
    private static let most = 1 << 20

    /// - Throws: `.certificate`, saying which file and what is wrong with it; never what is in it.
    init(_ files: ServerCertificate) throws(HTTPError) {
        certificate = try Self.read(files.certificate, "a certificate", marked: "-----BEGIN CERTIFICATE-----")
        key = try Self.read(files.key, "a key without a password", marked: "PRIVATE KEY-----", not: "ENCRYPTED")
    }

    private static func read(
        _ path: String, _ what: String, marked mark: String, not other: String? = nil
    ) throws(HTTPError) -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HTTPError(.certificate, "\(path) cannot be read")
        }
        guard data.count <= most, let text = String(data: data, encoding: .utf8), text.contains(mark),
            other.map({ !text.contains($0) }) ?? true
        else { throw HTTPError(.certificate, "\(path) holds no \(what.dropFirst(2)) in PEM") }
        return text
    }
}
