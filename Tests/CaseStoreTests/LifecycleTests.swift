import Casework
import Foundation
import Policies
import Postgres
import Support
import Telemetry
import Testing
import WorkingTime

@testable import CaseStore

/// A simulated clock, commands of organisations and the firing of what is due, on a real database.
struct LifecycleTests {
    /// A fixture whose legal time stands still until `set` moves it.
    private struct Simulation {
        let fixture: Fixture
        let officer: Int64

        init(at time: String = "2026-03-02T10:00:00+08:00") async throws {
            fixture = try await Fixture()
            try await fixture.execute("INSERT INTO jiesu.simulation (at) VALUES (\(time)::timestamptz)")
            officer = try await fixture.number(
                """
                INSERT INTO jiesu.account (name, title, organisation, roles, password)
                VALUES ('officer', 'officer', 'city-urban', '{officer,leader}', 'x') RETURNING id
                """)
        }

        func set(_ time: String) async throws {
            try await fixture.execute("UPDATE jiesu.simulation SET at = \(time)::timestamptz")
        }

        /// Cases that were sent to `city-urban`, with a clock under a profile of the test's own.
        func dispatched(_ count: Int, prefix: String = "k") async throws -> [Int64] {
            let ids = try await fixture.register(count, prefix: prefix)
            _ = try await fixture.store.work(Worker.classification, on: ids)
            _ = try await fixture.store.work(Worker.routing, on: ids)
            return ids
        }

        func ask(_ kind: String, of id: Int64, _ command: String, payload: String = "{}", at: String? = nil)
            async throws
        {
            try await fixture.execute(
                """
                INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload, received_at)
                VALUES ('city-urban', \(id), \(command), \(kind), 1, \(officer), \(payload),
                    coalesce(\(at)::timestamptz, jiesu.clock()))
                """)
        }

        func outcomes() async throws -> [String] {
            try await fixture.pool.withConnection {
                try await $0.query("SELECT id || ' ' || coalesce(outcome, '-') FROM jiesu.command ORDER BY id")
            }.map { try $0.get(0) }
        }
    }

    private static let reply = #"{"to": "complainant", "form": "oral", "outcome": "explained"}"#

    @Test func whatAnOrganisationAsksIsDecidedInOrderOnceAndAnswered() async throws {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        try await simulation.ask("sign", of: id, "1")
        try await simulation.ask("reply", of: id, "2", payload: Self.reply)
        try await simulation.ask("reply", of: id, "3", payload: Self.reply)
        try await simulation.ask("dance", of: id, "4")
        try await simulation.ask("reply", of: id, "5", payload: #"{"form": 7}"#)
        try await simulation.ask("fire", of: id, "6")
        try await simulation.ask("sign", of: 4711, "7")
        #expect(try await simulation.fixture.store.decideCommands(limit: 100) == 7)
        #expect(
            try await simulation.outcomes() == [
                "1 done", "2 done", "3 not_now", "4 incomplete", "5 incomplete", "6 not_allowed", "7 unknown_case",
            ])
        #expect(try await simulation.fixture.store.decideCommands(limit: 100) == 0)
        let actors = try await simulation.fixture.number(
            "SELECT count(*) FROM jiesu.case_event WHERE actor = 'account:' || \(simulation.officer) || '@city-urban'")
        #expect(actors >= 2)
        #expect(try await Audit.verify(pool: simulation.fixture.pool).broken == [])
    }

    @Test func aCommandThatTheDatabaseRefusesAsDataCostsTheOthersOfItsCaseNothing() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        try await simulation.fixture.execute(
            "ALTER TABLE jiesu.case_event ADD CONSTRAINT no_curse CHECK (payload NOT LIKE '%cursed%')")
        try await simulation.ask("sign", of: ids[0], "1")
        try await simulation.ask(
            "contact", of: ids[0], "2", payload: #"{"means": "cursed", "reached": true}"#)
        try await simulation.ask("reply", of: ids[0], "3", payload: Self.reply)
        try await simulation.ask("sign", of: ids[1], "4")
        while try await simulation.fixture.store.decideCommands(limit: 100) > 0 {}
        #expect(try await simulation.outcomes() == ["1 done", "2 sqlstate_23514", "3 done", "4 done"])
        #expect(try await Audit.verify(pool: simulation.fixture.pool).broken == [])
    }

