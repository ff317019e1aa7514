import CaseStore
import Policies
import Postgres
import Support
import Testing

/// The database login of a desk: whom it speaks for is not its own to say.
@Suite struct DeskLoginTests {
    @Test(arguments: [
        "SELECT 1", "SET ROLE jiesu_desk", "SET SESSION AUTHORIZATION DEFAULT",
        "SET SESSION AUTHORIZATION \"jiesu_desk_wangting-urban\"", "SET search_path = jiesu, public",
        "SET ROLE jiesu_desk; RESET ROLE", "BEGIN; SET LOCAL ROLE jiesu_desk",
        "SET jiesu.organisation = 'tongdu-urban'", "SET application_name = 'jiesu_desk_tongdu-urban'",
    ])
    func `nothing that a session may set changes whom it speaks for`(sql: String) async throws {
        let fixture = try await AccessFixture.shared()
        let desk = try await fixture.desk("wangting-urban")
        try await fixture.makeDesk("tongdu-urban")
        try await desk.script(sql)
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == "wangting-urban")
    }

    @Test(arguments: [
        "SET ROLE \"jiesu_desk_tongdu-urban\"", "SET SESSION AUTHORIZATION \"jiesu_desk_tongdu-urban\"",
        "SET ROLE jiesu_routing", "SET SESSION AUTHORIZATION jiesu_routing", "SET ROLE postgres",
        "GRANT jiesu_routing TO \"jiesu_desk_wangting-urban\"", "ALTER ROLE jiesu_desk RENAME TO x",
    ])
    func `nobody becomes another`(sql: String) async throws {
        let fixture = try await AccessFixture.shared()
        let desk = try await fixture.desk("wangting-urban")
        try await fixture.makeDesk("tongdu-urban")
        #expect(await refusal(of: sql, on: desk) == "42501")
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == "wangting-urban")
    }

    @Test(arguments: [
        "jiesu_intake", "jiesu_classification", "jiesu_routing", "jiesu_deadlines", "jiesu_callback", "jiesu_reporting",
    ])
    func `the centre's logins speak for no organisation`(role: String) async throws {
        let centre = try await AccessFixture.shared().connection(as: role)
        #expect(try await centre.query("SELECT jiesu.my_organisation() IS NULL").only().get(0))
    }

    @Test func `it is made once, and completed where a part is missing`() async throws {
        let fixture = try await AccessFixture()
        let code = "desk-\(UInt32.random(in: 0 ... .max))"
        try await fixture.execute(
            """
            INSERT INTO jiesu.organisation (code, title, aliases, level, roles, contact, inbox)
            VALUES (\(code), '示例', '{}', 'city', '{}', '', true)
            """)
        let admin = try await fixture.database.connection()
        func add(_ password: String?) async throws -> String {
            try await admin.query("SELECT jiesu.add_desk(\(code), \(password))").only().get(0)
        }
        func password() async throws -> String {
            try await admin.query("SELECT rolpassword FROM pg_authid WHERE rolname = \("jiesu_desk_\(code)")").only()
                .get(0)
        }
        let verifier = try await admin.scramVerifier(of: "geheim", for: "jiesu_desk_\(code)")
        #expect(verifier.hasPrefix("SCRAM-SHA-256$") && !verifier.contains("geheim"))
        #expect(try await add(verifier) == "made")
        #expect(try await password() == verifier)
        #expect(try await add("x") == "there")
        for sql in [
            "DELETE FROM jiesu.desk_login", "REVOKE jiesu_desk FROM \"jiesu_desk_\(code)\"",
            "DELETE FROM jiesu.desk_login; REVOKE jiesu_desk FROM \"jiesu_desk_\(code)\"",
        ] {
            try await admin.script(sql)
            #expect(try await add("x") == "completed")
            #expect(try await add("x") == "there")
        }
        #expect(try await password() == verifier)
        let desk = try await fixture.connection(as: "jiesu_desk_\(code)")
        #expect(try await desk.query("SELECT jiesu.my_organisation()").only().get(0) == code)
        let bounds = try await desk.query(
            """
            SELECT current_setting('idle_in_transaction_session_timeout') || ' ' || current_setting('statement_timeout')
            """)
        #expect(try bounds.only().get(0) == "10s 30s", "a desk that hangs holds nothing for long")
        await desk.close()
        // As in a new cluster into which only the database was restored.
        try await admin.script("DROP ROLE \"jiesu_desk_\(code)\"")
        #expect(try await add(verifier) == "made")
        try await admin.script("DROP ROLE \"jiesu_desk_\(code)\"")
    }

    @Test func `an organisation that does not exist has no desk, and no role is left of it`() async throws {
        let admin = try await AccessFixture.shared().database.connection()
        #expect(await refusal(of: "SELECT jiesu.add_desk('no-such', NULL)", on: admin) == "23503")
        #expect(try await admin.query("SELECT 1 FROM pg_roles WHERE rolname = 'jiesu_desk_no-such'").isEmpty)
    }

    @Test func `an owner who is no superuser can migrate, and desks work`() async throws {
        let admin = try await TestDatabase.fresh()
        let owner = "owner_\(admin.name)"
        let connection = try await admin.connection()
        try await connection.script(
            "CREATE ROLE \(owner) LOGIN CREATEROLE; ALTER DATABASE \(admin.name) OWNER TO \(owner)")
        let own = try await Connection.connect(admin.settings(as: owner))
        let profiles = try Profile.shipped()
        let result = try await Setup.bringUp(
            own, profiles: profiles, directory: OrganisationsFile.shipped(for: profiles).directory)
        #expect(result.migrations.contains(3))
        #expect(!result.openToPublic.isEmpty)
        #expect(
            result.openToPublic.allSatisfy { $0.hasPrefix("REVOKE EXECUTE ON FUNCTION lo") }, "\(result.openToPublic)")
        let code = "city-land"
        _ = try await own.query("SELECT jiesu.add_desk(\(code), NULL)")
        _ = try await own.query(
            """
            INSERT INTO jiesu.account (name, title, organisation, roles, password)
            VALUES ('a', 'a', \(code), '{officer}', jiesu.password_hash('p'))
            """)
        let desk = try await Connection.connect(admin.settings(as: "jiesu_desk_\(code)"))
        let token: String = try await desk.query("SELECT token FROM jiesu.log_in('a', 'p')").only().get(0)
        #expect(try await desk.query("SELECT organisation FROM jiesu.session(\(token))").only().get(0) == code)
        // What the owner of a database can take from everybody it has taken.
        #expect(await refusal(of: "CREATE TEMP TABLE t ()", on: desk) == "42501")
        #expect(await refusal(of: "CREATE TABLE public.t ()", on: desk) == "42501")
        #expect(await refusal(of: "SELECT lo_creat(-1)", on: desk) == nil)
        await own.close()
        // What takes a superuser is done when one comes by.
        let later = try await Setup.bringUp(
            connection, profiles: profiles, directory: OrganisationsFile.shipped(for: profiles).directory)
        #expect(later.openToPublic == [])
        #expect(await refusal(of: "SELECT lo_creat(-1)", on: desk) == "42501")
        await desk.close()
        try await connection.script(
            "REASSIGN OWNED BY \(owner) TO postgres; DROP OWNED BY \(owner); DROP ROLE \(owner)")
    }
}
