import Access
import Casework
import Postgres
import Support
import Testing

/// A person's text is read only after the reading was written down for good, and only by whom the case concerns.
@Suite struct TicketTests {
    private static let organisation = "wangting-urban"

    private func fixture() async throws -> AccessFixture { try await AccessFixture.shared() }

    private func count(_ ticket: Int64, on connection: Connection) async throws -> Int {
        try await connection.query("SELECT count(*) FROM jiesu.read_person(\(ticket))").only().get(0)
    }

    private func ticket(_ account: Int64, _ id: Int64, on connection: Connection) async throws -> Int64? {
        try await connection.query("SELECT jiesu.ticket(\(account), \(id), 'handle')").only().get(0)
    }

    /// A committed ticket of `desk` for a case, and how many texts it reads.
    private func read(_ id: Int64, by desk: String) async throws -> Int {
        let fixture = try await fixture()
        let account = try await fixture.account(of: desk).id
        let connection = try await fixture.desk(desk)
        return try await count(#require(try await ticket(account, id, on: connection)), on: connection)
    }

    // MARK: What is read

    @Test func `a ticket opens what was written and how to reach who wrote it, and stays as a record`() async throws {
        let fixture = try await fixture()
        let (id, account) = (
            try await fixture.newCase(lead: Self.organisation), try await fixture.account(of: Self.organisation)
        )
        let store = try await fixture.deskStore(Self.organisation)
        let session = Session(account: account.id, organisation: Self.organisation, roles: ["officer"])
        let ticket = try #require(try await store.ticket(for: session, case: id, purpose: "handle"))
        let texts = try await store.readPerson(ticket: ticket)
        #expect(texts.count == 1)
        let text = try #require(texts.first)
        #expect(text.number == 1 && text.channel == "phone_hotline")
        #expect([text.title, text.text, text.place, text.about] == ["路灯", "路灯不亮", "示例桥", "示例公司"])
        #expect(
            [text.name, text.phone, text.email, text.address] == ["示例甲", "000-0001", "a@example.invalid", "示例路 1 号"])
        #expect(!"\(text)".contains("路灯") && !String(reflecting: text).contains("示例"))
        #expect(
            try await fixture.number(
                """
                SELECT count(*) FROM jiesu.access_log WHERE id = \(ticket) AND account = \(account.id) AND case_id = \(id)
                    AND purpose = 'handle' AND login = 'jiesu_desk_wangting-urban' AND organisation = 'wangting-urban'
                    AND at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp()
                """) == 1)
    }

    @Test func `every contact is read, in order`() async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        try await fixture.execute(
            """
            INSERT INTO jiesu.submission (case_id, number, channel, received_at, text)
            VALUES (\(id), 3, 'letter', jiesu.clock(), '三'), (\(id), 2, 'letter', jiesu.clock(), '二')
            """)
        let store = try await fixture.deskStore(Self.organisation)
        let session = Session(
            account: try await fixture.account(of: Self.organisation).id, organisation: nil, roles: [])
        let ticket = try #require(try await store.ticket(for: session, case: id, purpose: "handle"))
        let texts = try await store.readPerson(ticket: ticket)
        #expect(texts.map(\.text) == ["路灯不亮", "二", "三"])
        #expect(texts.map(\.name) == ["示例甲", nil, nil])
    }

    /// What a letter has of its own; one says who the person may be.
    private static let particulars = #"{"person_agent": "示例乙", "received": "2026-03-01"}"#

    @Test(arguments: [(Identity.anonymous, nil), (.confidential, "示例甲"), (.named, "示例甲")])
    func `only who wants to be anonymous has no contact`(identity: Identity, name: String?) async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation, identity: identity)
        // As if a contact had been kept nevertheless.
        try await fixture.execute(
            """
            INSERT INTO jiesu.complainant (id, name, phone) VALUES (\(id), '示例甲', '1')
            ON CONFLICT (id) DO UPDATE SET phone = '1'
            """)
        try await fixture.execute(
            """
            UPDATE jiesu.submission SET complainant = \(id), particulars = \(Self.particulars)::jsonb WHERE case_id = \(id)
            """)
        for store in [try await fixture.deskStore(Self.organisation), try fixture.store(as: "jiesu_callback")] {
            let session = Session(
                account: try await fixture.account(of: Self.organisation).id, organisation: nil, roles: [])
            let ticket = try #require(try await store.ticket(for: session, case: id, purpose: "handle"))
            let text = try #require(try await store.readPerson(ticket: ticket).first)
            #expect(text.text == "路灯不亮")
            #expect(text.name == name)
            #expect(text.phone == name.map { _ in "1" })
            let particulars = text.particulars.map { "\($0.title) \($0.value)" }
            #expect(particulars == ["收到日期 2026-03-01"] + (name == nil ? [] : ["受委托代为反映的人 示例乙"]))
        }
    }

    @Test func `who asked for confidence is known to the lead and to the line, and to no helper and no other reader`()
        async throws
    {
        let fixture = try await fixture()
        let id = try await fixture.newCase(
            lead: "wangting-urban", helpers: ["wangting-police"], identity: .confidential)
        try await fixture.execute(
            "UPDATE jiesu.submission SET particulars = \(Self.particulars)::jsonb WHERE case_id = \(id)")
        func name(by account: Int64, _ store: AccessStore) async throws -> String? {
            let session = Session(account: account, organisation: nil, roles: [])
            let ticket = try #require(try await store.ticket(for: session, case: id, purpose: "handle"))
            let text = try #require(try await store.readPerson(ticket: ticket).first)
            #expect(text.text == "路灯不亮")
            #expect(text.particulars.map(\.value) == ["2026-03-01"] + (text.name == nil ? [] : ["示例乙"]))
            return text.name
        }
        let lead = try await fixture.account(of: "wangting-urban").id
        let helper = try await fixture.account(of: "wangting-police").id
        #expect(try await name(by: lead, try await fixture.deskStore("wangting-urban")) == "示例甲")
        #expect(try await name(by: helper, try await fixture.deskStore("wangting-police")) == nil)
        let centre = try fixture.store(as: "jiesu_routing")
        #expect(try await name(by: lead, centre) == "示例甲")
        #expect(try await name(by: helper, centre) == nil)
        #expect(try await name(by: try await fixture.account(of: nil).id, centre) == "示例甲")
    }

    // MARK: Who reads

    @Test func `the lead and its helpers read, others do not, and their attempt is written down`() async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: "wangting-urban", helpers: ["wangting-police", "wangting-labour"])
        #expect(try await read(id, by: "wangting-urban") == 1)
        #expect(try await read(id, by: "wangting-labour") == 1)
        #expect(try await read(id, by: "tongdu-urban") == 0)
        #expect(try await read(id, by: "wangting-government") == 0, "who it reports to is not asked")
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id)") == 4)
        let nobodys = try await fixture.newCase(lead: nil)
        #expect(try await read(nobodys, by: "wangting-urban") == 0)
    }

    @Test(arguments: [
        ["wangting-urban"], ["wangting-government"], ["city-government"], ["city-police", "city-government"],
    ])
    func `whoever is accused reads nothing, nor does who reports to it`(accused: [String]) async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: "wangting-urban", helpers: ["city-inspection"], accused: accused)
        #expect(try await read(id, by: "wangting-urban") == 0)
        #expect(try await read(id, by: "city-inspection") == 1, "it reports to none of them")
    }

    @Test func `a complaint about somebody else hinders nobody`() async throws {
        let id = try await fixture().newCase(lead: "wangting-urban", accused: ["wangting-police", "tongdu-government"])
        #expect(try await read(id, by: "wangting-urban") == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a loop of organisations that report to each other ends`() async throws {
        let fixture = try await AccessFixture()
        try await fixture.execute(
            "UPDATE jiesu.organisation SET parent = 'tongdu-urban' WHERE code = 'city-government'")
        let account = try await fixture.account(of: "tongdu-urban").id
        let desk = try await fixture.desk("tongdu-urban")
        for (accused, texts) in [(["wangting-urban"], 1), (["city-government"], 0)] {
            let id = try await fixture.newCase(lead: "tongdu-urban", accused: accused)
            #expect(try await count(#require(try await ticket(account, id, on: desk)), on: desk) == texts)
        }
    }

    @Test(arguments: ["jiesu_routing", "jiesu_callback"])
    func `the centre reads every case, with a ticket of its own`(role: String) async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: nil, accused: ["city-government"])
        let account = try await fixture.account(of: nil, roles: ["dispatcher"]).id
        let centre = try await fixture.connection(as: role)
        let own = try #require(try await ticket(account, id, on: centre))
        #expect(try await count(own, on: centre) == 1)
        let other = try await fixture.connection(as: role == "jiesu_routing" ? "jiesu_callback" : "jiesu_routing")
        #expect(try await count(own, on: other) == 0)
        #expect(
            try await fixture.number(
                "SELECT count(*) FROM jiesu.access_log WHERE id = \(own) AND organisation IS NULL AND login = \(role)::name"
            ) == 1)
    }

    @Test func `another desk's ticket is refused, also for a case of both`() async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: "wangting-urban", helpers: ["wangting-police"])
        let account = try await fixture.account(of: "wangting-urban").id
        let (owner, other) = (try await fixture.desk("wangting-urban"), try await fixture.desk("wangting-police"))
        let ticket = try #require(try await ticket(account, id, on: owner))
        #expect(try await count(ticket, on: other) == 0)
        #expect(try await count(ticket, on: owner) == 1)
    }

    @Test func `a ticket names only accounts that may log in at that desk`() async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: "wangting-urban")
        let desk = try await fixture.desk("wangting-urban")
        let disabled = try await fixture.account(of: "wangting-urban")
        try await fixture.execute("UPDATE jiesu.account SET disabled_at = clock_timestamp() WHERE id = \(disabled.id)")
        for account in [
            disabled.id, try await fixture.account(of: "wangting-police").id, try await fixture.account(of: nil).id, -1,
        ] {
            #expect(try await ticket(account, id, on: desk) == nil)
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id)") == 0)
    }

    @Test func `a desk whose organisation was taken from it is not the centre`() async throws {
        let fixture = try await AccessFixture()
        let id = try await fixture.newCase(lead: "wangting-urban")
        let account = try await fixture.account(of: "wangting-urban")
        let desk = try await fixture.desk("wangting-urban")
        let before = try #require(try await ticket(account.id, id, on: desk))
        try await fixture.execute("DELETE FROM jiesu.desk_login")
        #expect(try await desk.query("SELECT jiesu.my_organisation() IS NULL").only().get(0))
        #expect(try await count(before, on: desk) == 0)
        #expect(try await ticket(account.id, id, on: desk) == nil)
        let store = try fixture.store(as: "jiesu_desk_wangting-urban")
        #expect(try await store.logIn(name: account.name, password: account.password) == nil)
    }

    // MARK: When

    /// Ways to read before the record of it is there for good; `TICKET` and `READ` stand for the two calls.
    @Test(arguments: [
        "BEGIN; TICKET; READ; ROLLBACK",
        "BEGIN; SAVEPOINT s; TICKET; RELEASE s; READ; ROLLBACK",
        "BEGIN; SAVEPOINT s; TICKET; SAVEPOINT t; READ; ROLLBACK",
        "BEGIN; SAVEPOINT s; TICKET; RELEASE s; SAVEPOINT t; READ; ROLLBACK TO t; ROLLBACK",
        "BEGIN; TICKET; SAVEPOINT s; SAVEPOINT t; READ; ROLLBACK",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; SAVEPOINT s; TICKET; RELEASE s; READ; ROLLBACK",
        "BEGIN; SAVEPOINT s; TICKET; ROLLBACK TO s; READ; ROLLBACK",
        "BEGIN; TICKET; ROLLBACK; READ",
        "BEGIN; SAVEPOINT s; TICKET; ROLLBACK TO s; COMMIT; READ",
    ])
    func `nothing is read with a ticket that is not committed, whatever the savepoints`(steps: String) async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        let account = try await fixture.account(of: Self.organisation).id
        let desk = try await fixture.desk(Self.organisation)
        var ticket: Int64 = 0
        var readings = 0
        for step in steps.split(separator: "; ") {
            switch step {
            case "TICKET": ticket = try #require(try await self.ticket(account, id, on: desk))
            case "READ":
                #expect(try await count(ticket, on: desk) == 0)
                readings += 1
            default: try await desk.script(String(step))
            }
        }
        #expect(readings == 1)
        #expect(try await count(try #require(try await self.ticket(account, id, on: desk)), on: desk) == 1)
    }

    @Test func `nothing is read where ticket and reading are one statement, or one block with an exception`()
        async throws
    {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        let account = try await fixture.account(of: Self.organisation).id
        let desk = try await fixture.desk(Self.organisation)
        for query: Query in [
            "SELECT count(*) FROM jiesu.read_person(jiesu.ticket(\(account), \(id), 'handle'))",
            """
            WITH t AS MATERIALIZED (SELECT jiesu.ticket(\(account), \(id), 'handle') AS id)
            SELECT count(*) FROM t, LATERAL jiesu.read_person(t.id)
            """,
        ] {
            #expect(try await desk.query(query).only().get(0) == 0)
        }
        try await desk.script(
            """
            DO $$
            DECLARE ticket bigint;
            BEGIN
                BEGIN
                    ticket := jiesu.ticket(\(account), \(id), 'handle');
                    IF EXISTS (SELECT FROM jiesu.read_person(ticket)) THEN RAISE 'read within'; END IF;
                EXCEPTION WHEN division_by_zero THEN NULL;
                END;
                IF EXISTS (SELECT FROM jiesu.read_person(ticket)) THEN RAISE 'read after'; END IF;
            END $$
            """)
    }

    @Test func `a ticket that another connection has not committed reads nothing`() async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        let account = try await fixture.account(of: Self.organisation).id
        let (one, two) = (try await fixture.desk(Self.organisation), try await fixture.desk(Self.organisation))
        try await one.script("BEGIN")
        let ticket = try #require(try await ticket(account, id, on: one))
        #expect(try await count(ticket, on: two) == 0)
        try await one.script("COMMIT")
        #expect(try await count(ticket, on: two) == 1)
        #expect(try await count(ticket, on: one) == 1, "within its minute it reads again")
    }

    @Test(arguments: [(50, 1), (61, 0)])
    func `a ticket is good for a minute of the machine's time`(age: Int, texts: Int) async throws {
        let fixture = try await fixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        let account = try await fixture.account(of: Self.organisation).id
        let desk = try await fixture.desk(Self.organisation)
        let ticket = try await fixture.number(
            """
            INSERT INTO jiesu.access_log (at, login, account, case_id, purpose)
            VALUES (clock_timestamp() - make_interval(secs => \(Double(age))), 'jiesu_desk_wangting-urban', \(account), \(id), 'handle')
            RETURNING id
            """)
        #expect(try await count(Int64(ticket), on: desk) == texts)
    }

    @Test func `a simulation that stands still keeps no ticket alive and ends none`() async throws {
        let fixture = try await AccessFixture()
        let id = try await fixture.newCase(lead: Self.organisation)
        let account = try await fixture.account(of: Self.organisation)
        let desk = try await fixture.desk(Self.organisation)
        let store = try await fixture.deskStore(Self.organisation)
        let logIn = try #require(try await store.logIn(name: account.name, password: account.password))
        for time in ["2020-01-01", "2040-01-01"] {
            try await fixture.execute(
                """
                INSERT INTO jiesu.simulation VALUES (true, \(time)::timestamptz)
                ON CONFLICT (only_row) DO UPDATE SET at = excluded.at
                """)
            #expect(try await count(#require(try await ticket(account.id, id, on: desk)), on: desk) == 1)
            #expect(try await fixture.deskStore(Self.organisation).session(logIn.token) != nil)
        }
    }

    // MARK: The record

    @Test(arguments: ["Handle", "", "x'", "a b", "因公", String(repeating: "a", count: 41)])
    func `a purpose is a code, so that nobody types a person's data into the record`(purpose: String) async throws {
        let fixture = try await fixture()
        let account = try await fixture.account(of: Self.organisation).id
        let desk = try await fixture.desk(Self.organisation)
        let error = await #expect(throws: PostgresError.self) {
            try await desk.query("SELECT jiesu.ticket(\(account), 1, \(purpose))")
        }
        #expect(error?.sqlState == "23514")
    }

    @Test(arguments: [
        "UPDATE jiesu.access_log SET purpose = 'x'", "DELETE FROM jiesu.access_log", "TRUNCATE jiesu.access_log",
    ])
    func `nobody changes the record, its owner neither`(sql: String) async throws {
        let fixture = try await fixture()
        // Rows are looked at one by one before they are deleted, so there must be one.
        try await fixture.execute("INSERT INTO jiesu.access_log (case_id, purpose) VALUES (0, 'notice')")
        for role in ["jiesu_desk_wangting-urban", "jiesu_routing", "postgres"] {
            try await fixture.makeDesk(Self.organisation)
            #expect(await refusal(of: sql, on: try await fixture.connection(as: role)) == "42501", "\(role)")
        }
    }
}
