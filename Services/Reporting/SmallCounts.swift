/// Which figures of a table the public must not see: those that count few people, and as many more as it takes so that no hidden
/// figure follows from the total.
struct SmallCounts: Sendable {
    /// A count from 1 to one below this is small.
    let least: Int

    func isSmall(_ count: Int) -> Bool { count > 0 && count < least }

    /// The rows to hide of a table whose total is shown unless it is small itself.
    ///
    /// Each row has parts that are shown or follow from what is shown, such as a rate's numerator and what it lacks to the denominator. A
    /// row with a small part is hidden. What the hidden rows have together is the total less what is seen: so they are two at
    /// least, and what they have together is not small; while they are not, the least of the others is hidden too.
    /// - Parameter hidden: rows that are hidden already, for another reason.
    func hidden(of rows: [[Int]], beside hidden: Set<Int> = []) -> Set<Int> {
        var hidden = hidden.union(rows.indices.filter { rows[$0].contains(where: isSmall) })
        guard !hidden.isEmpty, !together(rows, rows.indices).contains(where: isSmall) else { return hidden }
        let others = rows.indices.filter { !hidden.contains($0) && rows[$0].contains { $0 > 0 } }
            .sorted { (size(rows[$0]), $0) < (size(rows[$1]), $1) }
        for next in others {
            let few = hidden.filter { rows[$0].contains { $0 > 0 } }.count == 1
            guard few || together(rows, hidden).contains(where: isSmall) else { break }
            hidden.insert(next)
        }
        return hidden
    }

    private func size(_ row: [Int]) -> Int { row.reduce(0, +) }

    private func together(_ rows: [[Int]], _ wanted: some Sequence<Int>) -> [Int] {
        wanted.reduce(into: Array(repeating: 0, count: rows.first?.count ?? 0)) { sum, row in
            for (part, count) in rows[row].enumerated() { sum[part] += count }
        }
    }
}
