import Foundation
import Postgres
import Support
import Testing

@testable import Jiesu

struct HousekeeperTests {
    @Test func `a log that has grown too long makes room and its writer goes on`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "intake.log")
        let writer = open(file.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        defer { close(writer) }
        func write(_ text: String) { _ = Glibc.write(writer, text, text.utf8.count) }
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        }
        let cluster = try TestCluster.make()
        try await cluster.start()
        let keeper = Housekeeper(cluster: cluster, logs: folder.url, log: .silent)
        for round in ["first", "second"] {
            write("\(round) \(String(repeating: "x", count: 100))\n")
            try keeper.shortenLogs(100)
            #expect(try text("intake.log.1").hasPrefix(round))
            #expect(try text("intake.log").isEmpty)
        }
        write("short\n")
        try keeper.shortenLogs(100)
        #expect(try text("intake.log") == "short\n")
        #expect(try text("intake.log.1").hasPrefix("second"))
        try await cluster.remove()
    }

    @Test func `PostgreSQL's log makes room too`() async throws {
        let folder = try TemporaryFolder()
        let cluster = try TestCluster.make()
        try await cluster.start()
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(cluster.folder)/\(name)", encoding: .utf8)
        }
        try Housekeeper(cluster: cluster, logs: folder.url, log: .silent).shortenLogs(10)
        #expect(try text("server.log").isEmpty)
        #expect(try text("server.log.1").contains("ready to accept connections"))
        let connection = try await Connection.connect(ConnectionSettings(url: cluster.url()))
        await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1 / 0") }
        await connection.close()
        try await eventually("it writes on at the beginning") {
            let log = try text("server.log")
            return log.first?.isNumber == true && log.contains("division by zero")
        }
        try await cluster.remove()
    }
}
