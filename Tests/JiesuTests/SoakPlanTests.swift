import Testing

@testable import Jiesu

@Suite struct SoakPlanTests {
    private static let services = Suite.Part.all.filter { $0 != .broker }

    @Test(arguments: [(60, 1), (359, 1), (360, 2), (1800, 2)])
    func `each service dies as often in each third of the time`(seconds: Int, times: Int) {
        for seed in 0..<20 as Range<UInt64> {
            let kills = SoakPlan(Self.services, seconds: seconds, seed: seed).kills
            #expect(kills.map(\.at) == kills.map(\.at).sorted())
            for third in 0..<3 {
                let bounds = Double(seconds * third) / 3..<Double(seconds * (third + 1)) / 3
                let services = kills.filter { bounds.contains($0.at) }.map(\.service)
                #expect(services.count == times * Self.services.count)
                for service in Self.services { #expect(services.count { $0 == service } == times) }
            }
        }
    }

    @Test func `the same seed is the same chance, another is another`() {
        let plans = [7, 7, 8].map { SoakPlan(Self.services, seconds: 360, seed: $0).kills }
        #expect(plans[0] == plans[1])
        #expect(plans[0] != plans[2])
    }
}
