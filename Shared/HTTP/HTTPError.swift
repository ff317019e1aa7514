import Foundation
import Telemetry

/// Why a server could not listen, or a client got no answer. Safe to log: it holds nothing that was sent or received.
package struct HTTPError: SafeToLog {
    package enum Code: String, Sendable {
        /// The address to listen on or to connect to makes no sense or is unknown.
        case address = "no such address"
        /// The address cannot be listened on: taken, not ours, or not allowed.
        case listening = "cannot listen"
        /// What a server is to show of itself over TLS cannot be used.
        case certificate = "no TLS"
        /// Nobody could be reached at the address.
        case connecting = "cannot connect"
        /// The other side ended the connection before its answer was whole.
        case closed = "connection closed"
        case timedOut = "timed out"
        /// The answer is no HTTP/1.1, or longer than allowed.
        case malformed = "malformed answer"
        /// What was to be sent cannot be put into a request: a line break in a header, for instance.
        case misuse = "not sendable"
    }

    package let code: Code
    /// The system's words, or what exactly was wrong.
    package let reason: String
    package let file: String
    package let line: Int

    init(_ code: Code, _ reason: String, file: String = #fileID, line: Int = #line) {
        self.code = code
        self.reason = reason
        self.file = file
        self.line = line
    }

    /// With the words for `errno`.
    static func system(_ code: Code, _ number: Int32 = errno, file: String = #fileID, line: Int = #line) -> HTTPError {
        HTTPError(code, String(cString: strerror(number)), file: file, line: line)
    }

    /// Whether trying again later may help. Whether it may be tried again is another question: the request of a
    /// connection that closed or timed out may have been carried out.
    package var isRetriable: Bool {
        switch code {
        case .connecting, .closed, .timedOut: true
        case .address, .listening, .certificate, .malformed, .misuse: false
        }
    }
}

extension HTTPError {
    package var description: String { "\(code.rawValue): \(reason) (\(file):\(line))" }
}
