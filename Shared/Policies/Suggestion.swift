/// What somebody may have meant who wrote an unknown word.
package enum Suggestion {
    /// `; did you mean "letter"?`, or nothing if no known word is near.
    package static func text(for word: String, among known: [String]) -> String {
        guard word.utf8.count <= 60 else { return "" }
        let near = known.map { (word: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let near, near.distance <= max(1, min(word.utf8.count, near.word.utf8.count) / 3) else { return "" }
        return "; did you mean \(near.word.quoted)?"
    }

    /// Letters to change, add, leave out or swap with their neighbour (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var rows = [Array(0...b.count)]
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                var best = min(
                    rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
