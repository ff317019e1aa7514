import CLibPQ

/// Owns a `PGresult`. Read-only once made, so that threads may share it (libpq's manual, "Behavior in Threaded
/// Programs").
final class PGResult: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }

    /// The command's word, such as `COMMIT`.
    var tag: String { String(cString: PQcmdStatus(pointer)) }
    /// Rows inserted, changed, deleted or selected; 0 for other commands.
    var affected: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    var isError: Bool {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: false
        default: true
        }
    }

    /// The text of one field, or nil for NULL; valid as long as the result. The caller has checked the bounds.
    func field(row: Int, column: Int) -> UnsafeBufferPointer<UInt8>? {
        let row = Int32(row)
        let column = Int32(column)
        guard PQgetisnull(pointer, row, column) == 0, let value = PQgetvalue(pointer, row, column) else { return nil }
        let length = Int(PQgetlength(pointer, row, column))
        return UnsafeRawBufferPointer(start: value, count: length).assumingMemoryBound(to: UInt8.self)
    }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "?"
    }

    /// - Parameter lost: whether the connection is known to be gone; after a FATAL error it is about to be.
    func error(connectionLost lost: Bool, file: StaticString = #fileID, line: UInt = #line) -> PostgresError {
        let state = diagnosis("C")
        let message = diagnosis("M") ?? String(cString: PQresultErrorMessage(pointer))
        let words = [message, diagnosis("D"), diagnosis("W")].compactMap(\.self).joined(separator: " — ")
        let isLost = lost || ["FATAL", "PANIC"].contains(diagnosis("V"))
        let isStale = state == "26000" || (state == "0A000" && diagnosis("R") == "RevalidateCachedQuery")
        return PostgresError(
            isLost ? .connection : .server, Self.harmless(message, state: state), sqlState: state,
            constraint: diagnosis("n"), detail: words, isStaleStatement: isStale, file: file, line: line)
    }

    /// The first line of the server's words where they can only speak of names, resources or connections. Data
    /// exceptions (22), violated constraints (23, 44) and messages of functions (P0) may quote what a person typed.
    private static func harmless(_ message: String, state: String?) -> String {
        if let state,
            !["08", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"].contains(state.prefix(2))
        {
            return "the server refused a statement"
        }
        return message.prefix { !$0.isNewline }.description
    }

    /// One field of the server's report, named by libpq's `PG_DIAG_…` letter.
    private func diagnosis(_ letter: UnicodeScalar) -> String? {
        PQresultErrorField(pointer, Int32(letter.value)).map { String(cString: $0) }
    }
}
