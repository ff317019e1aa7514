import Casework
import Foundation
import Lifecycle
import Postgres
import Support
import Synchronization
import Telemetry
import Testing

@testable import CaseStore

/// What a service's figures say, and that they are gone while nobody can know them.
struct MetricsTests {
    private func lines(_ metrics: Metrics, _ name: String) -> [Substring] {
        metrics.text.split(separator: "\n").filter { $0.hasPrefix(name) }
    }

    /// The figure of a metric without labels, or the first of several.
    private func value(_ metrics: Metrics, _ name: String) -> Double? {
        lines(metrics, name).first?.split(separator: " ").last.flatMap { Double($0) }
    }

    @Test func theTablesGaugesAreGoneWhileTheTablesCannotBeRead() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.register(3)
        let metrics = Metrics()
        let gauges = StoreGauges(pool: fixture.pool, pause: .milliseconds(20), metrics: metrics, log: .silent)
        let running = Task { try await gauges.run() }
        defer { running.cancel() }
        func names() -> Set<Substring> {
            Set(
                metrics.text.split(separator: "\n").filter { $0.hasPrefix("jiesu_") }.map {
                    $0.prefix { $0 != " " && $0 != "{" }
                })
        }
        try await fixture.execute(
            """
            WITH a AS (INSERT INTO jiesu.account (name, title, password, roles) VALUES ('li', '李', 'x', '{officer}') RETURNING id)
            INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload)
            SELECT 'city-health', 1, n::text, 'sign', 1, a.id, '{}' FROM a, generate_series(1, 2) n
            """)
        let all: Set<Substring> = [
            "jiesu_outbox_rows", "jiesu_outbox_oldest_seconds", "jiesu_owed_rows", "jiesu_commands_waiting",
        ]
        // They may have been measured before the commands were there.
        try await eventually("the gauges are there") {
            names() == all && value(metrics, "jiesu_commands_waiting") == 2
        }
        #expect(lines(metrics, "jiesu_owed_rows").contains("jiesu_owed_rows{service=\"classification\"} 3"))
        try await fixture.execute("ALTER TABLE jiesu.parked RENAME TO elsewhere")
        try await eventually("they are gone") { names().isEmpty }
        try await fixture.execute("ALTER TABLE jiesu.elsewhere RENAME TO parked")
        try await eventually("they are back") { names() == all }
        running.cancel()
        try await running.value
    }

    @Test func aMachineWhoseClockIsWrongIsSeenAndNotWhileTheDatabaseIsAway() async throws {
        let fixture = try await Fixture()
        for (shift, least) in [(0.0, -10.0), (3600, 3590)] {
            let metrics = Metrics()
            let offset = ClockOffset(
                pool: fixture.pool, pause: .milliseconds(20), now: { Date().timeIntervalSince1970 + shift },
                metrics: metrics, log: .silent)
            let running = Task { try await offset.run() }
            try await eventually("the clocks are compared") { value(metrics, "jiesu_clock_offset_seconds") != nil }
            let seen = try #require(value(metrics, "jiesu_clock_offset_seconds"))
            #expect((least...least + 20).contains(seen))
            running.cancel()
            try await running.value
        }
    }

    @Test func aMessageIsAsOldAsItsPlaceInTheQueueAndNotAsItsEvent() async throws {
        let fixture = try await Fixture()
        try await fixture.execute("INSERT INTO jiesu.simulation (at) VALUES (clock_timestamp() - interval '1 year')")
        let ids = try await fixture.register(2)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        _ = try await fixture.store.work(Worker.routing, on: ids)
        try await fixture.execute("DELETE FROM jiesu.simulation")
        try await fixture.execute("SELECT jiesu.raise_generation()")
        let metrics = Metrics()
        let gauges = StoreGauges(pool: fixture.pool, metrics: metrics, log: .silent)
        let running = Task { try await gauges.run() }
        try await eventually("the gauge is there") { value(metrics, "jiesu_outbox_oldest_seconds") != nil }
        let age = try #require(value(metrics, "jiesu_outbox_oldest_seconds"))
        #expect((0..<3600).contains(age))
        running.cancel()
        try await running.value
    }

    @Test func theLagIsGoneWhileThereIsNoBroker() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        _ = try await fixture.register(24)
        let metrics = Metrics()
        let watching = Mutex(true)
        try await wire.run([try wire.relay(), wire.consumer(.classification, metrics: metrics)]) {
            if watching.withLock({ $0 }) {
                guard !lines(metrics, "jiesu_consumer_lag").isEmpty else { return false }
                try await fixture.execute("DELETE FROM jiesu.broker")
                watching.withLock { $0 = false }
            }
            return lines(metrics, "jiesu_consumer_lag").isEmpty
        }
    }

    @Test func anOutageIsNoHandlersTime() async throws {
        struct Away: Error {}
        let fixture = try await Fixture()
        let ids = try await fixture.register(1)
        let calls = Mutex<[ContinuousClock.Instant]>([])
        let worker = Flaky(worker: .classification) {
            let first = calls.withLock { calls in
                calls.append(.now)
                return calls[0]
            }
            if ContinuousClock.now - first < .seconds(2) { throw Away() }
        }
        let metrics = Metrics()
        let watch = BrokerWatch(pool: fixture.pool, settings: .init(brokers: ""), log: .silent)
        let consumer = CaseConsumer(worker, store: fixture.store, watch: watch, metrics: metrics, log: .silent)
        let running = Task { try await consumer.run() }
        try await eventually("the sweep has handled it") { value(metrics, "jiesu_handler_seconds_count") == 1 }
        running.cancel()
        try await running.value
        #expect(try await fixture.store.owed(to: worker, after: 0, limit: 1) == [])
        #expect(ids.count == 1)
        let outage = calls.withLock { calls in (calls.last ?? .now) - (calls.first ?? .now) }
        #expect(outage >= .seconds(2))
        let seconds = try #require(value(metrics, "jiesu_handler_seconds_sum"))
        #expect(.seconds(seconds) < outage)
    }

    /// A worker that first does something else.
    private struct Flaky: Caseworker {
        let worker: Worker
        let first: @Sendable () async throws -> Void

        init(worker: Worker, first: @escaping @Sendable () async throws -> Void) {
            self.worker = worker
            self.first = first
        }

        var service: String { worker.service }
        var states: Set<State> { worker.states }
        var wakesOn: Set<Event.Kind> { worker.wakesOn }

        func owed(after last: Int64, limit: Int) -> Query { worker.owed(after: last, limit: limit) }

        func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
            try await first()
            return try await worker.orders(for: cases, rules: rules, on: connection)
        }
    }
}
