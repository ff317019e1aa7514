/// A share of a population (率), never without the two numbers that it comes from.
struct Rate: Sendable, Equatable {
    /// Not above the denominator.
    let numerator: Int
    let denominator: Int

    /// Hundredths of a per cent, 0 to 10,000; `nil` for an empty population, which is neither 0 % nor 100 %.
    ///
    /// The rest is cut off, never rounded: 79.995 % stays below a threshold of 80 %.
    var hundredths: Int? { denominator == 0 ? nil : numerator * 10_000 / denominator }

    /// `79.99`, always with two digits.
    var percent: String? {
        hundredths.map { hundredths in
            let rest = hundredths % 100
            return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
        }
    }

    /// Whether it is at least so many per cent, exactly; `nil` without a population.
    func reaches(_ percent: Int) -> Bool? { denominator == 0 ? nil : numerator * 100 >= percent * denominator }

    /// Exactly, as fractions; both must have a population.
    private func isAbove(_ other: Rate) -> Bool {
        numerator * other.denominator > other.numerator * denominator
    }

    /// The rank of each, from 1 for the highest; equal ones share a rank, and the next is as far behind as there are
    /// before it. `nil` for what has no population, or is `nil` itself.
    static func ranks(of rates: [Rate?]) -> [Int?] {
        let ranked = rates.enumerated().compactMap { index, rate in
            rate.flatMap { $0.denominator > 0 ? (index: index, rate: $0) : nil }
        }.sorted { $0.rate.isAbove($1.rate) }
        var ranks: [Int?] = rates.map { _ in nil }
        for (place, one) in ranked.enumerated() {
            let before = place > 0 ? ranked[place - 1] : nil
            ranks[one.index] = before.flatMap { $0.rate.isAbove(one.rate) ? nil : ranks[$0.index] } ?? place + 1
        }
        return ranks
    }
}
