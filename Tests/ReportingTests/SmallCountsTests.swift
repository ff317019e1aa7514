import Support
import Testing

@testable import Reporting

/// What is hidden from the public, so that it cannot be computed from the rest.
struct SmallCountsTests {
    private let small = SmallCounts(least: 5)

    @Test func `a small count is hidden, and the least of the others with it, or the total would tell it`() {
        #expect(small.hidden(of: [[3], [20], [9]]) == [0, 2])
        #expect(small.hidden(of: [[0], [20], [9]]) == [])
        #expect(small.hidden(of: [[5], [20], [9]]) == [])
    }

    @Test func `two that are small together take a third along`() {
        #expect(small.hidden(of: [[1], [2], [40], [9]]) == [0, 1, 3])
        #expect(small.hidden(of: [[4], [2], [40], [9]]) == [0, 1])
    }

    @Test func `a row with nothing in it protects no other`() {
        #expect(small.hidden(of: [[3], [0], [20]]) == [0, 2])
        #expect(small.hidden(of: [[3], [0], [20]], beside: [1]) == [0, 1, 2])
    }

    @Test func `where the total is small itself, and so not shown, nothing else need be hidden`() {
        #expect(small.hidden(of: [[3], [0]]) == [0])
        #expect(small.hidden(of: [[30, 1], [20, 0]]) == [0])
    }

    @Test func `a rate is hidden also for what it lacks to the whole`() {
        #expect(small.hidden(of: [[28, 2], [20, 10], [90, 9]]) == [0, 1])
    }

    @Test func `whatever the table, nobody who subtracts what is shown from the total is left with a small count`() {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let width = 1 + random.below(2)
            let rows = (0..<(1 + random.below(12))).map { _ in
                (0..<width).map { _ in [0, random.below(8), random.below(30), random.below(2000)][random.below(4)] }
            }
            let hidden = small.hidden(of: rows)
            for (index, row) in rows.enumerated() where !hidden.contains(index) {
                #expect(!row.contains(where: small.isSmall), "seed \(random.seed)")
            }
            let total = (0..<width).map { part in rows.reduce(0) { $0 + $1[part] } }
            guard !total.contains(where: small.isSmall) else { continue }
            for part in 0..<width {
                let rest = hidden.reduce(0) { $0 + rows[$1][part] }
                #expect(!small.isSmall(rest), "seed \(random.seed)")
            }
            #expect(hidden.filter { rows[$0].contains { $0 > 0 } }.count != 1, "seed \(random.seed)")
        }
    }
}
