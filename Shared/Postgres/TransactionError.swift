import Lifecycle
import Telemetry

/// Which part of a transaction failed. Of a body's error that is not safe to log the description shows the type alone.
package enum TransactionError: SafeToLog, Retriable, CustomDebugStringConvertible {
    /// No connection, or no BEGIN. The body was not run.
    case begin(PostgresError)
    /// The body threw; nothing of it was kept.
    case body(any Error)
    /// The body threw and ROLLBACK failed too. Nothing was kept: the connection was closed, which makes the server roll
    /// back.
    case rollback(PostgresError, body: any Error)
    /// The body went well and COMMIT failed. With code `.connection` nobody knows whether it was kept; else it was not.
    case commit(PostgresError)

    /// True when doing the whole transaction once more may well succeed.
    package var isRetriable: Bool {
        switch self {
        case .begin(let error), .commit(let error): error.isRetriable
        case .body(let error), .rollback(_, let error): error.isOfTheMoment
        }
    }

    /// What lies at the bottom: the body's own error, or the database's.
    package var cause: any Error {
        switch self {
        case .begin(let error), .commit(let error): error
        case .body(let error), .rollback(_, let error): error
        }
    }

    package var description: String {
        switch self {
        case .begin(let error): "the transaction did not begin: \(error)"
        case .body(let error): "the transaction was rolled back: \(error.loggable)"
        case .rollback(let error, let body):
            "the transaction was broken off: \(body.loggable); the rollback failed: \(error)"
        case .commit(let error): "the commit failed: \(error)"
        }
    }

    /// No more than `description`: enums inside optionals and arrays are printed with this one.
    package var debugDescription: String { description }
}
