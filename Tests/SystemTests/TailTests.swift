import Foundation
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `tail goes on with the broker that comes after a dead one`() async throws {
        try await Self.suite { suite in
            let citizens = Citizens(port: try suite.port)
            try await citizens.send([.lamp("before")])
            try await suite.waitUntilSettled()
            let texts = try TemporaryFolder()
            let tail = try BackgroundProgram(
                BuiltProgram.folder.appending(path: "jiesu"),
                ["tail", "jiesu.inbox.wangting-urban", "--from", "beginning", "--data", suite.folder.path],
                environment: BuiltProgram.environment(), output: texts.url.appending(path: "out"),
                errors: texts.url.appending(path: "err"))
            defer { tail.signal(SIGKILL) }
            func prints(_ key: String) throws -> Bool {
                let line = "\"ce_subject\":\"\(citizens.receipts[key]?.caseID ?? 0)\""
                return try texts.text("out").contains(line)
            }
            try await eventually("the first is printed") { try prints("before") }
            try await suite.kill("broker")
            try await citizens.send([.lamp("after")])
            do {
                try await eventually("the second is printed") { try prints("after") }
            } catch {
                print("tail printed \(try texts.text("out"))\n\(try texts.text("err"))")
                throw error
            }
            #expect(tail.status == nil, "it still waits for more")
            #expect(try texts.text("err").contains("jiesu: the broker was started again"))
        }
    }
}
