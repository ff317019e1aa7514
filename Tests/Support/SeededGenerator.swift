import Foundation

/// Chance that can be had again: the same numbers for the same seed (SplitMix64), so that what failed fails again.
package struct SeededGenerator: RandomNumberGenerator {
    package let seed: UInt64
    private var state: UInt64

    /// - Parameter seed: default `JIESU_TEST_SEED`, else one by chance, which the test has to print.
    package init(
        seed: UInt64 = ProcessInfo.processInfo.environment["JIESU_TEST_SEED"].flatMap { UInt64($0) }
            ?? .random(in: 0...999_999)
    ) {
        self.seed = seed
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0, less than `limit`.
    package mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}
