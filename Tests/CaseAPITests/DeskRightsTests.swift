import Postgres
import Support
import Testing

/// With psql as a desk's login: what it may do, and everything else refused by the database.
struct DeskRightsTests {
    @Test(arguments: [
        // Backdating, and speaking for others.
        "INSERT INTO jiesu.command (case_id, id, kind, round, account, payload, received_at) VALUES (1, 'x', 'sign', 1, 1, '{}', '2020-01-01')",
        "INSERT INTO jiesu.command (case_id, id, kind, round, account, payload, organisation) VALUES (1, 'x', 'sign', 1, 1, '{}', 'city-health')",
        "INSERT INTO jiesu.command (case_id, id, kind, round, account, payload, outcome) VALUES (1, 'x', 'sign', 1, 1, '{}', 'done')",
        "UPDATE jiesu.command SET received_at = '2020-01-01'", "UPDATE jiesu.my_command SET outcome = 'done'",
        "DELETE FROM jiesu.command", "SELECT * FROM jiesu.command",
        "INSERT INTO jiesu.note (case_id, account, text, at) VALUES (1, 1, 'x', '2020-01-01')",
        "INSERT INTO jiesu.note (case_id, account, text, organisation) VALUES (1, 1, 'x', 'city-health')",
        "SELECT * FROM jiesu.note", "SELECT * FROM jiesu.attachment", "SELECT * FROM jiesu.attachment_piece",
        "INSERT INTO jiesu.attachment (case_id, of_complainant, type, size, hash) VALUES (1, true, 'image/png', 1, 'x')",
        "SELECT * FROM jiesu.attachment_draft", "SELECT jiesu.linked_attachment(1, 1, 'x')",
        "SELECT jiesu.keep_attachment(1, 'city-health', 1, true, 'image/png', 'x')",
        "SELECT jiesu.attach_with_code(1, 'x', 'image/png', 'x')",
        // What is the centre's alone.
        "SELECT * FROM jiesu.case_file", "SELECT * FROM jiesu.case_event", "SELECT * FROM jiesu.clock",
        "SELECT * FROM jiesu.submission", "SELECT * FROM jiesu.complainant", "SELECT * FROM jiesu.account",
        "SELECT * FROM jiesu.outbox", "SELECT * FROM jiesu.parked", "SELECT * FROM jiesu.access_log",
        "SELECT * FROM jiesu.idempotency", "SELECT * FROM jiesu.secret", "SELECT * FROM jiesu.desk_login",
        "INSERT INTO jiesu.outbox (case_id, version, topic) VALUES (1, 1, 'jiesu.inbox.city-health')",
        "INSERT INTO jiesu.simulation (at) VALUES (now())", "UPDATE jiesu.setting SET value = 0",
        "UPDATE jiesu.my_case SET state = 'closed'", "DELETE FROM jiesu.my_event",
        "SELECT jiesu.query_codes(ARRAY[1])", "SELECT jiesu.raise_generation()",
        // What any login could do harm with.
        "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_lock(1)", "CREATE TEMPORARY TABLE t ()",
        "CREATE TABLE public.t ()", "CREATE TABLE jiesu.t ()", "SELECT lo_create(0)", "SET ROLE jiesu_routing",
        "SET SESSION AUTHORIZATION postgres", "BEGIN; LOCK TABLE jiesu.command IN EXCLUSIVE MODE",
    ])
    func `what is not a desk's is refused`(sql: String) async throws {
        let fixture = try await Shared.fixture.value
        let psql = try await fixture.psql("city-urban")
        let error = await #expect(throws: PostgresError.self) { try await psql.script(sql) }
        let code = error?.sqlState ?? ""
        #expect(code == "42501", "refused for want of the right, not of the thing")
        #expect(error?.description.contains("row-level") != true, "refused by a right, not for want of a case")
        await psql.close()
    }

    private enum Shared {
        static let fixture = Task { try await DeskFixture() }
    }

