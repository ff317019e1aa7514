import Casework
import Postgres

/// What one service owes cases, for the loop that lets it: which they are, and the doing of it.
package protocol CaseTask: Sendable {
    /// The service's name, also its consumer group and the prefix of its command ids.
    var service: String { get }
    /// Events that can bring a case to where it is owed work.
    var wakesOn: Set<Event.Kind> { get }
    /// Ids of the cases after `last` that are owed work and not parked, in order, at most `limit`. Each state stands as
    /// a literal, or PostgreSQL could not use the partial indexes.
    func owed(after last: Int64, limit: Int) -> Query
    /// Does what these cases are owed; those that are owed nothing (any more) are passed over. Harmless when repeated.
    /// - Throws: what may be tried again with the same ids; what is at fault for good is parked instead.
    func work(on ids: [Int64], in store: CaseStore) async throws -> CaseStore.Work
}

/// A task that gives orders: what a service wants to happen to cases.
package protocol Caseworker: CaseTask {
    /// Cases in one of these states may be owed work by this service; empty: in any.
    var states: Set<State> { get }
    /// What should happen to these cases, which are locked. Called inside the transaction; may read, on `connection`
    /// only. A case without an order is left as it is.
    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order]
}

extension Caseworker {
    package func work(on ids: [Int64], in store: CaseStore) async throws -> CaseStore.Work {
        try await store.work(self, on: ids)
    }
}
