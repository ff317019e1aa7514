import Casework
import Postgres
import Support
import Testing
import WorkingTime

@testable import CaseStore

/// The digest that the city gives away each day, and what it shows later.
struct DigestTests {
    /// Steps legal time.
    private func set(_ time: String, _ fixture: Fixture) async throws {
        try await fixture.execute(
            """
            INSERT INTO jiesu.simulation (at) VALUES (\(time)::timestamptz) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at
            """)
    }

    /// Some cases of 1 March, dispatched, and the digest of that day.
    private func sealed(_ count: Int) async throws -> (fixture: Fixture, ids: [Int64], kept: Digests.Kept) {
        let fixture = try await Fixture()
        try await set("2026-03-01 10:00+08", fixture)
        let ids = try await fixture.register(count)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        _ = try await fixture.store.work(Worker.routing, on: ids)
        try await set("2026-03-02 00:00:01+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == 1)
        return (fixture, ids, try #require(try await Digests.verify(pool: fixture.pool).last))
    }

    /// Whoever owns the tables can get past the triggers.
    private func tamper(_ fixture: Fixture, _ sql: String) async throws {
        let owner = try await fixture.database.connection()
        try await owner.script("SET session_replication_role = replica; \(sql)")
        await owner.close()
    }

    @Test func aDigestIsMadeWhenADayIsOverAndCoversWhatChangedSinceTheLast() async throws {
        let fixture = try await Fixture()
        try await set("2026-03-01 10:00+08", fixture)
        var round = try await Digests.seal(pool: fixture.pool)
        #expect(round.made == nil, "there is no case yet")
        #expect(round.next == .seconds(14 * 3600))
        let ids = try await fixture.register(3)
        try await set("2026-03-01 23:59:59+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == nil)

        try await set("2026-03-02 00:00+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == 1)
        round = try await Digests.seal(pool: fixture.pool)
        #expect(round.made == nil && round.next == .seconds(24 * 3600), "once is enough")

        // A day on which nobody made one, and nothing happened.
        try await set("2026-03-04 08:00+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == 2)
        #expect(try await fixture.store.work(Worker.classification, on: [ids[1]]).done == 1)
        try await set("2026-03-05 08:00+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == 3)
        let digests = try await fixture.pool.withConnection { connection in
            try await connection.query(
                "SELECT concat_ws(' ', day, cases, events > 0) FROM jiesu.digest ORDER BY number")
        }.map { try $0.get(0, as: String.self) }
        #expect(digests == ["2026-03-01 3 t", "2026-03-03 0 f", "2026-03-04 1 t"])
        #expect(
            try await fixture.number("SELECT sum(events)::bigint FROM jiesu.digest")
                == (try await fixture.number("SELECT count(*) FROM jiesu.case_event")))
        let report = try await Digests.verify(pool: fixture.pool)
        #expect(report.digests == 3 && report.heads == 4 && report.faults == [])
    }

    @Test func whoeverDiedMeanwhileIsFollowedByOneWhoGoesOn() async throws {
        let fixture = try await Fixture()
        try await set("2026-03-01 10:00+08", fixture)
        _ = try await fixture.register(5)
        try await set("2026-03-02 00:00+08", fixture)
        #expect(try await fixture.number("SELECT jiesu.digest_cases(0, 2)") == 2)
        #expect(try await Digests.seal(pool: fixture.pool).made == 1)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.digest_piece") == 2)
        #expect(try await fixture.number("SELECT cases FROM jiesu.digest") == 5)
        #expect(try await Digests.verify(pool: fixture.pool).faults == [])
    }

    /// Changes an event, and gives it and all that follow fitting hashes.
    private static let rewriting = """
        UPDATE jiesu.case_event SET payload = replace(payload, 'ordinary', 'urgent') WHERE case_id = 2 AND kind = 'classified';
        UPDATE jiesu.case_event e SET hash = n.hash FROM (
            SELECT case_id, version, jiesu.chain(NULL::bytea, jiesu.event_body(case_id, version, kind, command, actor, round, policy, at,
                told, payload)) OVER (PARTITION BY case_id ORDER BY version ROWS UNBOUNDED PRECEDING) AS hash
            FROM jiesu.case_event) AS n
        WHERE e.case_id = n.case_id AND e.version = n.version;
        UPDATE jiesu.case_file f SET head = (SELECT e.hash FROM jiesu.case_event e WHERE e.case_id = f.id AND e.version = f.version);
        """
    /// Makes the digest anew besides.
    private static let resealing = """
        UPDATE jiesu.digest_piece p SET (heads, hash) = (
            SELECT string_agg(substr(e.hash, 1, 8), ''::bytea ORDER BY e.case_id),
                sha256(string_agg(jiesu.digest_line(e.case_id, e.version, e.hash), ''::bytea ORDER BY e.case_id))
            FROM unnest(p.cases, p.versions) AS n (case_id, version) JOIN jiesu.case_event e USING (case_id, version));
        UPDATE jiesu.digest SET hash = jiesu.digest_hash(number, day, sealed_at, cases, events, previous);
        """

    @Test func anOldEventWhoseWholeChainWasHashedAnewIsFoundByTheDigestAndNotByTheChain() async throws {
        let (fixture, ids, kept) = try await sealed(3)
        try #require(ids.contains(2))
        let version = try await fixture.number("SELECT version FROM jiesu.case_file WHERE id = 2")
        try await tamper(fixture, Self.rewriting)
        #expect(
            try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE payload LIKE '%urgent%'") == 1,
            "it was changed")
        #expect(try await Audit.verify(pool: fixture.pool).broken == [], "the chains fit")
        let report = try await Digests.verify(pool: fixture.pool)
        #expect(report.faults == [.changed(caseID: 2, version: Int(version), day: kept.day)])
        #expect(try await Digests.verify(kept: [kept], pool: fixture.pool).faults == report.faults)

        // Whoever makes the digests anew too is found only by what was kept outside.
        try await tamper(fixture, Self.resealing)
        #expect(try await Digests.verify(pool: fixture.pool).faults == [])
        let now = try #require(try await Digests.verify(pool: fixture.pool).last)
        #expect(now.day == kept.day && now.hash != kept.hash)
        #expect(
            try await Digests.verify(kept: [kept], pool: fixture.pool).faults == [
                .disagrees(day: kept.day, has: now.hash)
            ])
    }

    @Test func laterEventsAndLaterDigestsTakeNothingFromAnEarlierOne() async throws {
        let (fixture, ids, kept) = try await sealed(2)
        let withdraw = Command(id: "w", seen: .round(1), by: .complainant, order: .withdraw(Withdrawn()))
        _ = try await fixture.store.perform([.init(caseID: ids[0], command: withdraw)])[0].get()
        try await set("2026-03-03 01:00+08", fixture)
        #expect(try await Digests.seal(pool: fixture.pool).made == 2)
        let report = try await Digests.verify(kept: [kept], pool: fixture.pool)
        #expect(report.faults == [] && report.heads == 3)
        #expect(
            try await Digests.verify(kept: [.init(day: "2026-02-28", hash: kept.hash)], pool: fixture.pool).faults == [
                .disagrees(day: "2026-02-28", has: nil)
            ])
    }

    @Test(arguments: [
        ("DELETE FROM jiesu.case_event WHERE case_id = 1; DELETE FROM jiesu.case_file WHERE id = 1", true),
        ("UPDATE jiesu.digest SET events = events + 1", false),
        ("UPDATE jiesu.digest_piece SET versions[1] = versions[1] - 1", true),
        ("UPDATE jiesu.digest_piece SET hash = sha256(hash)", false),
        ("DELETE FROM jiesu.digest_piece", false),
        ("UPDATE jiesu.digest SET number = 2", false),
    ])
    func whatIsMissingOrDoesNotFitIsFound(sql: String, namesCase: Bool) async throws {
        let (fixture, _, kept) = try await sealed(2)
        try await tamper(fixture, sql)
        let faults = try await Digests.verify(pool: fixture.pool).faults
        if namesCase {
            guard case .changed(caseID: 1, version: _, day: kept.day)? = faults.first else {
                Issue.record("\(faults)")
                return
            }
        } else {
            #expect(faults == [.broken(day: kept.day)])
        }
    }

    @Test func aDigestGoesOutOnItsTopicAndAgainInTheNextGeneration() async throws {
        let (fixture, _, kept) = try await sealed(1)
        for generation in 2...3 {
            let wire = try await Wire(fixture)
            try await wire.run([try wire.relay()]) {
                try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
            }
            let messages = try await wire.read(.digests)
            #expect(messages.count == 1)
            let message = try #require(messages.first)
            #expect(message.header("ce_type") == "jiesu.digest" && message.header("ce_hash") == kept.hash)
            #expect(message.header("ce_id") == "\(generation):digest:1" && message.header("ce_subject") == nil)
            #expect(message.key.map { String(decoding: $0, as: UTF8.self) } == "1")
            let text = String(decoding: message.value ?? [], as: UTF8.self)
            #expect(text.contains("\"day\":\"2026-03-01\"") && text.contains("\"hash\":\"\(kept.hash)\""), "\(text)")
        }
    }

    @Test func whoeverFillsTopicsAgainAnnouncesTheDigestsToo() async throws {
        let (fixture, ids, _) = try await sealed(1)
        let refill = Refill(pool: fixture.pool)
        let announced: Query = "SELECT count(*) FROM jiesu.outbox WHERE topic = 'jiesu.digests'"
        #expect(try await fixture.number(announced) == 1)
        #expect(try await refill.copy(.init(topic: "jiesu.digests")) { _ in }.messages == 1)
        _ = try await refill.copy(.init(caseID: ids[0])) { _ in }
        _ = try await refill.copy(.init(since: Moment(iso8601: "2026-04-01T00:00:00+08:00"))) { _ in }
        #expect(try await fixture.number(announced) == 2)
        _ = try await refill.begin(since: nil)
        #expect(try await fixture.number(announced) == 3)
    }

    @Test func whatChangedIsLookedForAmongSomeCasesAtATime() async throws {
        let (fixture, _, _) = try await sealed(1)
        let owner = try await fixture.database.connection()
        try await owner.script(
            """
            INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, accused, helpers,
                registered_at, changed_at, head, digested)
            SELECT n, 1, 'closed', 1, 'x', 'named', '{}', '{}', '{}', '{}', '{}', now(), now(), '', 1
            FROM generate_series(100, 20000) AS n;
            ANALYZE jiesu.case_file;
            BEGIN
            """)
        let looked = try await owner.query("SELECT jiesu.digest_due(), jiesu.digest_cases(0, 10)").only()
        #expect(try looked.get(1, as: Int64?.self) == 500)
        let scans = try await owner.query(
            "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'case_file'"
        ).only().get(0, as: Int64.self)
        #expect(scans == 0)
        await owner.close()
    }
}
