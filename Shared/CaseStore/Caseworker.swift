import Casework
import Postgres

/// What one service does with cases: which it must look at, and what it wants to happen to them.
package protocol Caseworker: Sendable {
    /// The service's name, also its consumer group and the prefix of its command ids.
    var service: String { get }
    /// Cases in one of these states may be owed work by this service; empty: in any.
    var states: Set<State> { get }
    /// Events that can bring a case to where it is owed work.
    var wakesOn: Set<Event.Kind> { get }
    /// Ids of the cases after `last` that are owed work and not parked, in order, at most `limit`. Each state stands as a
    /// literal, or PostgreSQL could not use the partial indexes.
    func owed(after last: Int64, limit: Int) -> Query
    /// What should happen to these cases, which are locked. Called inside the transaction; may read, on `connection`
    /// only. A case without an order is left as it is.
    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order]
}
