import Foundation
import JSON
import Support
import Testing

extension SystemTests {
    private static let isPythonThere = BuiltProgram.pythonPackages != nil

    /// Product, journey 10: a developer of a district reads one topic with any client, and a page that tells every field.
    @Test(.enabled(if: isPythonThere), .timeLimit(.minutes(5)))
    func `software that follows the AsyncAPI document and nothing else reads its organisation's inbox`() async throws {
        try await Self.suite { suite in
            let citizens = Citizens(port: try suite.port)
            try await citizens.send((1...5).map { .lamp("outside-\($0)") })
            try await suite.waitUntilSettled()
            let folder = try TemporaryFolder()
            let document = folder.url.appending(path: "asyncapi.json")
            let told = try await BuiltProgram.jiesu(["asyncapi"])
            try Data(told.out.utf8).write(to: document)
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "reader.py")
            let brokers: String = try await suite.pool.withConnection {
                try await $0.query("SELECT address FROM jiesu.broker").only().get(0)
            }
            let reader = try await BuiltProgram.python(
                try String(contentsOf: script, encoding: .utf8), [document.path, brokers, "wangting-urban", "15"])
            #expect(reader.status == 0, "\(reader)")
            let events = try reader.lines.map { try JSON.parse($0) }
            let cases = Set(citizens.receipts.values.map { String($0.caseID) })
            #expect(cases.count == 5)
            let sent = events.filter { $0["type"] == "jiesu.case.dispatched" }
            let dispatched = Set(sent.compactMap { $0["case"]?.string })
            #expect(dispatched == cases)
            #expect(sent.allSatisfy { $0["payload"]?["lead"] == "wangting-urban" })
        }
    }
}
