import Casework
import Kafka
import Lifecycle
import Postgres
import Support
import Telemetry
import Testing

@testable import CaseStore
@testable import Reporting

/// Facts made of what stands in a real database, by a role that may do no more.
struct FactMakingTests {
    private static let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("a")]

    /// Makes the facts of these cases, parked ones left alone.
    private func make(_ ids: [Int64], in fixture: ReportingFixture) async throws -> CaseStore.Work {
        try await FactMaking().work(on: ids, in: fixture.cases)
    }

    @Test func eventsBecomeRows() async throws {
        let fixture = try await ReportingFixture()
        let lives: [[Event]] = [
            [], Self.handled,
            Self.handled + [
                Life.missed("close"), Life.supervised(1), Life.replied, Life.rated(.dissatisfied), Life.reopened(2),
                Life.dispatched("b"), Life.replied, Life.rated(.verySatisfied), Life.closed,
            ],
        ]
        for (index, events) in lives.enumerated() { try await fixture.add(Int64(index + 1), events) }
        #expect(try await fixture.owed() == [1, 2, 3])
        #expect(try await make([3, 1, 2], in: fixture) == CaseStore.Work(done: 3))
        #expect(try await fixture.owed() == [])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_file WHERE reported <> version") == 0)
        for (index, events) in lives.enumerated() {
            #expect(try await fixture.facts(of: Int64(index + 1)) == Life.facts(events).map(\.text))
        }
    }

    @Test func `a fact says which schemes governed, by which of them a limit held, and who wrote the rating down`()
        async throws
    {
        let fixture = try await ReportingFixture()
        try await fixture.add(1, Self.handled + [Life.replied, Life.rated(.satisfied)])
        try await fixture.add(2, [])
        _ = try await make([1, 2], in: fixture)
        let facts = try await fixture.texts(
            """
            SELECT concat_ws(' ', case_id, profiles, limited_by, coalesce(rated_by, '-')) FROM jiesu.report_fact ORDER BY case_id
            """)
        #expect(facts == ["1 {life} {life} agent", "2 {life} {} -"])
    }

    @Test func doneTwiceItChangesNothing() async throws {
        let fixture = try await ReportingFixture()
        try await fixture.add(1, Self.handled + [Life.replied, Life.reopened(2)])
        _ = try await make([1], in: fixture)
        let places = try await fixture.places()
        #expect(places.count == 2)
        #expect(try await make([1, 1], in: fixture) == CaseStore.Work())
        // Even what is made anew from the beginning leaves every row where it is.
        try await fixture.execute("UPDATE jiesu.case_file SET reported = 0")
        #expect(try await make([1, 1], in: fixture) == CaseStore.Work(done: 1))
        #expect(try await fixture.places() == places)
    }

    @Test func aCaseThatWentOnIsTakenAgainAndOnlyWhatChangedIsWritten() async throws {
        let fixture = try await ReportingFixture()
        try await fixture.add(1, Self.handled + [Life.replied, Life.reopened(2)])
        try await fixture.add(2, Self.handled)
        _ = try await make([1, 2], in: fixture)
        let places = try await fixture.places()
        try await fixture.append([Life.dispatched("b"), Life.replied], to: 1)
        #expect(try await fixture.owed() == [1])
        #expect(try await make([1, 2], in: fixture) == CaseStore.Work(done: 1))
        #expect(
            try await fixture.facts(of: 1) == [
                "1 replied a telecom r0 a2 d3 p4 limited", "2* replied b telecom r0 a2 d6 p7 limited",
            ])
        let after = try await fixture.places()
        #expect(after.count == 3)
        #expect(Set(after).intersection(places).count == 2, "the first round and the other case stay where they were")
    }

    @Test func aDeathInBetweenCostsNothingAndLeavesNothingHalfDone() async throws {
        let fixture = try await ReportingFixture()
        for id in 1...3 as ClosedRange<Int64> { try await fixture.add(id, Self.handled) }
        // The facts are written when the server's process dies, and the mark is not.
        let admin = try await fixture.database.connection()
        try await admin.script(
            """
            CREATE FUNCTION jiesu.die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
            CREATE TRIGGER die BEFORE UPDATE OF reported ON jiesu.case_file FOR EACH ROW WHEN (NEW.id = 2)
                EXECUTE FUNCTION jiesu.die();
            """)
        await #expect(throws: (any Error).self) { try await make([1, 2, 3], in: fixture) }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.report_fact") == 0)
        #expect(try await fixture.owed() == [1, 2, 3])
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 0)
        try await admin.script("DROP TRIGGER die ON jiesu.case_file")
        await admin.close()
        #expect(try await make([1, 2, 3], in: fixture) == CaseStore.Work(done: 3))
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.report_fact") == 3)
    }

    @Test func whatHappensWhileItWaitsForACaseIsCountedInOrTakenAgain() async throws {
        let fixture = try await ReportingFixture()
        for id in 1...3 as ClosedRange<Int64> { try await fixture.add(id, Self.handled) }
        let holder = try await fixture.database.connection()
        try await holder.script("BEGIN")
        try await ReportingFixture.append([Life.replied], to: 2, on: holder)
        let making = Task { try await make([1, 2, 3], in: fixture) }
        try await eventually("it waits for the case") {
            try await fixture.number(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'jiesu_reporting'
                    AND wait_event_type = 'Lock'
                """) == 1
        }
        try await holder.script("COMMIT")
        #expect(try await making.value == CaseStore.Work(done: 3))
        #expect(try await fixture.facts(of: 2) == ["1* replied a telecom r0 a2 d3 p4 limited"])
        // What commits after that is owed again.
        try await holder.script("BEGIN")
        try await ReportingFixture.append([Life.closed], to: 2, on: holder)
        #expect(try await fixture.owed() == [])
        try await holder.script("COMMIT")
        await holder.close()
        #expect(try await fixture.owed() == [2])
        _ = try await make([2], in: fixture)
        #expect(try await fixture.facts(of: 2) == ["1* closed a telecom r0 a2 d3 p4 c5 limited"])
    }

    @Test func severalMakersAndChangesAtOnceComeToWhatAllEventsMakeAtOnce() async throws {
        let fixture = try await ReportingFixture()
        var random = SeededGenerator()
        let lives = (1...12).map { _ in
            FactPropertyTests.events(5 + random.below(25), using: &random).filter { $0.kind != .registered }
        }
        for id in lives.indices { try await fixture.add(Int64(id + 1), []) }
        try await withThrowingTaskGroup { group in
            for (index, events) in lives.enumerated() {
                group.addTask {
                    for event in events { try await fixture.append([event], to: Int64(index + 1)) }
                }
            }
            for _ in 0..<3 { group.addTask { for _ in 0..<15 { try await fixture.makeAll() } } }
            try await group.waitForAll()
        }
        try await fixture.makeAll()
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 0, "seed \(random.seed)")
        for (index, events) in lives.enumerated() {
            #expect(
                try await fixture.facts(of: Int64(index + 1)) == Life.facts(events).map(\.text), "seed \(random.seed)")
        }
    }

    @Test func whatCannotBeFoldedIsParkedAndTheRestGoesOn() async throws {
        let fixture = try await ReportingFixture()
        for id in 1...6 as ClosedRange<Int64> { try await fixture.add(id, Self.handled) }
        let stored: [(Int64, Query)] = [
            (2, "SELECT 2, 5, 'invented', 'x', 'x', 1, 'x', now(), '{}'::text[], '{}', ''::bytea"),
            (3, "SELECT 3, 5, 'replied', 'x', 'x', 1, 'x', now(), '{}'::text[], '{\"to\": 7}', ''::bytea"),
        ]
        for (_, row) in stored {
            let connection = try await fixture.database.connection()
            _ = try await connection.script("INSERT INTO jiesu.case_event \(row)")
            await connection.close()
        }
        // And one that lacks an event, and one in a round that no column holds. What is in its first round is not folded.
        try await fixture.execute("UPDATE jiesu.case_file SET version = 5, round = 2 WHERE id IN (2, 3, 4)")
        try await fixture.append([Life.reopened(40_000)], to: 5)
        #expect(try await make([1, 2, 3, 4, 5, 6], in: fixture) == CaseStore.Work(done: 2, parked: 4))
        #expect(
            try await fixture.texts("SELECT case_id || ' ' || reason FROM jiesu.parked ORDER BY case_id") == [
                "2 unreadable", "3 unreadable", "4 unreadable", "5 sqlstate_22003",
            ])
        #expect(try await fixture.texts("SELECT DISTINCT service FROM jiesu.parked") == ["reporting"])
        #expect(try await fixture.texts("SELECT case_id::text FROM jiesu.report_fact ORDER BY case_id") == ["1", "6"])
        #expect(try await fixture.owed() == [])
        #expect(try await make([2, 3], in: fixture) == CaseStore.Work())
    }

    @Test func aCaseThatThereIsNotIsNamed() async throws {
        let fixture = try await ReportingFixture()
        try await fixture.add(1, [])
        #expect(try await make([1, 4711], in: fixture) == CaseStore.Work(done: 1, unknown: [4711]))
    }

    @Test(arguments: [
        "UPDATE jiesu.case_file SET version = 1", "UPDATE jiesu.case_file SET state = 'closed'",
        "INSERT INTO jiesu.case_event SELECT * FROM jiesu.case_event", "DELETE FROM jiesu.report_fact",
        "SELECT text FROM jiesu.submission", "SELECT name FROM jiesu.complainant", "SELECT text FROM jiesu.note",
    ])
    func itsRoleMayDoNothingElse(sql: String) async throws {
        let fixture = try await Self.shared.value
        let connection = try await Connection.connect(fixture.database.settings(as: "jiesu_reporting"))
        await #expect { try await connection.script(sql) } throws: { ($0 as? PostgresError)?.sqlState == "42501" }
        await connection.close()
    }
    private static let shared = Task { try await ReportingFixture() }
}

/// The service's loop: woken by messages, and sent to the tables by the sweep.
struct FactMakingLoopTests {
    private func registration(_ key: String) -> Registration {
        Registration(
            key: key, request: [1], line: "12345", actor: .complainant, channel: "phone_hotline", identity: .named,
            contact: .init(name: "测试人", phone: "000-0000"), text: "路灯不亮")
    }

    private func run(_ services: [any Service], until condition: () async throws -> Bool) async throws {
        let tasks = services.map { service in Task { try await service.run() } }
        defer { for task in tasks { task.cancel() } }
        try await eventually("facts are made", condition)
        for task in tasks.reversed() {
            task.cancel()
            try await task.value
        }
    }

    private struct NotRegistered: Error {}

    private func consumer(
        _ fixture: ReportingFixture, _ watch: BrokerWatch, sweep: Duration
    ) -> CaseConsumer<FactMaking> {
        var limits = CaseConsumer<FactMaking>.Limits()
        limits.sweep = sweep
        return CaseConsumer(
            FactMaking(), store: fixture.cases, watch: watch, limits: limits, metrics: Metrics(), log: .silent)
    }

    @Test func messagesWakeIt() async throws {
        let fixture = try await ReportingFixture()
        let broker = try EmbeddedBroker(topics: [(Destination.cases.topic, 12)], log: .silent)
        try await fixture.execute("INSERT INTO jiesu.broker (address) VALUES (\(broker.bootstrap))")
        let watch = BrokerWatch(pool: fixture.pool, settings: KafkaSettings(brokers: ""), log: .silent)
        let relay = Relay(settings: try fixture.database.settings, watch: watch, metrics: Metrics(), log: .silent)
        let centre = CaseStore(pool: fixture.pool)
        var withdrawn = 0
        // No sweep comes after the one at the start, so what is made later was told by messages. That a case was registered
        // tells nobody to hurry; what follows does.
        try await run([watch, relay, consumer(fixture, watch, sweep: .seconds(3600))]) {
            if withdrawn < 5 {
                withdrawn += 1
                guard case .registered(let receipt) = try await centre.register([registration("k\(withdrawn)")])[0]
                else {
                    throw NotRegistered()
                }
                let command = Command(id: "w", seen: .round(1), by: .complainant, order: .withdraw(Withdrawn()))
                _ = try await centre.perform([.init(caseID: receipt.number.id, command: command)])[0].get()
                return false
            }
            return try await fixture.number("SELECT count(*) FROM jiesu.report_fact WHERE state = 'withdrawn'") == 5
        }
        broker.close()
    }

    @Test func withoutABrokerTheSweepFindsThem() async throws {
        let fixture = try await ReportingFixture()
        let watch = BrokerWatch(pool: fixture.pool, settings: KafkaSettings(brokers: ""), log: .silent)
        let centre = CaseStore(pool: fixture.pool)
        var registered = 0
        try await run([watch, consumer(fixture, watch, sweep: .milliseconds(50))]) {
            let made = try await fixture.number("SELECT count(*) FROM jiesu.report_fact")
            guard made == registered, registered < 3 else { return made == 3 }
            registered += 1
            _ = try await centre.register([registration("k\(registered)")])
            return false
        }
    }
}
