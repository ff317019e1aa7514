import Foundation
import Synchronization

/// One process of the suite, started from the folder that this program stands in. It stops when this program ends, even by
/// SIGKILL.
final class Child: Sendable {
    let name: String
    let executable: URL
    private let arguments: [String]
    private let environment: [String: String]
    private let log: URL
    private let state = Mutex(State())

    private struct State {
        var process: Process?
        /// Told to stop, perhaps before it was started.
        var isStopping = false
    }

    /// - Parameter log: file that standard output and error are appended to.
    init(name: String, executable: String, arguments: [String] = [], environment: [String: String], log: URL) {
        self.name = name
        self.executable = Child.folder.appending(path: executable)
        self.arguments = arguments
        self.environment = environment
        self.log = log
    }

    /// Where this program's executable lies, and the others with it.
    static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// Starts it and returns when it has ended, with its exit status; 128 and the signal's number if a signal ended it.
    /// - Parameter started: called with the process id.
    func run(started: (Int32) -> Void) async throws -> Int32 {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        // Appending, so that whoever shortens the file does not leave a hole in it.
        let descriptor = open(log.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandFailure("\(log.path) cannot be written: errno \(errno)") }
        let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        defer { try? output.close() }
        // Nothing is ever written to it: its end is the end of this program, and `Lifecycle` stops the child then.
        let life = Pipe()
        _ = fcntl(life.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        defer { try? life.fileHandleForWriting.close() }
        process.standardInput = life
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { ended in
                let isSignal = ended.terminationReason == .uncaughtSignal
                continuation.resume(returning: ended.terminationStatus + (isSignal ? 128 : 0))
            }
            do {
                try process.run()
                started(process.processIdentifier)
                let isStopping = state.withLock { state in
                    state.process = process
                    return state.isStopping
                }
                if isStopping { process.terminate() }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Asks it to finish what it is at and to stop, now or as soon as it is started.
    func terminate() {
        state.withLock { state in
            state.isStopping = true
            if let process = state.process, process.isRunning { process.terminate() }
        }
    }
}
