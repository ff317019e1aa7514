import Postgres
import Support
import Testing

@Suite struct ErrorTests {
    @Test func aViolationKeepsItsStateAndHidesTheRow() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await c.script("CREATE TABLE person (phone text CONSTRAINT one_phone UNIQUE, age int CHECK (age > 0))")
        try await c.execute("INSERT INTO person VALUES (\("13800138000"), 1)")
        let error = try #require(
            await #expect(throws: PostgresError.self) {
                try await c.execute("INSERT INTO person VALUES (\("13800138000"), 1)")
            })
        #expect(error.code == .server)
        #expect(error.sqlState == "23505")
        #expect(error.constraint == "one_phone")
        #expect(!error.isRetriable)
        #expect(!"\(error)".contains("138"))
        #expect(error.debugDescription.contains("13800138000"), "the detail is kept for debugging")
        #expect(try await c.query("SELECT 1").only().get(0) == 1, "the connection goes on")
    }

    @Test(arguments: [
        "SELECT 'secret'::int", "SELECT jsonb '{secret'", "DO $$ BEGIN RAISE 'secret'; END $$", "SELECT 'secret'::date",
    ])
    func wordsThatQuoteAValueAreHidden(_ sql: String) async throws {
        let c = try await TestDatabase.fresh().connection()
        let error = try #require(await #expect(throws: PostgresError.self) { try await c.script(sql) })
        #expect(!"\(error)".contains("secret"))
        #expect(error.debugDescription.contains("secret"))
    }

    @Test func wordsAboutTheSchemaAreShown() async throws {
        let c = try await TestDatabase.fresh().connection()
        let error = await #expect(throws: PostgresError.self) { try await c.query("SELECT * FROM missing") }
        #expect(error?.description == "postgres.server 42P01: relation \"missing\" does not exist")
    }

    @Test(arguments: ["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "25006", "08006"])
    func whatPassesIsRetriable(_ state: String) async throws {
        let c = try await TestDatabase.fresh().connection()
        let error = await #expect(throws: PostgresError.self) {
            try await c.script("DO $$ BEGIN RAISE SQLSTATE '\(state)'; END $$")
        }
        #expect(error?.isRetriable == true)
    }

    @Test func anAddressIsReadAndItsPasswordNotShown() throws {
        let settings = try ConnectionSettings(url: "postgresql://clerk:secret@db.example:5433/jiesu?sslmode=require")
        var dumped = ""
        dump(settings, to: &dumped)
        #expect("\(settings)" == "clerk@db.example:5433/jiesu")
        #expect(!(dumped + String(reflecting: settings)).contains("secret"))
        for bad in ["postgresql://x:secret@[::1", "host=a secret", "host=a\0b", "nonsense=secret"] {
            let error = #expect(throws: PostgresError.self) { try ConnectionSettings(url: bad) }
            #expect(error.map { !$0.debugDescription.contains("secret") } ?? false)
        }
    }

    @Test func sessionSettingsReachTheServer() async throws {
        var settings = try await TestDatabase.fresh().settings
        settings.session = ["lock_timeout": "2s", "search_path": "\"a b\\c\", public"]
        settings.applicationName = "jiesu-intake"
        let c = try await Connection.connect(settings)
        let row = try await c.query(
            """
            SELECT current_setting('lock_timeout'), current_setting('search_path'), current_setting('application_name'),
                current_setting('TimeZone'), timestamptz '2026-01-02 03:04:05.678+08'
            """
        ).only()
        #expect(
            try (0..<5).map { try row.get($0, as: String.self) }
                == ["2s", "\"a b\\c\", public", "jiesu-intake", "UTC", "2026-01-01 19:04:05.678+00"])
    }

    @Test func aServerThatIsNotThereIsARetriableError() async throws {
        let settings = try ConnectionSettings(url: "postgresql:///x?host=/tmp/no-such-folder")
        let error = await #expect(throws: PostgresError.self) { try await Connection.connect(settings) }
        #expect(error?.code == .connection)
        #expect(error?.isRetriable == true)
    }

    @Test func aServerThatFallsSilentIsGivenUp() async throws {
        var settings = try await TestDatabase.fresh().settings
        settings.silenceAtMost = .milliseconds(200)
        let c = try await Connection.connect(settings)
        let error = await #expect(throws: PostgresError.self) { try await c.query("SELECT pg_sleep(30)") }
        #expect(error?.code == .connection)
        #expect(c.isBroken)
    }

    @Test func aCopyIsRefusedInsteadOfHanging() async throws {
        let c = try await TestDatabase.fresh().connection()
        await #expect(throws: PostgresError.self) { try await c.script("COPY (SELECT 1) TO STDOUT") }
        #expect(c.isBroken)
    }
}
