import Foundation
import HTTP
import Postgres
import Support
import Testing

@testable import Jiesu

/// PostgreSQL over TLS, where certificates say who connects: with the lines of `ops/handbook/database.md`, as they stand there.
@Suite(.timeLimit(.minutes(2)))
struct CertificateTests {
    /// Stands in every address, and must not stand in any log.
    private static let password = "Geheim-7391"

    @Test func `services and desks log in with certificates alone, and who may not is told why`() async throws {
        let certificates = try Certificates()
        let port = try ReservedPort()
        let cluster = try TestCluster.make(port: port.number, settings: try certificates.settings())
        try await cluster.start()
        try await SmallCity.install(in: cluster)
        let admin = try await Connection.connect(ConnectionSettings(url: cluster.url(database: "jiesu")))
        _ = try await admin.query("SELECT jiesu.add_desk('wangting-urban', \(Self.password))")
        try await admin.script("ALTER ROLE jiesu_intake PASSWORD '\(Self.password)'")
        func url(_ role: String, _ certificate: String?, host: String = "localhost", mode: String = "verify-full")
            -> String
        {
            let own = certificate.map {
                "&sslcert=\(certificates.path("\($0).pem"))&sslkey=\(certificates.path("\($0).key"))"
            }
            return "postgresql://\(role):\(Self.password)@\(host):\(port.number)/jiesu?sslmode=\(mode)"
                + "&sslrootcert=\(certificates.path("ca.pem"))\(own ?? "&sslcert=/nonexistent")"
        }

        let kafka = try SmallCity.kafka()
        try await SmallCity.run(
            ["intake", "desk-wangting-urban"],
            on: { url($0, $0 == "jiesu_intake" ? "jiesu_intake" : "wangting-urban") }, kafka: kafka
        ) { city in
            try await city.waitUntilReady()
            let citizens = Citizens(port: city.port(of: "intake"), clients: 1)
            try await citizens.send([.lamp("tls")])
            let seen = try await admin.query(
                """
                SELECT DISTINCT a.usename || ' ' || s.client_dn || ' ' || s.version FROM pg_stat_ssl s
                JOIN pg_stat_activity a USING (pid) WHERE s.ssl ORDER BY 1
                """
            ).map { try $0.get(0, as: String.self) }
            #expect(
                seen == [
                    "jiesu_desk_wangting-urban /CN=wangting-urban TLSv1.3", "jiesu_intake /CN=jiesu_intake TLSv1.3",
                ])
            for service in ["intake", "desk-wangting-urban"] {
                #expect(try !city.log(of: service).contains(Self.password))
            }
        }

        // One that has run out: the service serves, is not ready, and says why.
        try await SmallCity.run(["intake"], on: { url($0, "expired") }, kafka: kafka) { city in
            try await eventually("its log says why") {
                _ = await city.isReady("intake")
                return try city.log(of: "intake").contains("alert certificate expired")
            }
            #expect(await !city.isReady("intake"))
            #expect(try !city.log(of: "intake").contains(Self.password))
        }

        let refused: [(String, String)] = [
            (url("jiesu_intake", "expired"), "alert certificate expired"),
            (url("jiesu_intake", "foreign"), "alert unknown ca"),
            (url("jiesu_intake", "revoked"), "alert certificate revoked"),
            (url("jiesu_routing", "jiesu_intake"), #"certificate authentication failed for user "jiesu_routing""#),
            (url("jiesu_desk_wangting-urban", "jiesu_intake"), "certificate authentication failed for user"),
            (url("jiesu_routing", "wangting-urban"), "certificate authentication failed for user"),
            (url("jiesu_intake", nil), "connection requires a valid client certificate"),
            (url("jiesu_intake", nil, mode: "disable"), "pg_hba.conf rejects connection"),
            (url("jiesu_intake", "jiesu_intake", host: "127.0.0.1"), #"server certificate for "localhost""#),
        ]
        for (url, reason) in refused {
            let error = await #expect(throws: PostgresError.self, "\(reason)") {
                try await Connection.connect(ConnectionSettings(url: url))
            }
            #expect(error?.description.contains(reason) == true, "\(reason): \(error?.description ?? "")")
            #expect(error?.debugDescription.contains(Self.password) == false)
            #expect(error?.isRetriable == true, "a new certificate mends it, without a restart")
        }
        await admin.close()
        let log = try String(contentsOfFile: "\(cluster.folder)/server.log", encoding: .utf8)
        #expect(log.contains("could not accept SSL connection") && !log.contains(Self.password))
        try await cluster.remove()
    }

