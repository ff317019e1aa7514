import Lifecycle
import Telemetry

/// What went wrong between this program and PostgreSQL.
///
/// `description` is safe to log: it never holds a value of a row or of a parameter. The server's own words may (a
/// unique violation quotes the row, a cast quotes the text), so they stand in `debugDescription` alone.
package struct PostgresError: SafeToLog, Retriable {
    /// Who is at fault.
    package enum Code: String, Sendable {
        /// The server cannot be reached, or the connection was lost. What was under way may or may not have happened.
        case connection
        /// The server refused a statement; `sqlState` says why.
        case server
        /// What somebody else holds was not had for as long as the caller may wait: a connection of the pool, a folder,
        /// the right to migrate.
        case busy
        /// The caller was cancelled while it waited for such a thing, or for a server to start.
        case cancelled
        /// A value that PostgreSQL cannot hold: text with a NUL, or too large.
        case value
        /// This program used the module wrongly, or a column does not hold what was asked for.
        case misuse
        /// A program of PostgreSQL (initdb, pg_ctl) failed.
        case process
    }

    package let code: Code
    /// The server's five characters, such as `23505`; nil where no server spoke.
    package let sqlState: String?
    /// The violated constraint's name, or nil.
    package let constraint: String?
    /// Which query of a pipeline failed, from 0; nil outside pipelines, and when the pipeline's commit failed.
    package internal(set) var failedQuery: Int?
    /// Where in this program it was thrown.
    package let file: StaticString
    package let line: UInt

    /// True when a prepared statement no longer fits the tables: the same work succeeds when it is prepared anew.
    let isStaleStatement: Bool

    /// One sentence without any value.
    var reason: String
    /// The server's own words: may quote values.
    private let detail: String

    init(
        _ code: Code, _ reason: String, sqlState: String? = nil, constraint: String? = nil, detail: String = "",
        isStaleStatement: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.code = code
        self.reason = reason
        self.sqlState = sqlState
        self.constraint = constraint
        self.detail = detail
        self.isStaleStatement = isStaleStatement
        self.file = file
        self.line = line
    }

    /// True when the same work may well succeed later, unchanged: the fault is the moment's, not the statement's.
    package var isRetriable: Bool {
        switch code {
        case .connection, .busy: return true
        case .cancelled, .value, .misuse, .process: return false
        case .server: return isStaleStatement || sqlState.map(Self.passes) ?? false
        }
    }

    /// Serialisation failure, deadlock, lock time-out, shutdown or start-up, a standby that only reads, no room, no
    /// connection.
    private static func passes(_ state: String) -> Bool {
        ["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006"].contains(state)
            || state.hasPrefix("53") || state.hasPrefix("08")
    }
}

extension PostgresError: CustomDebugStringConvertible {
    package var description: String {
        var text = "postgres.\(code.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        text += ": \(reason)"
        if let constraint { text += " (constraint \(constraint))" }
        if let failedQuery { text += " (query \(failedQuery) of the pipeline)" }
        return text
    }

    package var debugDescription: String {
        "\(description)\(detail.isEmpty ? "" : " — \(detail)") [\(file):\(line)]"
    }
}
