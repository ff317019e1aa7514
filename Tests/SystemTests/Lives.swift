import CaseStore
import Casework
import Postgres
import Support
import Synchronization
import WorkingTime

@testable import Jiesu

/// Leads the cases of a suite through their whole lives as `jiesu demo` does, many orders at once.
struct Lives {
    private let simulation: Simulation
    private let given: Given
    private var lives: DemoLives

    /// How many orders were answered.
    final class Given: Sendable {
        private let number = Atomic<Int>(0)
        var count: Int { number.load(ordering: .relaxed) }
        fileprivate func set(_ count: Int) { number.store(count, ordering: .relaxed) }
    }

    /// - Parameter complaints: in the order of the story that each gets.
    init(
        _ suite: SuiteUnderTest, desks: [String], complaints: [Complaint], receipts: [String: Citizens.Receipt],
        given: Given
    ) async throws {
        self.given = given
        simulation = suite.simulation
        let known = complaints.enumerated().compactMap { index, complaint in
            receipts[complaint.key].map { (CaseNumber(id: $0.caseID), (index: index, code: $0.code)) }
        }
        lives = DemoLives(
            simulation: simulation, people: try await suite.people(desks: desks), plan: DemoPlan(seed: 12345),
            receipts: Dictionary(uniqueKeysWithValues: known),
            rules: try await CaseStore(pool: suite.pool).rulebook())
        lives.lanes = 12
        // Six hours.
        lives.rhythm = 6 * 3_600_000_000
    }

    /// Lets everybody live until nothing more happens, or until `end`, where the clock then stands.
    /// - Parameters:
    ///   - isWatched: whether anybody fires what is due.
    ///   - whenDue: called when the clock has just jumped to where something is due.
    mutating func live(
        until end: Moment, isWatched: Bool = true, whenDue: () async throws -> Void = {}
    ) async throws {
        let given = given
        try await lives.live(until: end, isWatched: isWatched, show: { given.set($1.given) }, whenDue: whenDue)
        try await simulation.jump(to: end)
    }
}
