import Access
import CaseStore
import Casework
import Postgres
import Support
import Testing

/// A database with the shipped city, some desks' logins and some cases.
struct AccessFixture {
    let database: TestDatabase
    /// The administrator's.
    let pool: Pool

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool()
    }

    /// One for tests that mind only their own accounts and cases.
    static func shared() async throws -> AccessFixture { try await common.value }
    private static let common = Task { try await AccessFixture() }

    // MARK: Logins of the database

    /// Makes the login of an organisation's desk, if it is not there yet, and connects with it.
    func desk(_ organisation: String) async throws -> Connection {
        try await makeDesk(organisation)
        return try await connection(as: "jiesu_desk_\(organisation)")
    }

    func makeDesk(_ organisation: String) async throws {
        _ = try await pool.withConnection { try await $0.query("SELECT jiesu.add_desk(\(organisation), NULL)") }
    }

    func connection(as role: String) async throws -> Connection {
        try await Connection.connect(database.settings(as: role))
    }

    func store(as role: String) throws -> AccessStore {
        AccessStore(Pool(try database.settings(as: role), size: 2, log: .silent))
    }

    func deskStore(_ organisation: String) async throws -> AccessStore {
        try await makeDesk(organisation)
        return try store(as: "jiesu_desk_\(organisation)")
    }

    // MARK: What stands in it

    /// A new account with a name of its own unless one is given, who has changed the first password unless it is said that not.
    func account(
        _ name: String? = nil, of organisation: String?, roles: [Role] = ["officer"], isNew: Bool = false
    ) async throws -> (id: Int64, name: String, password: String) {
        let name = name ?? "a\(UInt64.random(in: 0 ... .max))"
        return try await pool.withConnection { connection in
            let password = try await Accounts(on: connection)
                .add(name: name, title: "测试员", organisation: organisation, roles: roles)
            let id: Int64 = try await connection.query("SELECT id FROM jiesu.account WHERE name = \(name)").only().get(
                0)
            if !isNew {
                _ = try await connection.execute("UPDATE jiesu.account SET must_change = false WHERE id = \(id)")
            }
            return (id, name, try #require(password))
        }
    }

    /// A new case that `lead` answers.
    func newCase(
        lead: String?, helpers: [String] = [], accused: [String] = [], identity: Identity = .named
    ) async throws -> Int64 {
        let outcomes = try await CaseStore(pool: pool).register([
            Registration(
                key: "\(UInt64.random(in: 0 ... .max))", request: [1], line: "12345", actor: .complainant,
                channel: "phone_hotline", identity: identity,
                contact: .init(name: "示例甲", phone: "000-0001", email: "a@example.invalid", address: "示例路 1 号"),
                title: "路灯", text: "路灯不亮", place: "示例桥", about: "示例公司")
        ])
        guard case .registered(let receipt) = outcomes[0] else { throw NotRegistered() }
        let id = receipt.number.id
        try await execute(
            """
            UPDATE jiesu.case_file SET lead = \(lead), helpers = \(helpers), accused = \(accused) WHERE id = \(id)
            """)
        return id
    }

    private struct NotRegistered: Error {}

    func execute(_ query: Query) async throws {
        _ = try await pool.withConnection { try await $0.execute(query) }
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }
}

/// The SQLSTATE with which the server refuses `sql`; `nil` if it does not.
func refusal(of sql: String, on connection: Connection) async -> String? {
    do throws(PostgresError) {
        try await connection.script(sql)
        return nil
    } catch {
        return error.sqlState
    }
}
