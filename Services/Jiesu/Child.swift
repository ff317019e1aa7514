import Foundation
import Synchronization

/// One process of the suite, started from the folder that this program stands in.
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
        if !FileManager.default.fileExists(atPath: log.path) {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let output = try FileHandle(forWritingTo: log)
        defer { try? output.close() }
        try output.seekToEnd()
        process.standardInput = FileHandle.nullDevice
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
