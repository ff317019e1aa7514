import Casework
import Kafka
import Postgres
import Support
import Testing
import WorkingTime

@testable import CaseStore

/// Topics that are filled again from the event table.
struct RefillTests {
    private static let urban = Destination.inbox("city-urban")
    private static let transport = Destination.inbox("city-transport")

    /// Cases of which two organisations were told once.
    private func dispatched(_ count: Int, _ fixture: Fixture, prefix: String = "k") async throws -> [Int64] {
        let ids = try await fixture.register(count, prefix: prefix)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        _ = try await fixture.store.work(Worker.routing, on: ids)
        return ids.sorted()
    }

    /// One more event of each case, of which the first organisation is told.
    private func happen(_ ids: [Int64], _ fixture: Fixture) async throws {
        try await fixture.execute(
            """
            WITH event AS (
                INSERT INTO jiesu.case_event
                    (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
                SELECT e.case_id, max(e.version) + 1, 'noted', 'test-' || max(e.version), 'system', 1, 'p', jiesu.clock(),
                    ARRAY[\(Self.urban.topic)], '{}', '\\x00'::bytea
                FROM jiesu.case_event e WHERE e.case_id = ANY(\(ids)) GROUP BY e.case_id
                RETURNING case_id, version)
            INSERT INTO jiesu.outbox (case_id, version, topic)
            SELECT case_id, version, \(Self.urban.topic) FROM event
            """)
    }

    /// What a reader of a generation has seen first, case by case.
    private func firstCopies(_ messages: [IncomingMessage], generation: Int64) -> [String: [String]] {
        var seen: [String: [String]] = [:]
        for message in messages where message.header("ce_source") == "/jiesu/\(generation)" {
            guard let id = message.header("ce_subject"), let version = message.header("ce_caseversion"),
                seen[id]?.contains(version) != true
            else { continue }
            seen[id, default: []].append(version)
        }
        return seen
    }

