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

    @Test func aBatchEndsAfterSomeMegabytes() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await fixture.register(40)
        // Events of 200,000 bytes: more than four megabytes of them wait.
        try await fixture.execute("ALTER TABLE jiesu.case_event DISABLE TRIGGER case_event_append_only")
        try await fixture.execute(
            "UPDATE jiesu.case_event SET payload = '{\"x\":\"' || repeat('x', 200000) || '\"}'")
        let connection = try await fixture.database.connection()
        let batch = try await OutboxBatch.waiting(limit: 2000, on: connection)
        let bytes = batch.entries.reduce(0) { $0 + $1.event.payload.utf8.count }
        #expect(batch.entries.count == 21)
        #expect(bytes - 200_008 < OutboxBatch.bytes && bytes >= OutboxBatch.bytes)
        #expect(!batch.isWhole)
        #expect(try await OutboxBatch.waiting(limit: 3, on: connection).entries.count == 3)
        await connection.close()
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        #expect(Set(try await wire.read(.cases).map { $0.header("ce_subject") }) == Set(ids.map { "\($0)" }))
    }
}