    @Test func `a desk sees its own cases and never one about itself or whom it reports to`() async throws {
        let fixture = try await DeskFixture()
        let own = try await fixture.dispatched(2)
        let accused = try await fixture.dispatched(1)[0]
        _ = try await fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.case_file SET accused = '{city-government}' WHERE id = \(accused)")
        }
        let psql = try await fixture.psql("city-urban")
        let seen = try await psql.query("SELECT id FROM jiesu.my_case ORDER BY id").map {
            try $0.get(0, as: Int64.self)
        }
        #expect(seen == own)
        let events = try await psql.query("SELECT DISTINCT case_id FROM jiesu.my_event").count
        #expect(events == 2)
        await psql.close()
        let other = try await fixture.psql("city-health")
        #expect(try await other.query("SELECT FROM jiesu.my_case").isEmpty)
        #expect(try await other.query("SELECT FROM jiesu.my_event").isEmpty)
        #expect(try await other.query("SELECT FROM jiesu.my_clock").isEmpty)
        await other.close()
    }

    @Test func `a desk is told what concerns it, and of a case that it lost no state`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(3)
        _ = try await fixture.pool.withConnection { connection in
            _ = try await connection.execute(
                "UPDATE jiesu.case_file SET lead = 'city-health' WHERE id = \(ids[1])")
            _ = try await connection.execute(
                "UPDATE jiesu.case_file SET accused = '{city-government}' WHERE id = \(ids[2])")
        }
        let news: Query = """
            SELECT case_id, kind, state FROM jiesu.my_news('1:1:'::pg_snapshot, pg_current_snapshot()) WHERE kind = 'dispatched'
            """
        let psql = try await fixture.psql("city-urban")
        let told = try await psql.query(news)
        #expect(try told.map { try $0.get(0, as: Int64.self) } == Array(ids[..<2]), "nothing about oneself")
        #expect(try told.map { try $0.get(2, as: String?.self) } == ["dispatched", nil])
        await psql.close()
        let other = try await fixture.psql("city-health")
        #expect(try await other.query(news).isEmpty, "what happened before a case was theirs is not told to them")
        await other.close()
        let centre = try await fixture.pool.withConnection { try await $0.query(news) }
        #expect(centre.isEmpty, "the centre has no inbox")
    }

    @Test func `another desk's command neither shows nor occupies an id`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let other = try await fixture.psql("city-health")
        func sign() async throws {
            _ = try await other.execute(
                """
                INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
                VALUES (\(id), '1', 'sign', 1, \(fixture.stranger), '{}')
                """)
        }
        // Or it would hold the limits of a case that is none of its business.
        let error = await #expect(throws: PostgresError.self) { try await sign() }
        #expect(error?.sqlState == "42501", "who is not on the case asks nothing")
        _ = try await fixture.pool.withConnection { connection in
            try await connection.execute("UPDATE jiesu.case_file SET helpers = '{city-health}' WHERE id = \(id)")
        }
        try await sign()
        let psql = try await fixture.psql("city-urban")
        #expect(try await psql.query("SELECT FROM jiesu.my_command").isEmpty)
        _ = try await psql.execute(
            """
            INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
            VALUES (\(id), '1', 'sign', 1, \(fixture.officer), '{}')
            """)
        _ = try await fixture.store.decideCommands(limit: 10)
        let outcome = try await psql.query("SELECT outcome FROM jiesu.my_command").only().get(0, as: String.self)
        #expect(outcome == "done")
        let helped = try await other.query("SELECT outcome FROM jiesu.my_command").only().get(0, as: String.self)
        #expect(helped == "done")
        await psql.close()
        await other.close()
    }

    @Test func `a desk writes notes and asks for its own cases alone, in the name of its own people`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let psql = try await fixture.psql("city-urban")
        for (caseID, account, isRight) in [
            (id, fixture.officer, true), (id, fixture.stranger, false), (id, fixture.dispatcher, false),
            (4711, fixture.officer, false),
        ] {
            func isTaken(_ query: Query) async throws -> Bool {
                do {
                    _ = try await psql.execute(query)
                    return true
                } catch {
                    guard error.sqlState == "42501" else { throw error }
                    return false
                }
            }
            let note: Query = "INSERT INTO jiesu.note (case_id, account, text) VALUES (\(caseID), \(account), 'x')"
            #expect(try await isTaken(note) == isRight)
            let command: Query = """
                INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
                VALUES (\(caseID), \("\(account)"), 'sign', 1, \(account), '{}')
                """
            #expect(try await isTaken(command) == isRight)
        }
        await psql.close()
    }

    @Test func `a transaction that is held open does not backdate what it asks`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let psql = try await fixture.psql("city-urban")
        try await psql.script("BEGIN")
        _ = try await psql.execute(
            """
            INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
            VALUES (\(id), '1', 'sign', 1, \(fixture.officer), '{}')
            """)
        // Something happens to the case, and a moment passes, before the transaction ends.
        let between: Int64 = try await fixture.pool.withConnection { connection in
            try await connection.script("SELECT pg_sleep(0.05)")
            return try await connection.query("SELECT jiesu.micros(clock_timestamp())").only().get(0)
        }
        try await psql.script("COMMIT")
        _ = try await fixture.store.decideCommands(limit: 10)
        let at = try await fixture.number("SELECT jiesu.micros(at) FROM jiesu.case_event WHERE kind = 'signed'")
        let received = try await fixture.number("SELECT jiesu.micros(received_at) FROM jiesu.command")
        #expect(Int64(received) < between)
        #expect(Int64(at) >= between, "its time is when it was committed")
        await psql.close()
    }

    @Test func `a transaction that is held open does not keep a role that was taken away meanwhile`() async throws {
        let fixture = try await DeskFixture()
        let id = try await fixture.dispatched(1)[0]
        let (before, held) = (try await fixture.psql("city-urban"), try await fixture.psql("city-urban"))
        func sign(_ name: String, on psql: Connection) async throws {
            _ = try await psql.execute(
                """
                INSERT INTO jiesu.command (case_id, id, kind, round, account, payload)
                VALUES (\(id), \(name), 'sign', 1, \(fixture.officer), '{}')
                """)
        }
        try await held.script("BEGIN")
        try await sign("held", on: held)
        try await sign("before", on: before)
        _ = try await fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.account SET roles = '{auditor}' WHERE id = \(fixture.officer)")
        }
        try await held.script("COMMIT")
        _ = try await fixture.store.decideCommands(limit: 10)
        let outcomes = try await fixture.pool.withConnection {
            try await $0.query("SELECT id || ' ' || outcome FROM jiesu.command ORDER BY id")
        }.map { try $0.get(0, as: String.self) }
        #expect(outcomes == ["before done", "held not_allowed"], "an officer then, and none when the other was given")
        await before.close()
        await held.close()
    }
}
