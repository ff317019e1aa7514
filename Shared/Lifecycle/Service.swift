/// A part of a program that runs until it is stopped.
///
/// Being stopped is being cancelled: `run` finishes what is at hand and returns. All tasks it starts end with it.
package protocol Service: Sendable {
    /// For logs; not unique.
    var name: String { get }
    /// Runs until cancelled. Throwing, or returning before that, stops the whole program.
    func run() async throws
}