    @Test func `what was due and nobody had watched is counted by whoever fires it`() async throws {
        let simulation = try await Simulation()
        let metrics = Metrics()
        let store = CaseStore(pool: simulation.fixture.pool, metrics: metrics)
        func counted() -> Int64 {
            let line = metrics.text.split(separator: "\n").first { $0.hasPrefix("jiesu_clocks_fired_total ") }
            return line?.split(separator: " ").last.flatMap { Int64($0) } ?? 0
        }
        func fired() async throws -> Int64 {
            try await simulation.fixture.number(
                "SELECT count(*) FROM jiesu.case_event WHERE kind IN ('warned', 'target_passed', 'missed', 'escalated')"
            )
        }
        let ids = try await simulation.dispatched(2)
        for (number, id) in ids.enumerated() {
            let supervise = Command(
                id: "s\(number)", seen: .round(1), by: .service("test"), order: .supervise(reason: "leader"))
            _ = try await store.perform([.init(caseID: id, command: supervise)])[0].get()
        }
        #expect(try await fired() == 0 && counted() == 0)
        try await simulation.set("2026-06-01T10:00:00+08:00")
        // Decided at once, and decided for a desk.
        let withdraw = Command(id: "w", seen: .round(1), by: .complainant, order: .withdraw(Withdrawn()))
        _ = try await store.perform([.init(caseID: ids[0], command: withdraw)])[0].get()
        let once = try await fired()
        #expect(once > 0 && counted() == once)
        try await simulation.ask("sign", of: ids[1], "1")
        while try await store.decideCommands(limit: 10) > 0 {}
        #expect(try await fired() > once)
        #expect(try await counted() == fired())
    }

