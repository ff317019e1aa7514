/// Guesses what a misspelt name was meant to be.
enum Spelling {
    /// Longer names are not compared: no name of ours is so long, and comparing takes the product of the lengths.
    static let longest = 64

    /// `;是否想写 subject?` for the name nearest to `name`, or nothing if none is near.
    static func hint(_ name: String, among candidates: [String]) -> String {
        nearest(to: name, among: candidates).map { ";是否想写 \($0)?" } ?? ""
    }

    /// The candidate that fewest changed letters away from `name`: at most a third of it, and at most three.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let letters = Array(name.lowercased().utf8.prefix(longest + 1))
        guard letters.count <= longest else { return nil }
        return candidates.map { ($0, distance(letters, Array($0.lowercased().utf8))) }
            .filter { $0.1 <= min(3, max(1, letters.count / 3)) }
            .min { $0.1 < $1.1 }?.0
    }

    /// Letters to insert, delete, replace or swap with their neighbour.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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
