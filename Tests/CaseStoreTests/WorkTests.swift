@testable import CaseStore
import Casework
import Postgres
import Testing
import WorkingTime

struct WorkTests {
    @Test func aBatchIsDecidedOnceHoweverOftenItIsDelivered() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(50)
        let works = try await withThrowingTaskGroup(of: CaseStore.Work.self) { group in
            for _ in 0..<4 { group.addTask { try await fixture.store.work(Worker.classification, on: ids.shuffled()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(works.map(\.done).reduce(0, +) == 50)
        #expect(try await fixture.store.work(Worker.classification, on: ids) == CaseStore.Work())
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event") == 100)
    }

    @Test func whatARuleRefusesIsParkedAndTheRestGoesOn() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(10)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        let bad = ids[3]
        let router = Worker(service: "routing", owes: .classified, wakesOn: [.classified]) { file in
            .dispatch(Dispatched(lead: file.id == bad ? "nobody" : "city-urban"))
        }
        let work = try await fixture.store.work(router, on: ids)
        #expect(work.done == 9)
        #expect(work.parked == 1)
        #expect(
            try await fixture.numbers("SELECT case_id FROM jiesu.parked WHERE reason = 'unknown_organisation'") == [bad]
        )
        // The sweep leaves it alone until somebody lets it be tried again.
        #expect(try await fixture.store.owed(to: router, after: 0, limit: 100) == [])
        try await fixture.execute("DELETE FROM jiesu.parked")
        #expect(try await fixture.store.owed(to: router, after: 0, limit: 100) == [bad])
        #expect(try await fixture.store.work(Worker.routing, on: [bad]).done == 1)
    }

    @Test func whatTheDatabaseRefusesAsDataIsNarrowedDownToTheOneAtFault() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(33)
        let bad = Set([ids[0], ids[16], ids[32]])
        // A constraint that only these break, as a hand in the tables or a newer schema might bring.
        try await fixture.execute(
            "ALTER TABLE jiesu.case_event ADD CONSTRAINT no_curse CHECK (payload NOT LIKE '%cursed%')")
        let worker = Worker(service: "classification", owes: .registered, wakesOn: [.registered]) { file in
            .classify(
                Finding(nature: bad.contains(file.id) ? "cursed" : "complaint", subject: "health", urgency: "ordinary"))
        }
        let work = try await fixture.store.work(worker, on: ids)
        #expect(work.done == 30)
        #expect(work.parked == 3)
        #expect(
            Set(try await fixture.numbers("SELECT case_id FROM jiesu.parked WHERE reason = 'sqlstate_23514'")) == bad)
        #expect(try await Audit.verify(pool: fixture.pool).broken == [])
    }

    @Test func aRowThatCannotBeReadIsParkedAndTheRestGoesOn() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(9)
        let bad = ids[4]
        let worker = Unreading(bad: bad)
        let work = try await fixture.store.work(worker, on: ids)
        #expect(work.done == 8)
        #expect(try await fixture.numbers("SELECT case_id FROM jiesu.parked WHERE reason = 'unreadable'") == [bad])
        // Delivered again it stays where it is, until somebody takes it from the list.
        #expect(try await fixture.store.work(Worker.classification, on: [bad]) == CaseStore.Work())
    }

    /// Cannot read what was written in one case.
    private struct Unreading: Caseworker {
        let bad: Int64
        let service = Worker.classification.service
        let states = Worker.classification.states
        let wakesOn = Worker.classification.wakesOn

        func owed(after last: Int64, limit: Int) -> Query { Worker.classification.owed(after: last, limit: limit) }

        func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
            if cases.contains(where: { $0.id == bad }) { throw StoreError.unreadable("submission of case \(bad)") }
            return try await Worker.classification.orders(for: cases, rules: rules, on: connection)
        }
    }

    @Test func whatIsDownIsWaitedForAndNothingIsParked() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(3)
        let holder = try await fixture.database.connection()
        try await holder.script("BEGIN; SELECT FROM jiesu.case_file FOR UPDATE")
        var settings = try fixture.database.settings
        settings.session = ["lock_timeout": "50ms"]
        let impatient = CaseStore(pool: Pool(settings, size: 1, log: .silent))
        await #expect(throws: TransactionError.self) { try await impatient.work(Worker.classification, on: ids) }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 0)
        try await holder.script("ROLLBACK")
        #expect(try await impatient.work(Worker.classification, on: ids).done == 3)
        await holder.close()
    }

    @Test func aPolicyOfANewerProgramConcernsOnlyTheCasesPinnedToIt() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(3)
        // A newer suite puts a version with keys that this one does not know, and one that it cannot read at all.
        for (version, change) in [(2, #""version": 2, "weather": {"rain": true},"#), (3, #""version": "three","#)] {
            try await fixture.execute(
                """
                INSERT INTO jiesu.policy (profile, version, document)
                SELECT profile, \(Int32(version)), replace(document, '"version": 1,', \(change)) FROM jiesu.policy
                WHERE profile = 'p000-06' AND version = 1
                """)
        }
        try await fixture.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        let rules = try await fixture.store.rulebook()
        #expect(rules.profile(named: "p000-06")?.policy.version.version == 2)
        try await fixture.execute("UPDATE jiesu.case_file SET policies = '{p000-06@3}' WHERE id = \(ids[0])")
        #expect(throws: StoreError.self) { try rules.policy(of: Self.file(ids[0], "p000-06", 3)) }
        let work = try await fixture.store.work(Worker.classification, on: ids)
        #expect(work.done == 2)
        #expect(work.parked == 1)
        let detail = try await fixture.pool.withConnection { try await $0.query("SELECT detail FROM jiesu.parked") }
            .only().get(0, as: String.self)
        #expect(detail.contains("p000-06@3") && detail.contains("needs a newer program"), "\(detail)")
    }

    private static func file(_ id: Int64, _ profile: String, _ version: Int) -> Case {
        Case(
            id: id,
            registered: Registered(
                channel: "letter", identity: .anonymous, policies: [Policy.Version(profile: profile, version: version)]),
            at: Moment(microseconds: 0))
    }

    @Test func aMessageIsParkedOnceHoweverOftenItComes() async throws {
        let fixture = try await Fixture()
        func park(_ message: String, offset: Int64 = 7) async throws {
            try await fixture.store.park(
                Parked(
                    service: "routing", reason: "no_type", detail: "not an event of this suite",
                    origin: .init(topic: "jiesu.cases", partition: 3, offset: offset, message: Array(message.utf8))))
        }
        for _ in 0..<3 { try await park("a") }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 1)
        // After a broker came back empty, another message stands at the same offset.
        try await park("b")
        try await park("a", offset: 8)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 3)
    }

    @Test func idsThatNoCaseHasAreNamed() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(2)
        let work = try await fixture.store.work(Worker.classification, on: ids + [4711])
        #expect(work.done == 2)
        #expect(work.unknown == [4711])
    }
}

