import CaseStore
import Casework
import Postgres

/// Makes the facts of cases that went on since theirs were made.
struct FactMaking: CaseTask {
    let service = "reporting"
    /// What is registered and classified goes on at once as a rule, and is then told of with what came of it; else the sweep
    /// finds it.
    let wakesOn = Set(Event.Kind.allCases).subtracting([.registered, .classified])

    func owed(after last: Int64, limit: Int) -> Query {
        """
        SELECT id FROM jiesu.case_file f WHERE reported < version AND id > \(last)
            AND NOT EXISTS (SELECT FROM jiesu.parked p WHERE p.service = 'reporting' AND p.case_id = f.id)
        ORDER BY id LIMIT \(limit)
        """
    }

    func work(on ids: [Int64], in store: CaseStore) async throws -> CaseStore.Work {
        try await store.makeFacts(of: ids, for: service)
    }
}
