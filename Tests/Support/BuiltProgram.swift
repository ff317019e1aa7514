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
        let scratch = URL(filePath: "/tmp/jiesu-output-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (out, err) = (scratch.appending(path: "out"), scratch.appending(path: "err"))
        let program = try BackgroundProgram(
            folder.appending(path: name), arguments, environment: environment(more), output: out, errors: err)
        do {
            try await eventually(
                "jiesu \(arguments.joined(separator: " ")) ends", within: .seconds(120), every: .milliseconds(10)
            ) { program.status != nil }
        } catch {
            program.signal(SIGKILL)
            throw error
        }
        return Output(
            status: program.status ?? -1, out: try String(contentsOf: out, encoding: .utf8),
            err: try String(contentsOf: err, encoding: .utf8))
    }
}
