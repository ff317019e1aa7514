import HTTP
import Postgres
import Support
import Synchronization
import Telemetry
import Testing

@testable import Intake

/// A number is given for what is on disk and for nothing else, whatever happens to the database meanwhile.
@Suite struct DurabilityTests {
    @Test func `a backend killed before its commit costs time, not a complaint`() async throws {
        let intake = try await IntakeFixture()
        let blocker = try await Connection.connect(ConnectionSettings(url: intake.url))
        try await blocker.script("BEGIN; LOCK TABLE jiesu.submission IN ACCESS EXCLUSIVE MODE")
        let key = IntakeFixture.key()
        async let answer = intake.post(key: key)
        let victim = try await intake.waitingBackend()
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_event") == 0)
        #expect(try await intake.number("SELECT pg_terminate_backend(\(Int32(victim)))::int") == 1)
        // It tries again on another connection, which waits for the same lock.
        try await eventually("another backend waits") { try await intake.waitingBackend() != victim }
        try await blocker.script("ROLLBACK")
        #expect(try await answer.status == 201)
        #expect(try await intake.cases(key: key) == 1)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 1)
    }

    @Test func `a backend killed in its commit gives no number, and the key is still good`() async throws {
        let intake = try await IntakeFixture(patience: .milliseconds(300))
        try await intake.script(
            """
            CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON jiesu.case_file DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION public.die();
            """)
        let key = IntakeFixture.key()
        let answer = try await intake.post(key: key)
        #expect(answer.status == 503)
        #expect(answer.headers["Retry-After"] != nil)
        #expect(answer.json?["number"] == nil)
        #expect(try await intake.traces(key: key) == 0)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.submission") == 0)
        try await intake.script("DROP TRIGGER die ON jiesu.case_file")
        #expect(try await intake.post(key: key).status == 201)
        #expect(try await intake.cases(key: key) == 1)
    }

    /// The server has committed and dies before it can say so: it was told to wait for a standby that does not exist.
    @Test func `a commit whose answer was lost is found again, with the same number`() async throws {
        let cluster = try TestCluster.make(settings: ["synchronous_standby_names": "nobody"])
        try await cluster.start()
        let intake = try await IntakeFixture(
            url: cluster.url(), session: ["synchronous_commit": "on"])
        let key = IntakeFixture.key()
        async let answer = intake.post(key: key)
        let victim = try await intake.backend(waitingFor: "SyncRep")
        try await intake.script("ALTER SYSTEM SET synchronous_standby_names = ''")
        try await intake.script("SELECT pg_reload_conf()")
        _ = try await intake.number("SELECT pg_terminate_backend(\(Int32(victim)))::int")
        let first = try await answer
        #expect(first.status == 201)
        #expect(try await intake.cases(key: key) == 1)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 1)
        #expect(try await intake.post(key: key).body == first.body)
        try await cluster.remove()
    }

    @Test func `a database that is away for a moment only makes the request wait`() async throws {
        let cluster = try TestCluster.make()
        try await cluster.start()
        let (lines, sink) = AsyncStream.makeStream(of: String.self)
        let intake = try await IntakeFixture(
            url: cluster.url(),
            log: Logger(service: "test", level: .warning, sink: { sink.yield($0) }))
        #expect(try await intake.post(key: "before").status == 201)
        try await cluster.stop(.fast)
        async let answer = intake.post(key: "during")
        for await line in lines where line.contains("registration waits") { break }
        try await cluster.start()
        #expect(try await answer.status == 201)
        #expect(try await intake.cases(key: "during") == 1)
        try await cluster.remove()
    }

    @Test func `a database that stays away is a 503 that says when to come back`() async throws {
        let cluster = try TestCluster.make()
        try await cluster.start()
        let intake = try await IntakeFixture(url: cluster.url(), patience: .milliseconds(200))
        let known = try await intake.post(key: "before")
        let number = try #require(known.json?["number"]?.string)
        let code = try #require(known.json?["code"]?.string)
        try await cluster.stop(.fast)
        let documents = [
            try await intake.post(key: "during"), try await intake.progress(number, code: code),
            try await intake.send(
                "POST", "\(IntakeFixture.path)/\(number)/withdrawal", headers: ["Jiesu-Query-Code": code]),
        ]
        let page = try await intake.send(
            "POST", "/progress",
            headers: ["Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"],
            body: Array("number=\(number)&code=\(code)".utf8))
        for answer in documents + [page] {
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] != nil)
        }
        #expect(documents.allSatisfy(\.isProblem) && page.text.contains("服务繁忙"))
        try await cluster.start()
        #expect(try await intake.traces(key: "during") == 0)
        #expect(try await intake.post(key: "during").status == 201)
        #expect(try await intake.progress(number, code: code).status == 200)
        try await cluster.remove()
    }

    @Test func `one that the database refuses as data costs the others nothing`() async throws {
        let intake = try await IntakeFixture()
        try await intake.script("ALTER TABLE jiesu.submission ADD CHECK (text NOT LIKE '%毒%')")
        let statuses = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for n in 0..<60 {
                group.addTask {
                    let text = n % 20 == 7 ? "毒" : "路灯不亮"
                    return (n, try await intake.post(["text": .string(text)], key: "k\(n)").status)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for n in 0..<60 { #expect(statuses[n] == (n % 20 == 7 ? 422 : 201)) }
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 57)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.idempotency") == 57)
    }
}

extension IntakeFixture {
    /// A backend of the service that waits for a lock; comes back when there is one.
    fileprivate func waitingBackend() async throws -> Int { try await backend(waitingFor: "relation") }

    fileprivate func backend(waitingFor event: String) async throws -> Int {
        var found = 0
        try await eventually("a backend waits for \(event)", within: .seconds(120)) {
            found = try await number(
                """
                SELECT coalesce(min(pid), 0) FROM pg_stat_activity
                WHERE usename = 'jiesu_intake' AND datname = current_database() AND wait_event = \(event)
                """)
            return found > 0
        }
        return found
    }
}