    /// What it must have seen: all, in order.
    private func told(_ destination: Destination, _ fixture: Fixture) async throws -> [String: [String]] {
        let rows = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT case_id::text, array_agg(version::text ORDER BY version) FROM jiesu.case_event
                WHERE \(destination.topic) = ANY(told) GROUP BY case_id
                """)
        }
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.get(0), try $0.get(1)) })
    }

    /// Until the relay knows of a generation and has read the outbox some times since.
    private func relayLooks(_ wire: Wire, _ generation: Int64) async throws {
        try await eventually("the relay knows of the generation") { wire.watch.broker?.generation == generation }
        var looks: Set<String> = []
        try await eventually("the relay looks", every: .milliseconds(10)) {
            let found = try await wire.fixture.pool.withConnection { connection in
                try await connection.query(
                    """
                    SELECT query_start::text FROM pg_stat_activity WHERE datname = current_database()
                        AND pid <> pg_backend_pid() AND query LIKE '%jiesu.outbox WHERE NOT set\\_aside%'
                    """)
            }
            for row in found { looks.insert(try row.get(0)) }
            return looks.count > 5
        }
    }

    private func isEmpty(_ fixture: Fixture) async throws -> Bool {
        try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
    }

    @Test func copiesOfTheChosenCasesGoOutBehindWhatWaitsAndCanGoOutAgain() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let old = try await dispatched(7, fixture)
        try await fixture.execute("UPDATE jiesu.case_file SET changed_at = changed_at - interval '2 days'")
        let since = Moment(
            microseconds: try await fixture.number("SELECT jiesu.micros(jiesu.clock() - interval '1 day')"))
        let young = try await dispatched(5, fixture, prefix: "young")
        try await wire.run([try wire.relay()]) { try await isEmpty(fixture) }
        let refill = Refill(pool: fixture.pool, step: 2)
        for _ in 0..<2 {
            var steps: [Refill.Progress] = []
            let progress = try await refill.copy(.init(since: since, topic: Self.urban.topic)) { steps.append($0) }
            #expect(progress.messages == 5 && steps.count == 3, "\(steps)")
        }
        #expect(try await refill.copy(.init(caseID: old[3])) { _ in }.messages == 2, "to all but jiesu.cases")
        let events = try await fixture.number("SELECT version FROM jiesu.case_file WHERE id = \(old[3])")
        #expect(try await refill.copy(.init(topic: "jiesu.cases", caseID: old[3])) { _ in }.messages == events)
        #expect(try await refill.copy(.init(topic: "jiesu.inbox.nobody")) { _ in }.messages == 0)
        try await wire.run([try wire.relay()]) { try await isEmpty(fixture) }
        let arrived = try await wire.read(Self.urban).compactMap { $0.header("ce_subject").flatMap { Int64($0) } }
        #expect(arrived.dropFirst(12) == (young + young + [old[3]])[...])
        #expect(Set(try await wire.read(Self.urban).map { $0.header("ce_source") }).count == 1)
    }

    @Test func aNewGenerationTellsEachCaseFromItsFirstEventThoughMoreHappensMeanwhile() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await dispatched(20, fixture)
        for _ in 0..<3 { try await happen(ids, fixture) }
        let refill = Refill(pool: fixture.pool, step: 6)
        var generation: Int64 = 0
        var atEnd = 0
        try await wire.run([try wire.relay()]) {
            guard try await isEmpty(fixture) else { return false }
            // Some of these are on their way when it begins.
            try await happen(ids, fixture)
            generation = try await refill.begin(since: nil).generation
            try await happen([ids[19]], fixture)
            try await relayLooks(wire, generation)
            for round in 0..<3 {
                try await happen([ids[0], ids[9], ids[19]], fixture)
                #expect(try await refill.goOnOnce() != nil, "step \(round)")
            }
            atEnd = try await wire.read(Self.urban).count
            let later = try await dispatched(3, fixture, prefix: "later")
            // It broke off; whoever goes on finds where.
            var last: Refill.Progress?
            let progress = try await Refill(pool: fixture.pool, step: 100).goOn { last = $0 }
            #expect(progress == last && progress?.messages == 20 * 6 + 1 + 2 + 4)
            try await happen(ids + later, fixture)
            try await eventually("all is sent") { try await isEmpty(fixture) }
            return true
        }
        let messages = try await wire.read(Self.urban)
        #expect(messages.prefix(atEnd).allSatisfy { $0.header("ce_source") != "/jiesu/\(generation)" })
        #expect(firstCopies(messages, generation: generation) == (try await told(Self.urban, fixture)))
        #expect(
            firstCopies(try await wire.read(Self.transport), generation: generation)
                == (try await told(Self.transport, fixture)))
        #expect(try await refill.goOn { _ in } == nil, "none is under way")
    }

    /// A topic that refuses is tried with its oldest row: that must be one of the refilled.
    @Test func whatWasSetAsideGoesBehindWhatIsRefilled() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await dispatched(4, fixture)
        try await happen(ids, fixture)
        try await wire.run([try wire.relay()]) { try await isEmpty(fixture) }
        try await happen(ids, fixture)
        try await fixture.execute("UPDATE jiesu.outbox SET set_aside = true")
        let refill = Refill(pool: fixture.pool)
        let first = try await refill.begin(since: nil).generation
        _ = try await refill.goOn { _ in }
        // Before anything went out another begins, for cases of which nothing is new enough: what the first left is seen to.
        let second = try await refill.begin(since: Moment(microseconds: 4_000_000_000_000_000)).generation
        #expect(second > first)
        _ = try await refill.goOn { _ in }
        try await wire.run([try wire.relay()]) { try await isEmpty(fixture) }
        #expect(
            firstCopies(try await wire.read(Self.urban), generation: second) == (try await told(Self.urban, fixture)))
    }

    @Test func aRestoredDatabaseGivesNoNumberAndNoGenerationAgain() async throws {
        let fixture = try await Fixture()
        let before = try await dispatched(3, fixture)
        let now = try await fixture.number("SELECT extract(epoch FROM clock_timestamp())::bigint")
        let refill = Refill(pool: fixture.pool)
        let begun = try await refill.begin(since: nil, skippedNumbers: 1000)
        #expect(begun.generation >= now, "another timeline counted on, and had fewer than one a second")
        #expect(begun.nextCase ?? 0 > before[2] + 1000)
        _ = try await refill.goOn { _ in }
        #expect(try await dispatched(1, fixture, prefix: "n").first == begun.nextCase)
        let again = try await refill.begin(since: nil)
        #expect(again.generation > begun.generation && again.nextCase == nil)
        // The embedded broker leaves none half done.
        try await fixture.execute("SELECT jiesu.raise_generation()")
        #expect(try await refill.goOn { _ in } == nil)
    }
}
