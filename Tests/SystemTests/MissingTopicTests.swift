import Foundation
import HTTP
import JSON
import Postgres
import Support
import Testing

extension SystemTests {
    @Test(.enabled(if: kafka != nil, "JIESU_TEST_KAFKA names no Kafka"), .timeLimit(.minutes(5)))
    func `an inbox without a topic waits alone and arrives in order once it is made`() async throws {
        try await Self.suite(kafka: Self.kafka) { suite in
            // A district's urban management under a new code, for which nobody made a topic.
            let code = "lost-\(UInt32.random(in: 0 ... .max))"
            let file = suite.folder.appending(path: "organisations.json")
            let shipped = BuiltProgram.folder.appending(path: "jiesu_Policies.resources/organisations.json")
            try String(contentsOf: shipped, encoding: .utf8).replacing("\"wangting-urban\"", with: "\"\(code)\"")
                .write(to: file, atomically: true, encoding: .utf8)
            let migrated = try await suite.jiesu("migrate", "--organisations", file.path)
            #expect(migrated.status == 0, "\(migrated)")

            let citizens = Citizens(port: try suite.port, clients: 1)
            for round in 0..<3 {
                try await citizens.send(
                    (0..<4).flatMap { [.lamp("lamp-\(round)-\($0)"), .wages("wages-\(round)-\($0)")] })
                // Twice the time that librdkafka takes to believe that a topic is missing, and some for a slow machine.
                try await suite.waitUntilSettled(within: .seconds(30))
            }
            #expect(try await suite.number("SELECT count(*) FROM jiesu.outbox WHERE NOT set_aside") == 0)
            let waiting = try await Self.order(
                suite, "SELECT case_id::text FROM jiesu.outbox WHERE set_aside ORDER BY id")
            #expect(waiting.count == 12)
            let tail = try await suite.jiesu("tail", "jiesu.inbox.\(code)", "--until-end")
            #expect(tail.status == 1, "the topic is still missing: \(tail)")
            let port = try await suite.port(of: "routing")
            try await eventually("a metric tells of it") {
                try await Client(port: port).send("GET", "/metrics").text.contains(
                    "jiesu_outbox_rows{state=\"set_aside\"} 12\n")
            }

            let topics = try await suite.jiesu("topics")
            #expect(topics.status == 0, "\(topics)")
            #expect(topics.lines.filter { $0.hasSuffix("\tmade") } == ["jiesu.inbox.\(code)\t1\tmade"])
            #expect(topics.lines.contains("jiesu.cases\t12\tthere"))
            try await eventually("what was set aside is sent") {
                try await suite.number("SELECT count(*) FROM jiesu.outbox") == 0
            }
            let arrived = try await suite.jiesu("tail", "jiesu.inbox.\(code)", "--from", "beginning", "--until-end")
            #expect(try arrived.lines.map { try JSON.parse(Array($0.utf8))["ce_subject"]?.string } == waiting)
        }
    }

    private static func order(_ suite: SuiteUnderTest, _ sql: Query) async throws -> [String] {
        try await suite.rows(sql).map { try $0.get(0) }
    }
}
