/// Guesses what a misspelt name was meant to be.
package enum Spelling {
    /// Longer names, in bytes, are not compared: no name of ours is so long, and comparing takes the product of the
    /// lengths.
    package static let longest = 64

    /// The candidate that fewest changed letters away from `name`, whatever the case: at most a third of it, and at
    /// most three. Of several equally near ones the first in order.
    package static func nearest(to name: String, among candidates: [String]) -> String? {
        let letters = Array(name.lowercased().utf8.prefix(longest + 1))
        guard letters.count <= longest else { return nil }
        return candidates.map { (distance(letters, Array($0.lowercased().utf8)), $0) }
            .filter { $0.0 <= min(3, max(1, letters.count / 3)) }
            .min { $0 < $1 }?.1
    }

    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var least = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                current.append(least)
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
