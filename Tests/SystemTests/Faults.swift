import Foundation
import Support

/// What befalls a suite while complaints come in.
enum Fault: CustomStringConvertible, Sendable {
    /// SIGKILL; `jiesu up` starts the part again. A killed broker comes back empty on another port.
    case kill(String)
    /// PostgreSQL breaks off what it does; `jiesu up` starts it again, and it recovers.
    case stopDatabase
    /// The same with SIGKILL for PostgreSQL's first process.
    case killDatabase

    var description: String {
        switch self {
        case .kill(let part): "kill \(part)"
        case .stopDatabase: "stop PostgreSQL"
        case .killDatabase: "kill PostgreSQL"
        }
    }

    func happen(to suite: SuiteUnderTest) async throws {
        switch self {
        case .kill(let part): try await suite.kill(part)
        case .stopDatabase: try await suite.breakOffDatabase()
        case .killDatabase: try await suite.database.kill()
        }
    }
}

/// Faults in the order of the number of requests that were answered when they happen: so they fall among the work, however
/// fast the machine is.
struct FaultPlan {
    let faults: [(after: Int, fault: Fault)]
    let seed: UInt64

    /// - Parameters:
    ///   - rounds: in each, all these parts are killed in an order of chance.
    ///   - others: mixed in.
    init(
        rounds: Int, of parts: [String] = ["intake", "classification", "routing"], others: [Fault],
        among requests: Int
    ) {
        var chance = SeededGenerator()
        var faults = (0..<rounds).flatMap { _ in parts.shuffled(using: &chance).map(Fault.kill) }
        for fault in others { faults.insert(fault, at: .random(in: 0...faults.count, using: &chance)) }
        let moments = (0..<faults.count).map { _ in Int.random(in: 1..<requests * 19 / 20, using: &chance) }.sorted()
        self.faults = zip(moments, faults).map { ($0, $1) }
        seed = chance.seed
    }

    /// Lets them happen while requests are answered, of which there are `count` so far.
    func happen(to suite: SuiteUnderTest, while count: @Sendable () -> Int) async throws {
        for (moment, fault) in faults {
            try await eventually("\(moment) requests are answered", within: .seconds(300), every: .milliseconds(5)) {
                count() >= moment
            }
            try await fault.happen(to: suite)
        }
    }
}
