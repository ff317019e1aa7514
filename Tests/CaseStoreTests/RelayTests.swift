import Casework
import Kafka
import Lifecycle
import Postgres
import Support
import Synchronization
import Telemetry
import Testing

@testable import CaseStore

struct RelayTests {
    /// An organisation whose topic nobody has made.
    private static let health = Destination.inbox("city-health")
    /// TOPIC_AUTHORIZATION_FAILED: the topic may be seen and not written.
    private static let forbidden: Int32 = 29

    /// Cases that wait to be announced to that organisation, and nothing else.
    private func dispatch(_ count: Int, prefix: String, _ fixture: Fixture) async throws -> [Int64] {
        let ids = try await fixture.register(count, prefix: prefix)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        let routing = Worker(service: "routing", owes: .classified, wakesOn: [.classified]) { _ in
            .dispatch(Dispatched(lead: "city-health"))
        }
        _ = try await fixture.store.work(routing, on: ids)
        try await fixture.execute("DELETE FROM jiesu.outbox WHERE topic = 'jiesu.cases'")
        return ids.sorted()
    }

    @Test func aTopicThatRefusesIsTriedWithItsOldestRowAloneAndThenFilledInOrder() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let lines = Mutex<[String]>([])
        let log = Logger(service: "test") { line in lines.withLock { $0.append(line) } }
        let relay = Relay(
            settings: try fixture.database.settings, watch: wire.watch, retry: .milliseconds(300), metrics: Metrics(),
            log: log)
        func setAside(_ count: Int64) async throws -> Bool {
            try await fixture.number("SELECT count(*) FROM jiesu.outbox WHERE set_aside") == count
        }
        var ids = try await dispatch(50, prefix: "a", fixture)
        try await wire.run([relay]) {
            try await eventually("what waits for a missing topic is set aside") { try await setAside(50) }
            ids += try await dispatch(20, prefix: "b", fixture)
            try await eventually("what comes later too") { try await setAside(70) }
            // One refusal for each request.
            wire.broker.refuse(.produce, with: Array(repeating: Self.forbidden, count: 3))
            try wire.broker.createTopic(Self.health.topic, partitions: 1)
            try await eventually("all is sent") { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
            return true
        }
        let arrived = try await wire.read(Self.health).compactMap { $0.header("ce_subject").flatMap { Int64($0) } }
        #expect(arrived == ids)
        #expect(lines.withLock { $0.count { $0.contains("topic refuses") } } == 3)
        // Each row was set aside once: none was let go only to be refused again. The server counts when the relay's
        // connection has ended.
        var changes: Int64 = 0
        try await eventually("the server has counted") {
            changes = try await fixture.number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'outbox'")
            return changes > 0
        }
        #expect(changes == 70)
    }

    @Test func aTopicWithFewerPartitionsThanTheDatabaseSaysGetsNothing() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        try await fixture.execute("UPDATE jiesu.setting SET value = 13 WHERE name = 'partitions'")
        let ids = try await fixture.register(30)
        try await wire.run([try wire.relay()]) {
            try await fixture.number("SELECT count(*) FROM jiesu.outbox WHERE set_aside") == 30
        }
        #expect(try await wire.read(.cases).isEmpty)
        try await fixture.execute("UPDATE jiesu.setting SET value = 12 WHERE name = 'partitions'")
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        #expect(Set(try await wire.read(.cases).map { $0.header("ce_subject") }) == Set(ids.map { "\($0)" }))
    }

    /// It began before others, ends long after them, and holds ids lower than theirs.
    @Test func whatATransactionThatEndsLateHasWrittenIsNotPassedOver() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let late = try await fixture.database.connection()
        try await late.script(
            """
            BEGIN;
            INSERT INTO jiesu.case_event (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
            VALUES (4711, 1, 'registered', 'x', 'complainant', 1, 'p000-06@1', now(), '{jiesu.cases}', '{}', '');
            INSERT INTO jiesu.outbox (case_id, version, topic) VALUES (4711, 1, 'jiesu.cases')
            """)
        // The youngest of all, so that no snapshot's xmax lies above it.
        let writer: Int64 = try await late.query("SELECT pg_current_xact_id()::text::bigint").only().get(0)
        let asking = try await fixture.database.connection()
        #expect(try await OutboxBatch.mark(on: asking).next > writer)
        await asking.close()
        try await wire.run([try wire.relay()]) {
            // Many rounds, each of which may move the floor.
            for round in 1...10 {
                _ = try await fixture.register(3, prefix: "\(round)")
                try await eventually("the others are sent") {
                    try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
                }
            }
            try await late.script("COMMIT")
            try await eventually("so is the late one") {
                try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
            }
            return true
        }
        await late.close()
        #expect(try await wire.read(.cases).contains { $0.header("ce_subject") == "4711" })
    }

    @Test func aBatchEndsAfterSomeMegabytes() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await fixture.register(40)
        // Events of 200,000 bytes: more than four megabytes of them wait.
        try await fixture.execute("ALTER TABLE jiesu.case_event DISABLE TRIGGER case_event_append_only")
        try await fixture.execute(
            "UPDATE jiesu.case_event SET payload = '{\"x\":\"' || repeat('x', 200000) || '\"}'")
        let connection = try await fixture.database.connection()
        let batch = try await OutboxBatch.waiting(limit: 2000, on: connection).batch
        let bytes = batch.entries.reduce(0) { $0 + $1.event.payload.utf8.count }
        #expect(batch.entries.count == 21)
        #expect(bytes - 200_008 < OutboxBatch.bytes && bytes >= OutboxBatch.bytes)
        #expect(!batch.isWhole)
        #expect(try await OutboxBatch.waiting(limit: 3, on: connection).batch.entries.count == 3)
        await connection.close()
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        #expect(Set(try await wire.read(.cases).map { $0.header("ce_subject") }) == Set(ids.map { "\($0)" }))
    }
}
