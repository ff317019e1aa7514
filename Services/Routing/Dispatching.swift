import Casework
import CaseStore
import Postgres

/// Hands classified cases out by the rules of their policy.
struct Dispatching: Caseworker {
    let service = "routing"
    let owes = State.classified
    let wakesOn: Set<Event.Kind> = [.classified]

    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
        var orders: [Int64: Order] = [:]
        for file in cases {
            orders[file.id] = route(file, under: try rules.policy(of: file), in: rules.directory)
        }
        return orders
    }
}
