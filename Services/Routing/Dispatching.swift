import Casework
import CaseStore
import Postgres

/// Hands out, by the rules of their policy, cases that were classified or have come back.
struct Dispatching: Caseworker {
    let service = "routing"
    let states: Set<State> = [.classified, .reopened]
    let wakesOn: Set<Event.Kind> = [.classified, .reopened]

    func owed(after last: Int64, limit: Int) -> Query {
        """
        SELECT id FROM (
            (SELECT id FROM jiesu.case_file WHERE state = 'classified' AND id > \(last) ORDER BY id LIMIT \(limit))
            UNION ALL
            (SELECT id FROM jiesu.case_file WHERE state = 'reopened' AND id > \(last) ORDER BY id LIMIT \(limit))
        ) AS f
        WHERE NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = 'routing' AND p.case_id = f.id)
        ORDER BY id LIMIT \(limit)
        """
    }

    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
        var orders: [Int64: Order] = [:]
        for file in cases {
            orders[file.id] = route(file, under: try rules.policy(of: file), in: rules.directory)
        }
        return orders
    }
}
