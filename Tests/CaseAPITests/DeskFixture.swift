import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Policies
import Postgres
import Support
import Telemetry

/// A city with two desks and the centre, all on one database, each under its own login.
struct DeskFixture {
    let database: TestDatabase
    /// The administrator's.
    let pool: Pool
    let store: CaseStore
    let officer: Int64
    let stranger: Int64
    let dispatcher: Int64

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool(size: 6)
        store = CaseStore(pool: pool)
        for organisation in ["city-urban", "city-health"] { try await Self.addDesk(organisation, pool) }
        officer = try await Self.account("officer", "city-urban", "{officer,leader}", pool)
        stranger = try await Self.account("stranger", "city-health", "{officer,leader}", pool)
        dispatcher = try await Self.account("dispatcher", nil, "{dispatcher,callback_agent}", pool)
        _ = try await Self.account("supervisor", nil, "{supervisor}", pool)
    }

    private static func addDesk(_ organisation: String, _ pool: Pool) async throws {
        _ = try await pool.withConnection {
            try await $0.query("SELECT jiesu.add_desk(\(organisation), \(String?.none))")
        }
    }

    private static func account(
        _ name: String, _ organisation: String?, _ roles: StaticString, _ pool: Pool
    ) async throws -> Int64 {
        try await pool.withConnection {
            try await $0.query(
                """
                INSERT INTO jiesu.account (name, title, organisation, roles, password)
                VALUES (\(name), \(name), \(organisation), '\(raw: roles)', jiesu.password_hash('a good password')) RETURNING id
                """)
        }.only().get(0)
    }

    /// A connection as psql of that organisation would have.
    func psql(_ organisation: String) async throws -> Connection {
        try await Connection.connect(try database.settings(as: "jiesu_desk_\(organisation)"))
    }

    func desk(_ organisation: String, patience: Duration = .milliseconds(200)) throws -> DeskBook {
        DeskBook(
            pool: Pool(try database.settings(as: "jiesu_desk_\(organisation)"), size: 2, log: .silent),
            patience: patience)
    }

    /// Cases that were sent to `lead`, with `city-transport` helping; `accused` is complained about.
    func dispatched(_ count: Int, to lead: String = "city-urban", accused: [String] = []) async throws -> [Int64] {
        let key = TestBroker.uniqueName()
        let outcomes = try await store.register(
            (0..<count).map { number in
                Registration(
                    key: "\(key)\(number)", request: [], line: "12345", actor: .complainant, channel: "phone_hotline",
                    identity: .named, contact: .init(name: "秘密人", phone: "000-0000"), text: "秘密正文，路灯不亮")
            })
        let ids = outcomes.compactMap { outcome in
            if case .registered(let receipt) = outcome { receipt.number.id } else { nil }
        }
        _ = try await store.perform(
            ids.flatMap { id -> [CaseStore.Addressed] in
                let finding = Finding(
                    nature: "complaint", subject: "urban_construction", urgency: "ordinary", accused: accused)
                return [
                    .init(
                        caseID: id,
                        command: Command(id: "t1", seen: .version(1), by: .service("test"), order: .classify(finding))),
                    .init(
                        caseID: id,
                        command: Command(
                            id: "t2", seen: .version(2), by: .service("test"),
                            order: .dispatch(Dispatched(lead: lead, helpers: ["city-transport"])))),
                ]
            })
        return ids
    }

    func request(
        _ kind: Order.Kind, of id: Int64, _ name: String = "1", payload: String = "{}", note: String? = nil,
        account: Int64? = nil, organisation: String? = "city-urban", roles: Set<String> = ["officer", "leader"]
    ) -> OrderRequest {
        OrderRequest(
            caseID: id, id: name, kind: kind, round: 1, payload: payload, note: note, account: account ?? officer,
            organisation: organisation, roles: roles)
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }
}
