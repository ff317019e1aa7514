/// When which service is killed. Each dies as often in each third of the time, so that thirds can be compared, and in an order and at
/// moments of chance.
struct SoakPlan {
    struct Kill: Equatable {
        /// Since the beginning, in seconds.
        let at: Double
        let service: Suite.Part
    }

    let kills: [Kill]

    /// A round kills each service once. Two of them to a third leave a process of a run of half an hour five minutes, long enough to grow;
    /// in a short run one is enough.
    private static func rounds(_ third: Double) -> Int { third < 120 ? 1 : 2 }

    init(_ services: [Suite.Part], seconds: Int, seed: UInt64) {
        let third = Double(seconds) / 3
        var chance = Chance(state: seed)
        let rounds = 3 * Self.rounds(third)
        let slot = Double(seconds) / Double(rounds * services.count)
        let order = (0..<rounds).flatMap { _ in services.shuffled(using: &chance) }
        kills = order.enumerated().map { index, service in
            Kill(at: (Double(index) + .random(in: 0..<1, using: &chance)) * slot, service: service)
        }
    }

    /// The same numbers for the same seed (SplitMix64).
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
