import Foundation
import Support
import Testing

@testable import Jiesu

struct HousekeeperTests {
    @Test func `a log that has grown too long makes room and its writer goes on`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "intake.log")
        let writer = open(file.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        defer { close(writer) }
        func write(_ text: String) { _ = Glibc.write(writer, text, text.utf8.count) }
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        }
        let keeper = Housekeeper(
            cluster: try TestCluster.make(), logs: folder.url, log: .silent)
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
    }
}
