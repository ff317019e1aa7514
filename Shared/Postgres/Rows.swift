/// What a query returned, whole and in memory.
package struct Rows: RandomAccessCollection, Sendable {
    let result: PGResult

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }
    package subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count) was asked for")
        return Row(result: result, index: position)
    }

    /// How many rows the statement inserted, changed, deleted or returned.
    package var affected: Int { result.affected }

    /// The only row.
    /// - Throws: `.misuse` when there is none or there are several.
    package func only() throws(PostgresError) -> Row {
        guard count == 1 else { throw PostgresError(.misuse, "one row was expected, not \(count)") }
        return self[0]
    }
}
