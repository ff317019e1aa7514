/// One step of the schema, never changed once a database has run it.
package struct Migration: Sendable {
    /// Growing. Numbers may be left out, but what comes before one that has run can never be added.
    package let number: Int
    /// Short, for people: `cases`, `clocks`.
    package let name: String
    /// One or several statements, without BEGIN and COMMIT and what cannot run inside a transaction.
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}
