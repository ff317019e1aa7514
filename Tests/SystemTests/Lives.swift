import CaseStore
import Casework
import Postgres
import Support
import Synchronization
import WorkingTime

@testable import Jiesu

/// Leads the cases of a suite through their whole lives as `jiesu demo` does: its people do what its plan says through the
/// public APIs, many at once, while the suite's clock stands still; then it jumps. Only where to look next is read from the
/// tables: which cases have changed.
struct Lives {
    private let suite: SuiteUnderTest
    private let people: DemoPeople
    private let simulation: Simulation
    private let given: Given
    private var lives: DemoLives
    private var files: [CaseNumber: DemoCase] = [:]
    private var versions: [Int64: Int] = [:]
    /// Cases in which somebody may have something to do now, and when somebody will in the others.
    private var candidates: Set<CaseNumber> = []
    private var planned: [CaseNumber: Moment] = [:]

    /// How many orders were answered.
    final class Given: Sendable {
        private let number = Atomic<Int>(0)
        var count: Int { number.load(ordering: .relaxed) }
        fileprivate func add(_ more: Int) { number.add(more, ordering: .relaxed) }
    }

    private static let lanes = 12
    /// What falls due within so many microseconds is done together: six hours.
    private static let rhythm = Int64(6) * 3_600_000_000

    /// - Parameter complaints: in the order of the story that each gets.
    init(
        _ suite: SuiteUnderTest, desks: [String], complaints: [Complaint], receipts: [String: Citizens.Receipt],
        given: Given
    ) async throws {
        self.suite = suite
        self.given = given
        people = try await suite.people(desks: desks)
        simulation = suite.simulation
        let known = complaints.enumerated().compactMap { index, complaint in
            receipts[complaint.key].map { (CaseNumber(id: $0.caseID), (index: index, code: $0.code)) }
        }
        lives = DemoLives(
            simulation: simulation, people: people, plan: DemoPlan(seed: 12345),
            receipts: Dictionary(uniqueKeysWithValues: known),
            rules: try await CaseStore(pool: suite.pool).rulebook())
        lives.lanes = Self.lanes
    }

    /// Lets everybody live until nothing more happens, or until `end`, where the clock then stands.
    /// - Parameters:
    ///   - isWatched: whether anybody fires what is due.
    ///   - whenDue: called when the clock has just jumped to where something is due.
    mutating func live(
        until end: Moment, isWatched: Bool = true, whenDue: () async throws -> Void = {}
    ) async throws {
        while true {
            try Task.checkCancellation()
            try await simulation.settle(isWatched: isWatched)
            let now = try await simulation.now()
            try await look(at: now)
            if try await act(at: now) { continue }
            let clock = isWatched ? try await simulation.nextClock() : nil
            guard let next = (Array(planned.values) + [clock].compactMap { $0 }).min(), next < end else {
                return try await simulation.jump(to: end)
            }
            let later = max(next.microseconds, now.microseconds + 1)
            let moment = Moment(microseconds: (later + Self.rhythm - 1) / Self.rhythm * Self.rhythm)
            try await simulation.jump(to: min(moment, end))
            if clock.map({ $0 <= moment }) ?? false { try await whenDue() }
        }
    }

    /// Looks again at the cases that have changed by now.
    private mutating func look(at now: Moment) async throws {
        // The first look is at all of them.
        let since = files.isEmpty ? Moment(microseconds: 0) : now
        let rows = try await suite.rows(
            "SELECT id, version FROM jiesu.case_file WHERE changed_at >= jiesu.moment(\(since.microseconds))")
        var changed: [CaseNumber] = []
        for row in rows {
            let (id, version): (Int64, Int) = (try row.get(0), try row.get(1))
            guard versions.updateValue(version, forKey: id) != version else { continue }
            changed.append(CaseNumber(id: id))
        }
        for file in try await seen(changed) {
            files[file.number] = file
            candidates.insert(file.number)
        }
    }

    private func seen(_ numbers: [CaseNumber]) async throws -> [DemoCase] {
        try await withThrowingTaskGroup(of: [DemoCase].self) { [people] group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    var files: [DemoCase] = []
                    for index in stride(from: lane, to: numbers.count, by: Self.lanes) {
                        guard let file = try await people.file(numbers[index]) else {
                            throw NotInTime("\(numbers[index]) cannot be read")
                        }
                        files.append(file)
                    }
                    return files
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// - Returns: whether anybody did anything.
    private mutating func act(at now: Moment) async throws -> Bool {
        let due = candidates.union(planned.filter { $0.value <= now }.keys)
        let acts = try await lives.act(on: due.compactMap { files[$0] }, at: now)
        for number in due { planned[number] = acts.planned[number] }
        candidates = acts.acted
        given.add(acts.acted.count)
        return !acts.acted.isEmpty
    }
}
