@testable import CaseStore
import Casework
import Kafka
import Lifecycle
import Policies
import Postgres
import Support
import Telemetry

/// A database with the schema, the shipped policies and the shipped city, and a store on it.
struct Fixture {
    let database: TestDatabase
    let pool: Pool
    let store: CaseStore

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool(size: 6)
        store = CaseStore(pool: pool)
    }

    /// A complaint with a key of its own unless one is given.
    static func registration(
        _ key: String, text: String = "路灯不亮，晚上走路很危险", line: String = "12345", earlier: Int64? = nil,
        request: String? = nil
    ) -> Registration {
        Registration(
            key: key, request: Array((request ?? text).utf8), line: line, actor: .complainant, channel: "phone_hotline",
            identity: .named, contact: .init(name: "测试人", phone: "555-01234"), text: text, earlier: earlier)
    }

    /// Registers and returns the ids, in order.
    func register(_ count: Int, prefix: String = "k") async throws -> [Int64] {
        let outcomes = try await store.register((0..<count).map { Self.registration("\(prefix)\($0)") })
        return outcomes.compactMap { outcome in
            if case .registered(let receipt) = outcome { receipt.number.id } else { nil }
        }
    }

    func numbers(_ query: Query) async throws -> [Int64] {
        try await pool.withConnection { try await $0.query(query) }.map { try $0.get(0) }
    }

    func number(_ query: Query) async throws -> Int64 {
        try await numbers(query).first ?? -1
    }

    func execute(_ query: Query) async throws {
        _ = try await pool.withConnection { try await $0.execute(query) }
    }
}

/// A service that classifies everything alike.
struct Worker: Caseworker {
    let service: String
    let owes: State
    var states: Set<State> { [owes] }
    let wakesOn: Set<Event.Kind>
    let decide: @Sendable (Case) -> Order?

    func owed(after last: Int64, limit: Int) -> Query {
        """
        SELECT id FROM jiesu.case_file f WHERE state = \(owes.rawValue) AND id > \(last)
            AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = \(service) AND p.case_id = f.id)
        ORDER BY id LIMIT \(limit)
        """
    }

    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
        var orders: [Int64: Order] = [:]
        for file in cases { orders[file.id] = decide(file) }
        return orders
    }

    static let classification = Worker(service: "classification", owes: .registered, wakesOn: [.registered]) { _ in
        .classify(Finding(nature: "complaint", subject: "urban_construction", urgency: "ordinary"))
    }

    static let routing = Worker(service: "routing", owes: .classified, wakesOn: [.classified]) { _ in
        .dispatch(Dispatched(lead: "city-urban", helpers: ["city-transport"]))
    }
}
