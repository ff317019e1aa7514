@preconcurrency import Foundation  // for `stdout`, which C declares as a variable

/// What a command has to say. `print` tells nobody that a disk is full or a reader has gone; whoever relies on the output must
/// hear of it.
enum StandardOutput {
    /// The reader has gone, as `head` does when it has seen enough.
    struct Closed: Error {}

    /// Writes at once.
    /// - Throws: `Closed`, or `CommandFailure` when it cannot be written for another reason.
    static func write(_ text: String) throws {
        errno = 0
        guard fputs(text, stdout) >= 0, fflush(stdout) == 0 else { throw failure }
    }

    /// Whether all that was printed so far has arrived.
    /// - Throws: as `write`.
    static func finish() throws {
        errno = 0
        guard fflush(stdout) == 0, ferror(stdout) == 0 else { throw failure }
    }

    private static var failure: any Error {
        errno == EPIPE
            ? Closed() : CommandFailure("standard output cannot be written", hint: "what was printed is not complete")
    }
}
