/// One row of `Rows`; keeps the whole answer alive.
package struct Row: Sendable {
    let result: PGResult
    let index: Int

    package var columnCount: Int { result.columnCount }

    /// Column `column`, from 0, read as `Value`: `let id: Int64 = try row.get(0)`. Optionals stand for columns that may
    /// be NULL.
    ///
    /// Every type can be read as `String`.
    /// - Throws: `.misuse` when there is no such column, when it is NULL and `Value` is not optional, and when its text
    ///   is no such value.
    package func get<Value: ColumnValue>(_ column: Int, as type: Value.Type = Value.self) throws(PostgresError) -> Value
    {
        guard column >= 0, column < result.columnCount else {
            throw PostgresError(.misuse, "there is no column \(column) among \(result.columnCount)")
        }
        let field = result.field(row: index, column: column)
        if let value = Value.read(field) { return value }
        let found = field == nil ? "is NULL" : "cannot be read as \(Value.self)"
        throw PostgresError(.misuse, "column \(column), \(result.columnName(column)), \(found)")
    }
}
