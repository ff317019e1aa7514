import Access
import Casework
import Foundation
import Postgres
import Support
import Testing
import WorkingTime

/// Log-ins as the database decides them.
@Suite struct LogInTests {
    private static let organisation = "wangting-urban"

    private func fixture() async throws -> AccessFixture { try await AccessFixture.shared() }

    @Test func `name and password give a token that tells who one is`() async throws {
        let fixture = try await fixture()
        let account = try await fixture.account(of: Self.organisation, roles: ["leader", "officer"])
        let store = try await fixture.deskStore(Self.organisation)
        let logIn = try #require(try await store.logIn(name: account.name, password: account.password))
        let session = try #require(try await store.session(logIn.token))
        #expect(session.account == account.id && session.organisation == Self.organisation)
        #expect(session.roles == ["officer", "leader"] && session.formToken.count == 64)
        #expect(session.formToken != logIn.token)
        let hours = (logIn.expiresAt.microseconds - Int64(Date.now.timeIntervalSince1970 * 1e6)) / 3_600_000_000
        #expect((11...12).contains(hours))
        let other = try #require(try await store.logIn(name: account.name, password: account.password))
        #expect(other.token != logIn.token)
    }

    @Test func `a wrong password, an unknown name and a disabled account are refused alike`() async throws {
        let fixture = try await fixture()
        let account = try await fixture.account(of: Self.organisation)
        let disabled = try await fixture.account(of: Self.organisation)
        try await fixture.execute("UPDATE jiesu.account SET disabled_at = clock_timestamp() WHERE id = \(disabled.id)")
        let store = try await fixture.deskStore(Self.organisation)
        for (name, password) in [
            (account.name, "x"), (account.name, ""), (account.name, account.password + "x"),
            (account.name.uppercased(), account.password), ("nobody", account.password), ("", ""),
            (disabled.name, disabled.password), ("' OR true --", "' OR true --"),
        ] {
            #expect(try await store.logIn(name: name, password: password) == nil, "\(name)")
        }
        #expect(try await store.logIn(name: account.name, password: account.password) != nil)
    }

    @Test func `an unknown name costs the same work as a known one`() async throws {
        let fixture = try await AccessFixture()
        let account = try await fixture.account(of: Self.organisation)
        let store = try await fixture.deskStore(Self.organisation)
        // Writes down what each password was checked against.
        try await fixture.execute("CREATE TABLE public.checked (hash text)")
        try await fixture.execute("ALTER FUNCTION jiesu.crypt(text, text) RENAME TO real_crypt")
        try await fixture.execute(
            """
            CREATE FUNCTION jiesu.crypt(password text, salt text) RETURNS text LANGUAGE sql AS $$
                INSERT INTO public.checked VALUES (salt);
                SELECT jiesu.real_crypt(password, salt)
            $$
            """)
        for name in [account.name, "nobody"] { #expect(try await store.logIn(name: name, password: "wrong") == nil) }
        let hashes = try await fixture.pool.withConnection { try await $0.query("SELECT hash FROM public.checked") }
            .map { try $0.get(0, as: String.self) }
        #expect(hashes.count == 2 && Set(hashes).count == 2)
        // Blowfish in 2^10 rounds: what is checked faster is guessed faster.
        #expect(hashes.allSatisfy { $0.hasPrefix("$2a$10$") && $0.utf8.count == 60 }, "\(hashes)")
    }

    @Test func `a desk lets in its own people alone, the centre everybody`() async throws {
        let fixture = try await fixture()
        let desk = try await fixture.deskStore("wangting-urban")
        let centre = try fixture.store(as: "jiesu_routing")
        for (organisation, isAtDesk) in [("wangting-urban", true), ("wangting-police", false), (nil, false)] {
            let account = try await fixture.account(of: organisation)
            let logIn = try #require(try await centre.logIn(name: account.name, password: account.password))
            #expect(try await centre.session(logIn.token)?.organisation == organisation)
            #expect((try await desk.logIn(name: account.name, password: account.password) != nil) == isAtDesk)
            #expect((try await desk.session(logIn.token) != nil) == isAtDesk)
            try await desk.logOut(logIn.token)
            #expect((try await fixture.store(as: "jiesu_routing").session(logIn.token) == nil) == isAtDesk)
        }
    }

    @Test func `an ended, an expired and a disabled account's log-in is no session`() async throws {
        let fixture = try await fixture()
        let account = try await fixture.account(of: Self.organisation)
        let store = try await fixture.deskStore(Self.organisation)
        func logIn() async throws -> String {
            try #require(try await store.logIn(name: account.name, password: account.password)).token
        }
        let (ended, expired, disabled) = (try await logIn(), try await logIn(), try await logIn())
        func isSession(_ token: String) async throws -> Bool {
            try await fixture.deskStore(Self.organisation).session(token) != nil
        }
        #expect(try await store.session(ended) != nil)
        try await store.logOut(ended)
        #expect(try await store.session(ended) == nil, "at once where it was ended")
        #expect(try await !isSession(ended))
        try await store.logOut(ended)
        try await store.logOut("nonsense")
        #expect(try await isSession(expired))
        try await fixture.execute(
            "UPDATE jiesu.log_in SET expires_at = clock_timestamp() WHERE hash = sha256(convert_to(\(expired), 'UTF8'))"
        )
        #expect(try await !isSession(expired))
        #expect(try await isSession(disabled))
        try await fixture.execute("UPDATE jiesu.account SET disabled_at = clock_timestamp() WHERE id = \(account.id)")
        #expect(try await !isSession(disabled))
        #expect(try await store.session(disabled) == nil, "it was never asked for here, so nothing is kept")
    }

    @Test(arguments: [
        "", "0", "nonsense", "\\x00", String(repeating: "f", count: 64), String(repeating: "令", count: 70),
    ])
    func `what is no token is no session and no error`(token: String) async throws {
        let store = try await fixture().deskStore(Self.organisation)
        #expect(try await store.session(token) == nil)
        try await store.logOut(token)
    }

    @Test func `neither token nor password stands in the database or shows where a log-in is printed`() async throws {
        let fixture = try await AccessFixture()
        let account = try await fixture.account(of: Self.organisation)
        let logIn = try #require(
            try await fixture.deskStore(Self.organisation).logIn(name: account.name, password: account.password))
        #expect(logIn.token.utf8.count == 64)
        var printed = ""
        dump(logIn, to: &printed)
        for text in ["\(logIn)", String(reflecting: logIn), printed] { #expect(!text.contains(logIn.token)) }
        let stored = try await fixture.pool.withConnection {
            try await $0.query("SELECT a::text FROM jiesu.account a UNION ALL SELECT l::text FROM jiesu.log_in l")
        }.map { try $0.get(0, as: String.self) }
        #expect(stored.count == 2)
        #expect(!stored.contains { $0.contains(logIn.token) || $0.contains(account.password) })
    }

    @Test func `a session is looked up once for some seconds`() async throws {
        let fixture = try await fixture()
        let account = try await fixture.account(of: Self.organisation)
        let store = try await fixture.deskStore(Self.organisation)
        let logIn = try #require(try await store.logIn(name: account.name, password: account.password))
        let first = try await store.session(logIn.token)
        // Taken back behind the store's back, which it cannot know yet.
        try await fixture.execute("UPDATE jiesu.log_in SET ended_at = clock_timestamp() WHERE account = \(account.id)")
        #expect(try await store.session(logIn.token) == first)
        #expect(try await fixture.deskStore(Self.organisation).session(logIn.token) == nil)
    }
}