struct AuditTests {
    /// Whoever owns the tables can get past the trigger; the chain tells.
    private func tamper(_ fixture: Fixture, _ sql: String) async throws {
        let owner = try await fixture.database.connection()
        try await owner.script("SET session_replication_role = replica; \(sql)")
        await owner.close()
    }

    @Test func nobodyChangesAnEventThroughTheTable() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.register(1)
        for sql in [
            "UPDATE jiesu.case_event SET payload = '{}'", "DELETE FROM jiesu.case_event", "TRUNCATE jiesu.case_event",
        ] {
            let owner = try await fixture.database.connection()
            await #expect(throws: PostgresError.self) { _ = try await owner.script(sql) }
            await owner.close()
        }
    }

    @Test(arguments: [
        ("UPDATE jiesu.case_event SET payload = replace(payload, 'ordinary', 'urgent') WHERE version = 2", 2, "hash"),
        ("UPDATE jiesu.case_event SET at = at + interval '1 microsecond' WHERE version = 1", 1, "hash"),
        ("UPDATE jiesu.case_event SET actor = 'complainant' WHERE version = 3", 3, "hash"),
        ("UPDATE jiesu.case_event SET told = '{jiesu.cases}' WHERE version = 4", 4, "hash"),
        ("DELETE FROM jiesu.case_event WHERE version = 2", 3, "gap"),
        ("DELETE FROM jiesu.case_event WHERE version = 4", 4, "head"),
        ("DELETE FROM jiesu.case_event", 4, "head"),
        ("UPDATE jiesu.case_file SET version = 2", 2, "head"),
        ("DELETE FROM jiesu.case_file", 4, "head"),
        ("UPDATE jiesu.case_event SET command = 'routing:', actor = '2' || actor WHERE version = 3", 3, "hash"),
    ])
    func everyChangeIsFoundAndItsFirstRowNamed(sql: String, version: Int, fault: String) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.register(1)[0]
        _ = try await fixture.store.work(Worker.classification, on: [id])
        _ = try await fixture.store.work(Worker.routing, on: [id])
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: 1, events: 4))
        try await tamper(fixture, sql)
        let report = try await Audit.verify(case: id, pool: fixture.pool)
        #expect(report.broken.map(\.caseID) == [id])
        #expect(report.broken.first?.fault == fault)
        #expect(report.broken.first?.version == version)
    }
}
