import CaseStore
import Casework
import Postgres
import Support
import Testing

@testable import Classification
@testable import Jiesu
@testable import Routing

/// What each service's role may do in the database: its work and nothing else. Compared with the whole catalogue, so that a new
/// table or function has to be thought of here.
@Suite struct RightsTests {
    /// `S` select, `I` insert, `U` update, `D` delete; columns where not the whole table. What is not named is not allowed.
    private static let tables: [String: [String: String]] = [
        "jiesu_intake": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "SIU", "case_event": "SI", "outbox": "I", "complainant": "I",
            "submission": "I", "idempotency": "SID", "attachment_draft": "SID",
            "calendar": "S", "clock": "SIUD", "note": "I",
        ],
        "jiesu_classification": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "SU", "case_event": "SI", "outbox": "I", "parked": "SI",
            "calendar": "S", "clock": "SIUD",
        ],
        "jiesu_routing": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "SU", "case_event": "SI", "outbox": "SIUD", "parked": "SI",
            "calendar": "S", "clock": "SIUD", "command": "S", "note": "SI",
            "report_fact": "S", "refill": "S", "digest": "S",
        ],
        "jiesu_deadlines": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "SU", "case_event": "SI", "outbox": "I", "parked": "SI",
            "calendar": "S", "clock": "SIUD", "command": "S",
        ],
        "jiesu_callback": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "SU", "case_event": "SI", "outbox": "I", "parked": "SI",
            "calendar": "S", "clock": "SIUD", "note": "SI", "notice": "SIU",
            "webhook_delivery": "SU", "digest": "S",
        ],
        "jiesu_reporting": [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S", "case_file": "S", "case_event": "S", "parked": "SI", "calendar": "S", "clock": "S",
            "report_fact": "SIU",
        ],
        desk: [
            "setting": "S", "broker": "S", "simulation": "S", "policy": "S", "region": "S", "organisation": "S",
            "jurisdiction": "S",
            "calendar": "S", "my_case": "S", "my_event": "S", "my_clock": "S", "my_command": "S", "my_note": "S",
        ],
    ]
    private static let columns: [String: Set<String>] = [
        "jiesu_classification": Set([
            "submission.case_id S", "submission.number S", "submission.title S", "submission.text S",
            "submission.place S", "submission.about S",
        ]).union(waiting).union(owing),
        "jiesu_intake": Set([
            "parked.service S", "parked.case_id S", "submission.case_id S", "submission.number S",
            "submission.complainant S",
        ]).union(waiting).union(owing),
        "jiesu_routing": deciding.union(owing).union([
            "command.decided_at U", "command.outcome U", "command.detail U", "command.version U",
        ]),
        "jiesu_deadlines": owing,
        "jiesu_callback": deciding.union(waiting).union(["webhook.organisation S", "webhook.url S"]),
        "jiesu_reporting": ["case_file.reported U"],
        desk: [
            "command.case_id I", "command.id I", "command.kind I", "command.round I", "command.account I",
            "command.payload I", "note.case_id I", "note.account I", "note.text I",
        ],
    ]
    /// Who acts, and in which role.
    private static let deciding: Set = [
        "account.id S", "account.organisation S", "account.roles S", "account.disabled_at S",
        "attachment.id S", "attachment.case_id S", "attachment.organisation S", "attachment.account S",
    ]
    /// That a command waits, and since when.
    private static let waiting: Set = ["command.case_id S", "command.received_at S", "command.decided_at S"]
    /// That a complainant is to be told something.
    private static let owing: Set = [
        "notice.case_id I", "notice.version I", "notice.round I", "notice.kind I",
    ]
    private static let common: Set = ["clock", "micros", "moment", "my_organisation"]
    private static let appending: Set = ["framed", "event_body", "link", "chain", "queue_webhooks"]
    private static let logIn: Set = ["log_in", "session", "log_out"]
    private static let reading: Set = [
        "ticket", "read_person", "read_particulars", "ask", "found", "attach", "attachments", "read_attachment",
    ]
    /// Deputies of who approves, and who read what.
    private static let approving: Set = ["name_deputy", "end_deputy", "deputies", "who_read"]
    private static let functions: [String: Set<String>] = [
        "jiesu_intake": common.union(appending).union(logIn).union([
            "query_codes", "answer", "change_password", "callers_cases", "like_cases", "own_quotes", "phone_digits",
            "attach_with_code", "attach_drafts", "correct", "correctable", "correct_particulars",
            "attach_as_operator", "complainants_attachments", "complainants_attachment", "linked_attachment",
        ]),
        "jiesu_classification": common.union(appending).union(logIn).union(["index_texts", "drop_texts"]),
        "jiesu_routing": common.union(appending).union(logIn).union(reading).union(approving).union([
            "given_at", "roles_at", "stood_in", "is_shown", "change_password", "cases_of", "searches", "purge_log_ins",
            "purge_keys", "purge_access_log", "purge_search_log", "purge_parked", "digest_due",
            "digest_cases", "seal_digest", "digest_payload", "admin_accounts", "admin_account",
            "admin_add_account", "admin_set_roles", "admin_set_disabled", "admin_reset_password",
            "admin_put_organisation", "admin_put_jurisdiction", "admin_add_desk", "admin_rename_organisation",
            "admin_disable_organisation", "admin_enable_organisation", "admin_acts",
        ]),
        "jiesu_deadlines": common.union(appending).union(["given_at"]),
        "jiesu_callback": common.union(appending).union(logIn).union(reading).union(approving).union([
            "is_shown", "change_password", "set_notices", "notice_tickets", "notice_contacts", "webhook_signatures",
            "webhook_done", "digest_payload",
        ]),
        "jiesu_reporting": common.union(logIn).union(["change_password"]),
        desk: common.union(logIn).union(reading).union(approving).union([
            "change_password", "i_am_under", "is_mine", "my_news", "i_succeeded",
        ]),
    ]
    private static let sequences: [String: Set<String>] = [
        "jiesu_intake": ["case_id", "note_number_seq"], "jiesu_routing": ["note_number_seq", "outbox_id_seq"],
        "jiesu_callback": ["note_number_seq"],
        desk: ["note_number_seq"],
    ]
    private static let locks: [String: Set<String>] = ["jiesu_routing": ["pg_try_advisory_lock(bigint)"]]

    /// The login of a desk, as `jiesu organisation add` makes it.
    private static let desk = "jiesu_desk_wangting-urban"
    static let roles = [
        "jiesu_intake", "jiesu_classification", "jiesu_routing", "jiesu_deadlines", "jiesu_callback", "jiesu_reporting",
        desk,
    ]

    /// The shared city, with the desk's login in it.
    private func city() async throws -> City {
        let city = try await City.shared()
        _ = try await city.texts("SELECT jiesu.add_desk('wangting-urban', NULL)")
        return city
    }

    @Test(arguments: roles)
    func `of the tables a role has exactly its rights`(role: String) async throws {
        let city = try await city()
        let rights = try await city.texts(
            """
            SELECT c.relname || ' ' || p.letter FROM pg_class c, (VALUES ('S', 'SELECT'), ('I', 'INSERT'), ('U', 'UPDATE'),
                ('D', 'DELETE'), ('T', 'TRUNCATE'), ('R', 'REFERENCES'), ('G', 'TRIGGER')) AS p (letter, name)
            WHERE c.relnamespace = 'jiesu'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
                AND has_table_privilege(\(role), c.oid, p.name)
            """)
        let expected = (Self.tables[role] ?? [:]).flatMap { table, letters in letters.map { "\(table) \($0)" } }
        #expect(Set(rights) == Set(expected), "\(Set(rights).symmetricDifference(expected).sorted())")
    }

    @Test(arguments: roles)
    func `of single columns a role has exactly its rights`(role: String) async throws {
        let city = try await city()
        let rights = try await city.texts(
            """
            SELECT c.relname || '.' || a.attname || ' ' || p.letter
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,
                (VALUES ('S', 'SELECT'), ('I', 'INSERT'), ('U', 'UPDATE'), ('R', 'REFERENCES')) AS p (letter, name)
            WHERE c.relnamespace = 'jiesu'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
                AND NOT has_table_privilege(\(role), c.oid, p.name)
                AND has_column_privilege(\(role), c.oid, a.attnum, p.name)
            """)
        #expect(Set(rights) == Self.columns[role] ?? [])
    }

    @Test(arguments: roles)
    func `a role may call exactly its functions and draw from exactly its sequences`(role: String) async throws {
        let city = try await city()
        let functions = try await city.texts(
            """
            SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'jiesu'::regnamespace
                AND has_function_privilege(\(role), oid, 'EXECUTE')
            """)
        #expect(Set(functions) == Self.functions[role])
        let sequences = try await city.texts(
            """
            SELECT relname::text FROM pg_class WHERE relnamespace = 'jiesu'::regnamespace AND relkind = 'S'
                AND (has_sequence_privilege(\(role), oid, 'USAGE') OR has_sequence_privilege(\(role), oid, 'SELECT')
                    OR has_sequence_privilege(\(role), oid, 'UPDATE'))
            """)
        #expect(Set(sequences) == Self.sequences[role] ?? [])
    }

    @Test(arguments: roles)
    func `advisory locks are for the relay alone`(role: String) async throws {
        let city = try await city()
        let locks = try await city.texts(
            """
            SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')' FROM pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace AND proname LIKE '%advisory%'
                AND has_function_privilege(\(role), oid, 'EXECUTE')
            """)
        #expect(Set(locks) == Self.locks[role] ?? [])
    }

    @Test(arguments: roles)
    func `what fills a disk and leaves no trace is for nobody`(role: String) async throws {
        let city = try await city()
        #expect(
            try await city.number("SELECT has_database_privilege(\(role), current_database(), 'TEMPORARY')::int") == 0)
        #expect(
            try await city.texts(
                """
                SELECT proname::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
                    AND (starts_with(proname, 'lo_') OR proname IN ('loread', 'lowrite'))
                    AND has_function_privilege(\(role), oid, 'EXECUTE')
                """) == [])
    }

    @Test(arguments: roles)
    func `a role is nothing more than a login`(role: String) async throws {
        let city = try await city()
        #expect(
            try await city.number(
                """
                SELECT count(*) FROM pg_roles WHERE rolname = \(role) AND rolcanlogin AND NOT (rolsuper OR rolcreaterole
                    OR rolcreatedb OR rolreplication OR rolbypassrls)
                """) == 1)
        #expect(
            try await city.texts(
                """
                SELECT m.roleid::regrole::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
                WHERE r.rolname = \(role)
                """) == (role == Self.desk ? ["jiesu_desk"] : []))
        #expect(
            try await city.number(
                """
                SELECT count(*) FROM pg_namespace WHERE has_schema_privilege(\(role), oid, 'CREATE')
                    AND nspname NOT LIKE 'pg_temp%'
                """) == 0)
        #expect(
            try await city.number("SELECT has_database_privilege(\(role), current_database(), 'CREATE')::int") == 0)
    }

    @Test func `nobody but the owner has any right that was not given to a role by name`() async throws {
        let city = try await city()
        let given = try await city.texts(
            """
            SELECT c.relname::text FROM pg_class c, aclexplode(c.relacl) a
            WHERE c.relnamespace = 'jiesu'::regnamespace AND a.grantee = 0
            UNION ALL
            SELECT c.attname::text FROM pg_attribute c, aclexplode(c.attacl) a
            WHERE a.grantee = 0 AND c.attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'jiesu'::regnamespace)
            UNION ALL
            SELECT p.proname::text FROM pg_proc p,
                aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            WHERE p.pronamespace = 'jiesu'::regnamespace AND a.grantee = 0
            """)
        #expect(given == [])
    }

    @Test(arguments: [
        ("jiesu_intake", "SELECT text FROM jiesu.submission"), ("jiesu_intake", "SELECT name FROM jiesu.complainant"),
        ("jiesu_classification", "SELECT name FROM jiesu.complainant"),
        ("jiesu_classification", "SELECT complainant FROM jiesu.submission"),
        ("jiesu_classification", "SELECT * FROM jiesu.submission"),
        ("jiesu_classification", "SELECT jiesu.query_codes(ARRAY[1::bigint])"),
        ("jiesu_routing", "SELECT text FROM jiesu.submission"),
        ("jiesu_routing", "SELECT jiesu.query_codes(ARRAY[1::bigint])"),
        ("jiesu_intake", "SELECT value FROM jiesu.secret"),
        ("jiesu_intake", "SELECT pg_advisory_lock(1)"), ("jiesu_classification", "SELECT pg_try_advisory_lock(1)"),
        ("jiesu_routing", "SELECT pg_advisory_xact_lock(1)"), ("jiesu_routing", "SELECT jiesu.raise_generation()"),
        ("jiesu_routing", "UPDATE jiesu.setting SET value = 1"), ("jiesu_routing", "DELETE FROM jiesu.access_log"),
        ("jiesu_callback", "SELECT jiesu.purge_access_log(1)"), ("jiesu_intake", "SELECT jiesu.purge_keys(1)"),
        ("jiesu_routing", "DELETE FROM jiesu.refill"),
        ("jiesu_routing", "INSERT INTO jiesu.digest_piece (digest) VALUES (1)"),
        ("jiesu_callback", "SELECT jiesu.seal_digest()"), ("jiesu_routing", "DELETE FROM jiesu.digest"),
        ("jiesu_intake", "INSERT INTO jiesu.simulation VALUES (true, now())"),
        ("jiesu_routing", "CREATE TABLE jiesu.t ()"), ("jiesu_routing", "CREATE TABLE public.t ()"),
        ("jiesu_intake", "DELETE FROM jiesu.case_file"), ("jiesu_routing", "TRUNCATE jiesu.outbox"),
        ("jiesu_classification", "UPDATE jiesu.policy SET document = ''"),
        ("jiesu_reporting", "UPDATE jiesu.case_file SET state = 'x'"),
        ("jiesu_reporting", "DELETE FROM jiesu.report_fact"),
        ("jiesu_routing", "SELECT FROM jiesu.notice"), ("jiesu_routing", "SELECT jiesu.notice_contacts('{1}')"),
        ("jiesu_callback", "DELETE FROM jiesu.notice"), ("jiesu_intake", "SELECT jiesu.set_notices(false)"),
        ("jiesu_callback", "SELECT secret FROM jiesu.webhook"), ("jiesu_routing", "SELECT FROM jiesu.webhook_delivery"),
        ("jiesu_callback", "SELECT jiesu.put_webhook('wangting-urban', 'http://x', true)"),
        (desk, "SELECT FROM jiesu.webhook"), (desk, "SELECT jiesu.webhook_signatures('wangting-urban', '{x}')"),
        (desk, "SELECT FROM jiesu.notice"), (desk, "INSERT INTO jiesu.notice (case_id) VALUES (1)"),
        ("jiesu_reporting", "SELECT jiesu.read_person(1)"), ("jiesu_deadlines", "SELECT jiesu.log_in('a', 'b')"),
        ("jiesu_intake", "SELECT jiesu.read_person(1)"), ("jiesu_classification", "SELECT jiesu.ticket(1, 1, 'x')"),
        ("jiesu_callback", "SELECT name FROM jiesu.complainant"), ("jiesu_callback", "SELECT * FROM jiesu.access_log"),
        ("jiesu_routing", "SELECT hash FROM jiesu.log_in"), ("jiesu_routing", "SELECT password FROM jiesu.account"),
        ("jiesu_routing", "CREATE TEMP TABLE t ()"), ("jiesu_deadlines", "SELECT pg_advisory_lock(1)"),
        (desk, "SELECT FROM jiesu.case_file"), (desk, "SELECT FROM jiesu.case_event"),
        (desk, "SELECT FROM jiesu.submission"), (desk, "SELECT FROM jiesu.complainant"),
        (desk, "SELECT FROM jiesu.search_log"), ("jiesu_routing", "SELECT FROM jiesu.search_log"),
        (desk, "SELECT FROM jiesu.account"), (desk, "SELECT FROM jiesu.log_in"), (desk, "SELECT FROM jiesu.access_log"),
        (desk, "SELECT FROM jiesu.desk_login"), (desk, "SELECT FROM jiesu.secret"), (desk, "SELECT FROM jiesu.outbox"),
        (desk, "INSERT INTO jiesu.desk_login VALUES (session_user, 'tongdu-urban')"),
        (desk, "UPDATE jiesu.desk_login SET organisation = 'tongdu-urban'"), (desk, "DELETE FROM jiesu.desk_login"),
        (desk, "INSERT INTO jiesu.access_log (account, case_id, purpose) VALUES (1, 1, 'x')"),
        (desk, "INSERT INTO jiesu.access_log (account, case_id, purpose, tx) VALUES (1, 1, 'x', '1')"),
        (desk, "INSERT INTO jiesu.case_event VALUES (1)"), (desk, "INSERT INTO jiesu.outbox (case_id) VALUES (1)"),
        (desk, "UPDATE jiesu.organisation SET parent = NULL"), (desk, "UPDATE jiesu.setting SET value = 1"),
        (desk, "SELECT jiesu.acts_for(NULL)"), (desk, "SELECT jiesu.add_desk('x', NULL)"),
        (desk, "SELECT jiesu.issue_token(1, 'token', 'x', '1 day')"), (desk, "SELECT jiesu.password_hash('x')"),
        (desk, "SELECT jiesu.token_hash('x')"), (desk, "SELECT jiesu.crypt('x', 'y')"),
        (desk, "SELECT jiesu.query_codes(ARRAY[1::bigint])"), (desk, "SELECT jiesu.close_to_public()"),
        (desk, "CREATE TEMP TABLE t ()"), (desk, "CREATE TABLE public.t ()"), (desk, "CREATE TABLE jiesu.t ()"),
        (desk, "CREATE SCHEMA s"), (desk, "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        (desk, "CREATE TEMP VIEW v AS SELECT 1"), (desk, "SELECT pg_try_advisory_lock(1)"),
        (desk, "SELECT pg_advisory_xact_lock(1)"), (desk, "SELECT lo_creat(-1)"), (desk, "SELECT lo_create(1)"),
        (desk, "SELECT lo_from_bytea(0, 'x')"), (desk, "SELECT lo_open(1, 131072)"), (desk, "SELECT lowrite(0, 'x')"),
        (desk, "CREATE ROLE x"), (desk, "SELECT pg_read_file('/etc/passwd')"),
        (desk, "COPY jiesu.organisation TO PROGRAM 'cat'"), (desk, "BEGIN; LOCK TABLE jiesu.outbox"),
        (desk, "SELECT FROM jiesu.organisation FOR UPDATE"), (desk, "ALTER ROLE jiesu_routing PASSWORD 'x'"),
        (desk, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'"),
    ])
    func `what is not its work is refused`(role: String, sql: String) async throws {
        let city = try await city()
        let connection = try await Connection.connect(city.database.settings(as: role))
        await #expect { try await connection.script(sql) } throws: { ($0 as? PostgresError)?.sqlState == "42501" }
    }

    @Test(arguments: [
        "UPDATE jiesu.case_event SET kind = kind", "DELETE FROM jiesu.case_event", "TRUNCATE jiesu.case_event",
    ])
    func `nobody changes an event, the owner neither`(sql: String) async throws {
        let city = try await city()
        for role in Self.roles + ["postgres"] {
            let connection = try await Connection.connect(city.database.settings(as: role))
            await #expect { try await connection.script(sql) } throws: { ($0 as? PostgresError)?.sqlState == "42501" }
        }
    }

    @Test func `who migrates without being a superuser is told what is still open, and a superuser closes it`()
        async throws
    {
        let database = try await TestDatabase.fresh()
        let owner = "owner_\(database.name)"
        let admin = try await database.connection()
        try await admin.script(
            "CREATE ROLE \(owner) LOGIN CREATEROLE; ALTER DATABASE \(database.name) OWNER TO \(owner)")
        func migrate(_ url: String) async throws -> BuiltProgram.Output {
            try await BuiltProgram.jiesu(["migrate"], environment: ["JIESU_DATABASE_URL": url])
        }
        for _ in 0..<2 {
            let outcome = try await migrate(TestDatabase.url(database.url, as: owner))
            #expect(outcome.status == 0, "\(outcome)")
            #expect(
                outcome.out.contains("warning: ")
                    && outcome.out.contains("FUNCTION lo_creat(integer) FROM PUBLIC;"))
            #expect(!outcome.out.contains("REVOKE TEMPORARY"), "the owner of the database may do that")
        }
        let closed = try await migrate(database.url)
        #expect(closed.status == 0 && !closed.out.contains("warning"), "\(closed)")
        try await admin.script("REASSIGN OWNED BY \(owner) TO postgres; DROP OWNED BY \(owner); DROP ROLE \(owner)")
    }

    @Test func `each role does its work`() async throws {
        let city = try await City()
        let outcomes = try await CaseStore(pool: city.pool(as: "jiesu_intake")).register([
            Registration(
                key: "k", request: [1], line: "12345", actor: .complainant, channel: "web_portal", identity: .named,
                contact: .init(name: "示例甲"), text: "望汀区柳坝路路灯坏了十几盏,请尽快更换路灯", region: "望汀区"),
            Registration(
                key: "l", request: [1], line: "999", actor: .complainant, channel: "web_portal", identity: .anonymous,
                text: "x"),
        ])
        guard case .registered(let receipt) = outcomes[0] else {
            Issue.record("not registered: \(outcomes)")
            return
        }
        let ids = [receipt.number.id]
        let classification = CaseStore(pool: try city.pool(as: "jiesu_classification"))
        #expect(try await classification.work(Examining(), on: ids).done == 1)
        let routing = CaseStore(pool: try city.pool(as: "jiesu_routing"))
        #expect(try await routing.work(Dispatching(), on: ids).done == 1)
        for store in [classification, routing] {
            try await store.park(
                Parked(
                    service: "test", reason: "no_type", detail: "x",
                    origin: .init(topic: "t", partition: 0, offset: 1, message: [])))
        }
        #expect(try await city.texts("SELECT lead FROM jiesu.case_file") == ["wangting-urban"])
        // The relay.
        let relay = try await Connection.connect(city.database.settings(as: "jiesu_routing"))
        #expect(try await relay.query("SELECT pg_try_advisory_lock(1)").only().get(0, as: Bool.self))
        _ = try await relay.query("SELECT id FROM jiesu.outbox ORDER BY id")
        _ = try await relay.execute("UPDATE jiesu.outbox SET set_aside = true")
        #expect(try await relay.execute("DELETE FROM jiesu.outbox") > 0)
        await relay.close()
    }
}
