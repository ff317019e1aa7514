import Casework
import Postgres

/// What one service does with cases: which it must look at, and what it wants to happen to them.
package protocol Caseworker: Sendable {
    /// The service's name, also its consumer group and the prefix of its command ids.
    var service: String { get }
    /// Cases in this state are owed work by this service.
    var owes: State { get }
    /// Events that can bring a case into that state.
    var wakesOn: Set<Event.Kind> { get }
    /// What should happen to these cases, which are locked. Called inside the transaction; may read, on `connection`
    /// only. A case without an order is left as it is.
    func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order]
}
