import Foundation

/// The suite's executables as the build left them, beside the test program.
package enum BuiltProgram {
    package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// What a program printed, and how it ended.
    package struct Output: Sendable, CustomStringConvertible {
        package let status: Int32
        package let out: String
        package let err: String

        package var lines: [String] { out.split(separator: "\n").map(String.init) }
        package var description: String { "exit \(status)\n\(out)\(err)" }
    }

    /// Our own environment without the suite's settings, and what is given.
    package static func environment(_ more: [String: String] = [:]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("JIESU_") }.merging(more) { $1 }
    }

    /// Runs one to its end, without blocking a shared thread.
    package static func run(
        _ name: String, _ arguments: [String], environment more: [String: String] = [:]
    ) async throws -> Output {
        let files = try (0..<2).map { _ in try scratchFile() }
        let process = Process()
        process.executableURL = folder.appending(path: name)
        process.arguments = arguments
        process.environment = environment(more)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0]
        process.standardError = files[1]
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        let texts = try files.map { file in
            try file.seek(toOffset: 0)
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        }
        return Output(status: status, out: texts[0], err: texts[1])
    }

    /// A file without a name: unlike a pipe it takes any amount, and nobody has to read meanwhile.
    private static func scratchFile() throws -> FileHandle {
        guard let file = tmpfile() else { throw POSIXError(.EIO) }
        defer { fclose(file) }
        let copy = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw POSIXError(.EMFILE) }
        return FileHandle(fileDescriptor: copy, closeOnDealloc: true)
    }
}