    /// An authority, and what it and another one signed.
    private final class Certificates: Sendable {
        private let folder: URL

        func path(_ name: String) -> String { folder.appending(path: name).path }

        init() throws {
            // The server's user reads here, so it is no private folder.
            folder = URL(filePath: "/tmp/jiesu-certificates-\(UInt32.random(in: 0 ... .max))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try make()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        private func make() throws {
            for name in ["ca", "other"] {
                try openssl(
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    path("\(name).key"), "-out", path("\(name).pem"), "-days", "2", "-subj", "/CN=\(name)")
            }
            try Data().write(to: folder.appending(path: "index.txt"))
            try """
            [ca]
            default_ca = here
            [here]
            database = \(path("index.txt"))
            new_certs_dir = \(folder.path)
            rand_serial = yes
            default_md = sha256
            default_crl_days = 2
            policy = any
            unique_subject = no
            [any]
            commonName = supplied
            """.write(toFile: path("ca.conf"), atomically: true, encoding: .utf8)
            try sign("server", name: "localhost", extensions: "subjectAltName=DNS:localhost")
            for name in ["jiesu_intake", "wangting-urban"] { try sign(name, name: name) }
            try sign("expired", name: "jiesu_intake", from: "20240101000000Z", to: "20250101000000Z")
            try sign("revoked", name: "jiesu_intake")
            try sign("foreign", name: "jiesu_intake", by: "other")
            try openssl(
                "ca", "-config", path("ca.conf"), "-cert", path("ca.pem"), "-keyfile", path("ca.key"), "-revoke",
                path("revoked.pem"))
            try openssl(
                "ca", "-config", path("ca.conf"), "-cert", path("ca.pem"), "-keyfile", path("ca.key"), "-gencrl",
                "-out", path("ca.crl"))
        }

        private func sign(
            _ file: String, name: String, by authority: String = "ca", from: String = "20240101000000Z",
            to: String = "20990101000000Z", extensions: String = "keyUsage=digitalSignature"
        ) throws {
            try extensions.write(toFile: path("extensions"), atomically: true, encoding: .utf8)
            try openssl(
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                path("\(file).key"), "-out", path("\(file).csr"), "-subj", "/CN=\(name)")
            try openssl(
                "ca", "-batch", "-notext", "-config", path("ca.conf"), "-cert", path("\(authority).pem"), "-keyfile",
                path("\(authority).key"), "-in", path("\(file).csr"), "-out", path("\(file).pem"), "-startdate", from,
                "-enddate", to, "-extfile", path("extensions"))
        }

        private func openssl(_ words: String...) throws {
            let (status, output) = try ChildProcess.run(["/usr/bin/env", "openssl"] + words)
            try #require(status == 0, "openssl \(words): \(output)")
        }

        /// Of a server that takes certificates alone, but on its socket.
        func settings() throws -> [String: String] {
            let page = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../ops/handbook/database.md")
            let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("    ") }.map { $0.trimmingCharacters(in: .whitespaces) }
            let rules = lines.filter { $0.hasPrefix("host") && !$0.contains("=db-") }
            let map = lines.filter { $0.hasPrefix("desks ") }
            try #require(rules.count == 3 && map.count == 1, "the page's lines are found")
            try (["local all postgres trust"] + rules + [""]).joined(separator: "\n")
                .write(toFile: path("hba.conf"), atomically: true, encoding: .utf8)
            try (map + [""]).joined(separator: "\n")
                .write(toFile: path("ident.conf"), atomically: true, encoding: .utf8)
            if let server = getpwnam("postgres"), geteuid() == 0 {
                chown(path("server.key"), server.pointee.pw_uid, server.pointee.pw_gid)
            }
            return [
                "ssl": "on", "ssl_cert_file": path("server.pem"), "ssl_key_file": path("server.key"),
                "ssl_ca_file": path("ca.pem"), "ssl_crl_file": path("ca.crl"), "hba_file": path("hba.conf"),
                "ident_file": path("ident.conf"), "log_connections": "on",
            ]
        }
    }
}
