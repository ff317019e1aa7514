import Access
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import Postgres
import Support
import Telemetry
import WorkPages

@testable import Intake

/// `jiesu-intake` in this process: its own routes behind a real server, on a real database where it logs in as its own role.
final class IntakeFixture: Sendable {
    /// The administrator's pool, for looking at what was stored.
    let pool: Pool
    let server: Server
    let port: Int
    /// The database's address for the superuser.
    let url: String
    private let serving: Task<Void, any Error>

    /// - Parameters:
    ///   - url: a database for the superuser; `nil` makes a fresh one.
    ///   - session: settings of the service's sessions beside its own.
    ///   - patience: how long registrations wait for a database that is away. Long, like all waiting here: beside tests that
    ///     compute for a while on the shared threads, everything takes its time.
    init(
        url: String? = nil, session: [String: String] = [:], patience: Duration = .seconds(120), log: Logger = .silent
    ) async throws {
        if let url {
            try await TestDatabase.install(at: url)
            self.url = url
        } else {
            self.url = try await TestDatabase.installed().url
        }
        let admin = try ConnectionSettings(url: self.url)
        pool = Pool(admin, size: 4, waitAtMost: .seconds(120), log: .silent)

        var own = try ConnectionSettings(url: TestDatabase.url(self.url, as: "jiesu_intake"))
        own.session = session.merging(["lock_timeout": "2s"]) { given, _ in given }
        let ownPool = Pool(own, size: 8, waitAtMost: .seconds(120), log: .silent)
        let cases = CaseStore(pool: ownPool)
        let routes = ComplaintRoutes(
            registrar: Registrar(cases, patience: patience, log: log), store: IntakeStore(pool: ownPool), cases: cases,
            line: "12345")
        let voice = VoiceRoutes(store: routes.store, cases: cases)
        let access = AccessStore(ownPool)
        let photos = PhotoStore(pool: Pool(own, size: 2, waitAtMost: .seconds(120), log: .silent))
        let server = Server(
            name: "jiesu-intake", listen: "127.0.0.1:0",
            routes: routes.all + OperatorRoutes(complaints: routes, access: access).all + voice.all
                + PhotoRoutes(photos: photos, access: access).all
                + CitizenPages(complaints: routes, voice: voice, photos: photos, log: log).all
                + OperatorPages(
                    site: WorkSite(prefix: "/operator", access: access, ways: OperatorPages.ways),
                    complaints: routes, photos: photos, log: log
                ).all,
            problemPage: { Page.problem($0) }, log: .silent)
        try server.start()
        self.server = server
        port = server.port ?? 0
        serving = Task { try await server.run() }
    }

    deinit { serving.cancel() }

    /// One for all tests that mind only their own keys.
    static func shared() async throws -> IntakeFixture { try await common.value }
    private static let common = Task { try await IntakeFixture() }

    static let path = "/api/v1/complaints"
    static let complaint: JSON = ["text": "路灯不亮,晚上走路很危险"]

    /// More than any test sends at once.
    private static let gate = Gate(80)

    func send(
        _ method: String, _ target: String, headers: Headers, body: [UInt8] = [], timeout: Duration = .seconds(240)
    ) async throws -> Client.Answer {
        let port = port
        return try await Self.gate.pass {
            try await Client(port: port, timeout: timeout).send(method, target, headers: headers, body: body)
        }
    }

    func post(_ body: JSON = complaint, key: String) async throws -> Client.Answer {
        try await post(bytes: body.bytes, key: key)
    }

    func post(bytes: [UInt8], key: String, type: String = "application/json") async throws -> Client.Answer {
        try await send("POST", Self.path, headers: ["Idempotency-Key": key, "Content-Type": type], body: bytes)
    }

    func progress(_ number: String, code: String) async throws -> Client.Answer {
        try await send("GET", "\(Self.path)/\(number)", headers: ["Jiesu-Query-Code": code])
    }

    /// A key that no other test has.
    static func key() -> String { TestBroker.uniqueName() }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }

    func script(_ sql: String) async throws {
        _ = try await pool.withConnection { try await $0.script(sql) }
    }

    /// Cases, with all that belongs to one, that the key stands for.
    func cases(key: String) async throws -> Int {
        try await number(
            """
            SELECT count(*) FROM jiesu.idempotency k JOIN jiesu.case_file f ON f.id = k.case_id
            JOIN jiesu.submission s ON s.case_id = f.id AND s.number = 1 JOIN jiesu.case_event e ON e.case_id = f.id
            WHERE k.key = \(ComplaintForm.storedKey(key)) AND e.version = 1
            """)
    }

    /// Traces of the key of any kind.
    func traces(key: String) async throws -> Int {
        try await number("SELECT count(*) FROM jiesu.idempotency WHERE key = \(ComplaintForm.storedKey(key))")
    }
}

extension Client.Answer {
    /// What a problem document says is wrong, as `name: message`.
    var faults: [String] {
        (json?["fields"]?.array ?? []).map { "\($0["name"]?.string ?? "?"): \($0["message"]?.string ?? "?")" }
    }

    var code: String? { json?["code"]?.string }
    var isProblem: Bool { headers["Content-Type"] == "application/problem+json" && json?["title"]?.string != nil }
}