    @Test func whatOneOrganisationAsksInMassesKeepsNobodyElseWaiting() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        try await simulation.fixture.execute(
            """
            INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload)
            SELECT 'city-urban', \(ids[0]), 'flood-' || i, 'sign', 1, \(simulation.officer), '{}'
            FROM generate_series(1, 3000) AS i
            """)
        try await simulation.set("2026-03-02T10:01:00+08:00")
        try await simulation.fixture.execute(
            """
            WITH other AS (
                INSERT INTO jiesu.account (name, title, organisation, roles, password)
                VALUES ('other', 'other', 'city-health', '{officer}', 'x') RETURNING id
            )
            INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload)
            SELECT 'city-health', case_id, 'one', 'sign', 1, other.id, '{}'
            FROM other, unnest(\([ids[0], ids[1]])) AS case_id
            """)
        let decided = try await simulation.fixture.store.decideCommands(limit: 100)
        #expect(decided < 200)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT case_id FROM jiesu.command WHERE id = 'one' AND decided_at IS NOT NULL") == [ids[1]],
            "another organisation's is decided at once; on the flooded case it keeps its place")
        var rounds = 1
        while try await simulation.fixture.store.decideCommands(limit: 100) > 0 { rounds += 1 }
        #expect(rounds < 100)
        #expect(
            try await simulation.fixture.number(
                "SELECT count(*) FROM jiesu.command WHERE id = 'one' AND outcome = 'not_allowed'") == 2)
    }

    @Test func whatSomebodyWasWhenTheyGaveAnOrderCountsHoweverLateItIsDecided() async throws {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        let decide = { _ = try await simulation.fixture.store.decideCommands(limit: 10) }
        try await simulation.ask("sign", of: id, "1")
        try await simulation.fixture.execute(
            "UPDATE jiesu.account SET disabled_at = '2026-03-02T11:00:00+08:00', roles = '{auditor}'")
        try await decide()
        try await simulation.set("2026-03-02T12:00:00+08:00")
        try await simulation.ask("reply", of: id, "2", payload: Self.reply)
        try await decide()
        try await simulation.fixture.execute("UPDATE jiesu.account SET disabled_at = NULL")
        try await simulation.ask("reply", of: id, "3", payload: Self.reply)
        try await simulation.fixture.execute("UPDATE jiesu.account SET roles = '{officer}'")
        try await decide()
        try await simulation.fixture.execute("UPDATE jiesu.account SET organisation = 'city-health'")
        try await simulation.ask("reply", of: id, "4", payload: Self.reply)
        try await decide()
        #expect(
            try await simulation.outcomes() == ["1 done", "2 not_allowed", "3 not_allowed", "4 not_allowed"],
            "an officer then; disabled then; no officer then; of another organisation")
    }

    @Test func repeatsAreCountedAtTheFirstCaseOnceEach() async throws {
        let simulation = try await Simulation()
        let first = try await simulation.dispatched(1)[0]
        var earlier = first
        for key in ["b", "c", "d"] {
            let outcome = try await simulation.fixture.store.register([Fixture.registration(key, earlier: earlier)])
            guard case .registered(let receipt) = outcome[0] else { throw NotInTime("\(outcome)") }
            earlier = receipt.number.id
        }
        #expect(try await simulation.fixture.store.tellRepeats(limit: 2) == 2)
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 0)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT (payload::json ->> 'times')::bigint FROM jiesu.case_event WHERE kind = 'repeated' AND case_id = \(first) ORDER BY version"
            )
                == [2, 3, 4])
    }

    @Test func aRepetitionFiresNoLimitOverAnAnswerThatWaits() async throws {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        try await simulation.ask("sign", of: id, "1")
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        try await simulation.ask("reply", of: id, "2", payload: Self.reply)
        try await simulation.set("2026-03-20T09:00:00+08:00")
        _ = try await simulation.fixture.store.register([Fixture.registration("again", earlier: id)])
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 0, "the answer is decided first")
        #expect(try await simulation.fixture.store.decideCommands(limit: 10) == 1)
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        #expect(try await told(id, simulation) == ["replied"])
    }

    @Test func aCaseThatHadRepetitionsBringsThemAlong() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        _ = try await simulation.fixture.store.register([Fixture.registration("third", earlier: ids[1])])
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        let link = Command(
            id: "link", seen: .round(1), by: .service("test"), order: .link(Linked(earlier: ids[0])))
        _ = try await simulation.fixture.store.perform([.init(caseID: ids[1], command: link)])[0].get()
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT (payload::json ->> 'times')::bigint FROM jiesu.case_event WHERE kind = 'repeated' AND case_id = \(ids[0])"
            ) == [3])
    }

    @Test func aVersionThatIsInForceByThenReplacesTheOldOneAtAcceptanceOnce() async throws {
        let simulation = try await Simulation(at: "2026-05-29T10:00:00+08:00")
        let (fixture, profile) = (simulation.fixture, "p002-05")
        let shipped = try #require(try Profile.shipped().first { $0.name == profile })
        for (version, effective) in [(2, "2026-06-01"), (3, "2026-06-03")] {
            let document = shipped.document.replacing("\"version\": 1,", with: "\"version\": \(version),")
                .replacing("\"effective\": \"2026-01-01\"", with: "\"effective\": \"\(effective)\"")
            try await fixture.execute(
                "INSERT INTO jiesu.policy (profile, version, document) VALUES (\(profile), \(version), \(document))")
        }
        try await fixture.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        func pinned(_ id: Int64) async throws -> String {
            try await fixture.pool.withConnection {
                try await $0.query("SELECT policies[1] FROM jiesu.case_file WHERE id = \(id)")
            }.only().get(0)
        }
        guard
            case .registered(let receipt) = try await fixture.store.register([
                Fixture.registration("e34", line: "12319")
            ])[0]
        else { throw NotInTime("not registered") }
        let id = receipt.number.id
        #expect(try await pinned(id) == "p002-05@1", "put already, in force from June on")
        func give(_ order: Order, _ name: String) async throws {
            let command = Command(id: name, seen: .round(1), by: .service("test"), order: order)
            _ = try await fixture.store.perform([.init(caseID: id, command: command)])[0].get()
        }
        try await simulation.set("2026-06-01T00:00:00+08:00")
        try await give(.classify(Finding(nature: "complaint", subject: "appearance", urgency: "ordinary")), "classify")
        #expect(try await pinned(id) == "p002-05@1")
        try await give(.dispatch(Dispatched(lead: "city-urban")), "dispatch")
        #expect(try await pinned(id) == "p002-05@2")
        try await simulation.set("2026-06-04T00:00:00+08:00")
        try await give(.classify(Finding(nature: "report", subject: "appearance", urgency: "ordinary")), "again")
        #expect(try await pinned(id) == "p002-05@2", "kept from then on")
    }

    @Test func aCorrectedLinkIsCountedAtTheRightCase() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        guard
            case .registered(let receipt) = try await simulation.fixture.store.register([
                Fixture.registration("third", earlier: ids[0])
            ])[0]
        else { throw NotInTime("not registered") }
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        let link = Command(id: "link", seen: .round(1), by: .service("test"), order: .link(Linked(earlier: ids[1])))
        _ = try await simulation.fixture.store.perform([.init(caseID: receipt.number.id, command: link)])[0].get()
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 1)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT case_id FROM jiesu.case_event WHERE kind = 'repeated' ORDER BY case_id") == ids)
    }

    @Test func whatAllQuoteAWithdrawnCaseIsCountedAtTheFirstOfThem() async throws {
        let simulation = try await Simulation()
        let first = try await simulation.dispatched(1)[0]
        let withdraw = Command(id: "withdraw", seen: .round(1), by: .complainant, order: .withdraw(Withdrawn()))
        _ = try await simulation.fixture.store.perform([.init(caseID: first, command: withdraw)])[0].get()
        var later: [Int64] = []
        for key in ["b", "c", "d"] {
            let outcome = try await simulation.fixture.store.register([Fixture.registration(key, earlier: first)])
            guard case .registered(let receipt) = outcome[0] else { throw NotInTime("\(outcome)") }
            later.append(receipt.number.id)
        }
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 3)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT case_id FROM jiesu.case_event WHERE kind = 'repeated' ORDER BY case_id, version")
                == [first, later[0], later[0]])
    }

    @Test func whatRepeatsAWithdrawnCaseIsCountedAtTheNextOneOfItsMatter() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        let link = Command(
            id: "link", seen: .round(1), by: .service("test"), order: .link(Linked(earlier: ids[0])))
        let withdraw = Command(id: "withdraw", seen: .round(1), by: .complainant, order: .withdraw(Withdrawn()))
        for outcome in try await simulation.fixture.store.perform([
            .init(caseID: ids[1], command: link), .init(caseID: ids[0], command: withdraw),
        ]) { _ = try outcome.get() }
        _ = try await simulation.fixture.store.register([Fixture.registration("third", earlier: ids[1])])
        #expect(try await simulation.fixture.store.tellRepeats(limit: 10) == 2)
        #expect(
            try await simulation.fixture.numbers(
                "SELECT case_id FROM jiesu.case_event WHERE kind = 'repeated' ORDER BY case_id") == ids,
            "the second at the first, as nothing else is left; the third at the second, which is worked on")
    }

    @Test func aNoteThatIsNotItsOrganisationsOwnAboutTheCaseCannotBeNamed() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        for id in ids { try await simulation.ask("sign", of: id, "1") }
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        let reply = { (note: Int64) in
            #"{"to": "complainant", "form": "oral", "outcome": "explained", "note": \#(note)}"#
        }
        func note(_ id: Int64, by organisation: String?) async throws -> Int64 {
            try await simulation.fixture.numbers(
                """
                INSERT INTO jiesu.note (case_id, organisation, account, text)
                VALUES (\(id), \(organisation), \(simulation.officer), '内部意见') RETURNING number
                """)[0]
        }
        let foreign = [
            999_999, try await note(ids[0], by: "city-health"), try await note(ids[0], by: nil),
            try await note(ids[1], by: "city-urban"),
        ]
        for (index, number) in foreign.enumerated() {
            try await simulation.ask("reply", of: ids[0], "\(index + 2)", payload: reply(number))
        }
        try await simulation.ask("reply", of: ids[0], "9", payload: reply(try await note(ids[0], by: "city-urban")))
        while try await simulation.fixture.store.decideCommands(limit: 10) > 0 {}
        #expect(
            try await simulation.outcomes() == [
                "1 done", "1 done", "2 incomplete", "3 incomplete", "4 incomplete", "5 incomplete", "9 done",
            ])
    }

    @Test func aNewerCalendarMovesTheClocksThatRun() async throws {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        let limit: Query = "SELECT jiesu.micros(limit_at) FROM jiesu.clock WHERE case_id = \(id) AND step = 'close'"
        let before = try await simulation.fixture.numbers(limit)
        // A Wednesday becomes a day off.
        let shipped = try WorkCalendar.shippedDocument()
        let name = try WorkCalendar.read(Array(shipped.utf8), file: "calendar").version
        let year = try #require(shipped.range(of: "\"year\": 2026"))
        let newer =
            (shipped[..<year.lowerBound]
            + shipped[year.lowerBound...].replacing(
                "\"off_days\": [", with: "\"off_days\": [\"2026-03-04\", ", maxReplacements: 1))
            .replacing("\"version\": \(name.version),", with: "\"version\": \(name.version + 1),", maxReplacements: 1)
        try await simulation.fixture.pool.withConnection { connection in
            try await Setup.put(calendar: String(newer), on: connection)
            _ = try await connection.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        }
        #expect(try await simulation.fixture.store.recount(after: 0, limit: 10) == id)
        let after = try await simulation.fixture.numbers(limit)
        #expect(after.count == 1 && before.count == 1 && after[0] > before[0], "a day later")
        #expect(try await simulation.fixture.store.recount(after: 0, limit: 10) == nil)
    }

    @Test func aRowThatIsDueAndHasNothingToFireIsPutRight() async throws {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        try await simulation.fixture.execute(
            "UPDATE jiesu.clock SET next_at = jiesu.clock() - interval '1 hour' WHERE case_id = \(id)")
        let shard = Int(id % 12)
        #expect(try await simulation.fixture.store.due(in: [shard], limit: 10) == [id])
        #expect(try await simulation.fixture.store.fire([id]).events == 0)
        #expect(try await simulation.fixture.store.due(in: [shard], limit: 10) == [])
    }

    /// What was fired, and the answer, in order.
    private func told(_ id: Int64, _ simulation: Simulation) async throws -> [String] {
        try await simulation.fixture.pool.withConnection {
            try await $0.query(
                """
                SELECT kind FROM jiesu.case_event WHERE case_id = \(id) AND kind IN ('warned', 'missed', 'escalated', 'replied')
                ORDER BY version
                """)
        }.map { try $0.get(0) }
    }

    /// An officer of an organisation without a desk of its own: decided at once.
    private func answer(_ id: Int64, _ simulation: Simulation) -> CaseStore.Addressed {
        let reply = Replied(organisation: "city-urban", to: .complainant, form: "oral", outcome: "explained")
        let officer = Actor.account(simulation.officer, organisation: "city-urban", roles: ["officer", "leader"])
        return .init(caseID: id, command: Command(id: "reply", seen: .round(1), by: officer, order: .reply(reply)))
    }

    @Test func anAnswerThatComesTooLateIsLateAlsoIfNobodyWatchesTheClocks() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        for id in ids { try await simulation.ask("sign", of: id, "1") }
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        // The last moment of the fifth working day, and the one after it.
        try await simulation.set("2026-03-09T23:59:59.999999+08:00")
        let inTime = try await simulation.fixture.store.perform([answer(ids[0], simulation)])
        try await simulation.set("2026-03-10T00:00:00.000001+08:00")
        let late = try await simulation.fixture.store.perform([answer(ids[1], simulation)])
        for result in inTime + late { _ = try result.get() }
        #expect(try await told(ids[0], simulation) == ["warned", "replied"])
        #expect(try await told(ids[1], simulation) == ["warned", "missed", "escalated", "replied"])
    }

    /// A case whose reply came after its warning and before its limit, and still waits when that has passed.
    private func answeredInTime() async throws -> (Simulation, Int64) {
        let simulation = try await Simulation()
        let id = try await simulation.dispatched(1)[0]
        try await simulation.ask("sign", of: id, "1")
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        try await simulation.ask("reply", of: id, "2", payload: Self.reply, at: "2026-03-09T12:00:00+08:00")
        try await simulation.set("2026-03-12T10:00:00+08:00")
        return (simulation, id)
    }

    @Test func whatIsDecidedAtOnceWaitsForWhatWasAskedBefore() async throws {
        let (simulation, id) = try await answeredInTime()
        let store = simulation.fixture.store
        let rating = CaseStore.Addressed(
            caseID: id,
            command: Command(
                id: "rating", seen: .round(1), by: .complainant,
                order: .rate(Rated(by: .complainant, resolved: false, satisfaction: .dissatisfied))))
        await #expect(throws: CaseStore.EarlierCommandsWait.self, "nobody decides the reply that waits") {
            try await store.perform([rating])
        }
        #expect(try await told(id, simulation) == [])
        async let rated = store.perform([rating])
        _ = try await store.decideCommands(limit: 10)
        _ = try await rated[0].get()
        _ = try await store.fire([id])
        #expect(try await told(id, simulation).prefix(2) == ["warned", "replied"], "it came in time")
        #expect(try await Audit.verify(pool: simulation.fixture.pool).broken == [])
    }

    @Test func whatADeskIsJustWritingHoldsALimitForAMomentAndNoLonger() async throws {
        let simulation = try await Simulation()
        let ids = try await simulation.dispatched(2)
        for id in ids { try await simulation.ask("sign", of: id, "1") }
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        let settings = try ConnectionSettings(url: simulation.fixture.database.url)
        let writing = try await Connection.connect(settings)
        // The last moment of the fifth working day.
        let reply: Query = """
            INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload, received_at)
            VALUES ('city-urban', \(ids[0]), '2', 'reply', 1, \(simulation.officer), \(Self.reply), '2026-03-09T23:59:59+08:00')
            """
        try await writing.script("BEGIN")
        _ = try await writing.execute(reply)
        try await simulation.set("2026-03-10T00:00:00.3+08:00")
        _ = try await simulation.fixture.store.fire(ids)
        #expect(try await told(ids[0], simulation) == ["warned"], "what was due long before is fired")
        try await writing.script("COMMIT")
        _ = try await simulation.fixture.store.fire(ids)
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        #expect(try await told(ids[0], simulation) == ["warned", "replied"], "it came in time")
        #expect(try await told(ids[1], simulation).prefix(2) == ["warned", "missed"])

        let late = try await simulation.dispatched(1, prefix: "late")[0]
        try await writing.script("BEGIN")
        _ = try await writing.execute(
            """
            INSERT INTO jiesu.command (organisation, case_id, id, kind, round, account, payload)
            VALUES ('city-urban', \(late), '3', 'sign', 1, \(simulation.officer), '{}')
            """)
        try await simulation.set("2026-03-18T00:00:01+08:00")
        _ = try await simulation.fixture.store.fire([late])
        #expect(try await told(late, simulation).contains("missed"), "a transaction held open holds no limit")
        await writing.close()
    }

    @Test func whatIsFiredLateDoesNotMakeACommandThatWaitsTooLate() async throws {
        let (simulation, id) = try await answeredInTime()
        // The watcher comes back before the centre does, and finds the warning of before the reply.
        _ = try await simulation.fixture.store.fire([id])
        #expect(try await told(id, simulation) == ["warned"])
        _ = try await simulation.fixture.store.decideCommands(limit: 10)
        _ = try await simulation.fixture.store.fire([id])
        #expect(try await told(id, simulation) == ["warned", "replied"])
        let inTime = try await simulation.fixture.number(
            """
            SELECT count(*) FROM jiesu.case_event
            WHERE case_id = \(id) AND kind = 'replied' AND at = '2026-03-09T12:00:00+08:00'
            """)
        #expect(inTime == 1, "it happened when it was given")
    }

    @Test func whatIsHandedOutTooLateIsLateAlsoIfNobodyWatchesTheClocks() async throws {
        let simulation = try await Simulation()
        let registration = Fixture.registration("late", line: "12312")
        guard case .registered(let receipt) = try await simulation.fixture.store.register([registration])[0] else {
            throw NotInTime("a case is registered")
        }
        let id = receipt.number.id
        let onsite = Worker(service: "classification", owes: .registered, wakesOn: [.registered]) { _ in
            .classify(Finding(nature: "complaint", subject: "violation", urgency: "ordinary", flags: ["onsite"]))
        }
        _ = try await simulation.fixture.store.work(onsite, on: [id])
        // 004-03 sends it on within ten minutes.
        try await simulation.set("2026-03-02T10:11:00+08:00")
        _ = try await simulation.fixture.store.work(Worker.routing, on: [id])
        let kinds = try await simulation.fixture.pool.withConnection {
            try await $0.query("SELECT kind FROM jiesu.case_event WHERE case_id = \(id) ORDER BY version")
        }.map { try $0.get(0, as: String.self) }
        #expect(kinds.contains("missed") && kinds.last == "dispatched", "\(kinds)")
        #expect(try await Audit.verify(pool: simulation.fixture.pool).broken == [])
    }
}
