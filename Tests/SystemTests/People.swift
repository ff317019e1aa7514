import Support

@testable import Jiesu

extension SuiteUnderTest {
    /// The demo's people, who act through the public APIs of this suite.
    /// - Parameter desks: organisations that have an instance of their own here.
    func people(desks: [String]) async throws -> DemoPeople {
        var ports: [Suite.Part: Int] = [:]
        for part in [.routing, .callback, .intake] + desks.map(Suite.Part.desk) {
            ports[part] = try await port(of: part.name)
        }
        return DemoPeople(pool: pool, desks: Set(desks)) { [ports] in ports[$0] }
    }

    /// This suite's clock.
    var simulation: Simulation { Simulation(pool: pool) }
}
