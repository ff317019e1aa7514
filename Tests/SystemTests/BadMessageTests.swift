import Foundation
import JSON
import Kafka
import Postgres
import Support
import Testing

extension SystemTests {
    /// Three services read all of `jiesu.cases`, so what is no event is parked by each.
    @Test(.timeLimit(.minutes(5)))
    func `messages that nobody understands are set aside or ignored and the others go on`() async throws {
        try await Self.suite { suite in
            let citizens = Citizens(port: try suite.port)
            try await citizens.send((0..<12).map { .lamp("before-\($0)") })
            try await suite.waitUntilSettled()
            let events = try await suite.number("SELECT count(*) FROM jiesu.case_event")

            let producer = try Producer(try await suite.kafkaSettings(), log: .silent)
            let errors = await producer.send(Self.strange)
            #expect(errors.allSatisfy { $0 == nil })
            // Behind each of them, on every partition, one that must go on.
            try await citizens.send((0..<24).map { .lamp("after-\($0)") })
            try await suite.waitUntilSettled()
            try await eventually("the services have set aside what is no event") {
                try await suite.number("SELECT count(*) FROM jiesu.parked") >= 17
            }
            let parked = try await suite.rows(
                """
                SELECT service || ' ' || reason || ' ' || count(*) FROM jiesu.parked GROUP BY service, reason ORDER BY 1
                """
            ).map { try $0.get(0, as: String.self) }
            #expect(
                parked == [
                    "classification no_subject 1", "classification no_type 4", "classification unknown_case 1",
                    "reporting no_subject 1", "reporting no_type 4",
                    "routing no_subject 1", "routing no_type 4", "routing unknown_case 1",
                ])
            #expect(try await suite.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'dispatched'") == 36)
            // What was ignored left no trace: four events for each new case and none more.
            #expect(try await suite.number("SELECT count(*) FROM jiesu.case_event") == events + 96)
            try await Self.operate(on: suite)
        }
    }

    private static let strange: [OutgoingMessage] = [
        // Ignored: a kind from a newer suite; a newer payload; a tombstone with an event's headers; the past once more.
        message(partition: 0, type: "jiesu.case.reopened", subject: "12", value: "{}"),
        message(
            partition: 1, type: "jiesu.case.registered", subject: "1", value: #"{"channel":"x","mood":{"new":[1]}}"#,
            more: [Header("ce_weather", "rain"), Header("ce_weather", [0xFF])]),
        message(partition: 2, type: "jiesu.case.classified", subject: "2", value: nil),
        // And what an earlier generation told of a case that a restored database never had.
        message(
            partition: 9, type: "jiesu.case.registered", subject: "999999", value: "{}",
            more: [Header("ce_source", "/jiesu/0")]),
        // Set aside: nothing that says what it is; a word that is not ours; garbage; a tombstone of nothing.
        OutgoingMessage(topic: "jiesu.cases", partition: 3, key: [], value: Array(#"{"hello":"world"}"#.utf8)),
        message(partition: 4, type: "com.example.greeting", subject: "4", value: "{}"),
        OutgoingMessage(
            topic: "jiesu.cases", partition: 5, key: [0xFF, 0x00], value: [0x00, 0xFF, 0xC3, 0x28],
            headers: [Header("ce_type", [0xFF, 0xFE]), Header("ce_subject", [0x00])]),
        OutgoingMessage(topic: "jiesu.cases", partition: 6, key: [], value: nil),
        // Set aside: an event without a case, and events of cases that are not here, for a service that minds the kind.
        message(partition: 7, type: "jiesu.case.registered", subject: "seven", value: "{}"),
        message(partition: 8, type: "jiesu.case.registered", subject: "999999", value: "{}"),
        message(partition: 9, type: "jiesu.case.classified", subject: "999998", value: "{}"),
    ]

    private static func message(
        partition: Int32, type: String, subject: String, value: String?, more: [Header] = []
    ) -> OutgoingMessage {
        OutgoingMessage(
            topic: "jiesu.cases", partition: partition, key: Array(subject.utf8), value: value.map { Array($0.utf8) },
            headers: [Header("ce_specversion", "1.0"), Header("ce_type", type), Header("ce_subject", subject)] + more)
    }

    /// What an operator does with those: look, and drop.
    private static func operate(on suite: SuiteUnderTest) async throws {
        let list = try await suite.jiesu("parked", "list")
        #expect(list.status == 0)
        #expect(list.lines.count == 17)
        #expect(list.lines.allSatisfy { $0.split(separator: "\t").count == 5 })
        let ids = try await suite.rows("SELECT id::text FROM jiesu.parked WHERE partition = 5 ORDER BY id")
            .map { try $0.get(0, as: String.self) }
        try #require(ids.count == 3)
        let show = try await suite.jiesu("parked", "show", ids[0])
        #expect(show.status == 0)
        for line in ["case: -", "reason: no_type", "topic: jiesu.cases", "partition: 5"] {
            #expect(show.lines.contains(line), "\(show)")
        }
        let retried = try await suite.jiesu("parked", "retry", ids[0])
        #expect(retried.status == 1 && retried.err.contains("can only be dropped"), "\(retried)")
        let dropped = try await suite.jiesu("parked", "drop", ids[0])
        #expect(dropped.status == 0 && dropped.out == "dropped\n", "\(dropped)")
        #expect(try await suite.jiesu("parked", "drop", ids[0]).status == 1)
        #expect(try await suite.jiesu("parked", "show", ids[0]).status == 1)
        #expect(try await suite.jiesu("parked", "list").lines.count == 16)
        // Typed wrongly: exit 2 and how to type it.
        for words in [
            ["parked"], ["parked", "eat"], ["parked", "show"], ["parked", "drop", "all"], ["parked", "list", "1"],
        ] {
            let output = try await BuiltProgram.jiesu(words + ["--data", suite.folder.path])
            #expect(output.status == 2 && output.err.contains("usage: jiesu parked"), "\(words) \(output)")
        }
        // Whatever stands on a topic, each line of `tail` is JSON.
        let tail = try await suite.jiesu("tail", "jiesu.cases", "--from", "beginning", "--until-end")
        #expect(tail.status == 0)
        let lines = try tail.lines.map { try JSON.parse(Array($0.utf8)) }
        #expect(lines.count == 36 * 4 + strange.count)
        #expect(lines.contains { $0["data"]?["hello"] == "world" })
    }
}
