/// A part of a process that runs for as long as the process does.
package protocol Service: Sendable {
    /// For logs and errors; several of one process should differ.
    var name: String { get }

    /// Runs until its task is cancelled, which is the request to stop: it then finishes the work at hand, within the
    /// grace period of the whole process, and returns or throws `CancellationError`. Whatever it starts has ended by
    /// then.
    ///
    /// Returning unasked is a failure, as is any other error; both stop all other services and end the process. So what
    /// may be away for a while, such as a database, is waited for and tried again in here.
    func run() async throws
}
