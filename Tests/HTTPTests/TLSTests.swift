import Configuration
import Foundation
import Telemetry
import Testing

@testable import HTTP

/// A server that shows a certificate, asked with curl.
@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    /// Certificates of this test's own, made with openssl; taken away at the end.
    private final class Certificates: Sendable {
        let folder: String

        init() throws {
            folder = NSTemporaryDirectory() + "jiesu-tls-\(UInt64.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for name in ["server", "other"] {
                let made = try TLSTests.run([
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                ])
                try #require(made.status == 0, "\(made.text)")
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func pair(_ certificate: String = "server.pem", _ key: String = "server.key") -> ServerCertificate {
            ServerCertificate(certificate: "\(folder)/\(certificate)", key: "\(folder)/\(key)")
        }
    }

    private static func echo() -> [Route] {
        [
            Route(.get, "/secure", "x", answers: [.init(200, "x")]) { request, _ in
                .json(["secure": .bool(request.isEncrypted)])
            },
            Route(.post, "/long", "x", body: .json(.any), answers: [.init(200, "x")]) { request, _ in
                .json(["bytes": .int(Int64(request.body.count))])
            },
        ]
    }

    private static func server(_ certificate: ServerCertificate) -> Server {
        Server(
            name: "test", listen: "127.0.0.1:0", certificate: certificate, routes: echo(),
            log: Logger(service: "test", sink: { _ in }))
    }

    @Test func `with a certificate it speaks HTTPS alone, tells browsers to stay there, and knows that it does`()
        async throws
    {
        let certificates = try Certificates()
        let server = Self.server(certificates.pair())
        try server.start()
        let running = Task { try await server.run() }
        let port = try #require(server.port)
        func curl(_ words: String...) throws -> (status: Int32, text: String) {
            let all = ["curl", "-sS", "--max-time", "20", "--cacert", "\(certificates.folder)/server.pem"] + words
            return try TLSTests.run(all)
        }
        let answer = try curl("-i", "https://localhost:\(port)/secure")
        #expect(answer.status == 0 && answer.text.contains("200 OK"), "\(answer)")
        #expect(answer.text.contains(#"{"secure":true}"#))
        #expect(answer.text.lowercased().contains("strict-transport-security: max-age=31536000"))
        // A body of many records, and several requests over one connection.
        let long = "\(certificates.folder)/long"
        try ("\"" + String(repeating: "x", count: 600_000) + "\"").write(
            toFile: long, atomically: true, encoding: .utf8)
        let sent = try curl(
            "-H", "Content-Type: application/json", "--data-binary", "@\(long)", "https://localhost:\(port)/long",
            "https://localhost:\(port)/long")
        #expect(sent.text.matches(of: /{"bytes":600002}/).count == 2, "\(sent)")
        // Not an authority that curl knows, an older protocol, and no TLS at all.
        #expect(try TLSTests.run(["curl", "-sS", "--max-time", "20", "https://localhost:\(port)/secure"]).status != 0)
        #expect(try curl("--tls-max", "1.1", "https://localhost:\(port)/secure").status != 0)
        #expect(try curl("http://localhost:\(port)/secure").status != 0)
        #expect(try curl("https://localhost:\(port)/secure").status == 0, "and goes on")
        running.cancel()
        try await running.value
    }

    @Test func `without one nothing is said of it, and a proxy may say that its side is encrypted`() async throws {
        let server = Server(
            name: "test", listen: "127.0.0.1:0", routes: Self.echo(), log: Logger(service: "test", sink: { _ in }))
        try server.start()
        let running = Task { try await server.run() }
        let client = Client(port: server.port ?? 0)
        let plain = try await client.send("GET", "/secure")
        #expect(plain.json == ["secure": false] && plain.headers["Strict-Transport-Security"] == nil)
        #expect(
            try await client.send("GET", "/secure", headers: ["X-Forwarded-Proto": "https"]).json == ["secure": true])
        running.cancel()
        try await running.value
    }

    @Test(arguments: [
        ("missing.pem", "server.key", "missing.pem cannot be read"),
        ("server.pem", "missing.key", "missing.key cannot be read"),
        ("server.key", "server.pem", "server.key holds no certificate in PEM"),
        ("server.pem", "server.pem", "server.pem holds no key without a password in PEM"),
        ("server.pem", "other.key", "the key is not the certificate's"),
        ("damaged.pem", "server.key", "the key is not the certificate's, or one is damaged"),
    ])
    func `what makes no TLS is told before anything is served`(certificate: String, key: String, reason: String) throws
    {
        let certificates = try Certificates()
        try "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".write(
            toFile: "\(certificates.folder)/damaged.pem", atomically: true, encoding: .utf8)
        let server = Self.server(certificates.pair(certificate, key))
        let error = try #require(throws: HTTPError.self) { try server.start() }
        #expect(error.code == .certificate && error.reason.contains(reason), "\(error)")
        #expect(!error.isRetriable && server.port == nil)
    }

    fileprivate static func run(_ words: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
