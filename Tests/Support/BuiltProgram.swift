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

    /// Runs `jiesu` to its end as a user does, without blocking a shared thread. Cancelled, or after ten minutes, it is killed.
    /// - Parameter place: to run in; default an empty folder.
    package static func jiesu(
        _ arguments: [String], environment more: [String: String] = [:], in place: URL? = nil
    ) async throws -> Output {
        try await run(folder.appending(path: "jiesu").path, arguments, environment: more, in: place)
    }

    /// Where `ops/install python` put what is not ours; `nil` where it did not run.
    package static let pythonPackages: String? = {
        var packages = folder
        while packages.path != "/", packages.lastPathComponent != ".build" { packages.deleteLastPathComponent() }
        packages.append(path: "python")
        return FileManager.default.fileExists(atPath: packages.path) ? packages.path : nil
    }()

    /// Runs a text in Python, with the packages of `ops/install python`.
    package static func python(_ script: String, _ arguments: [String] = []) async throws -> Output {
        try await run("python3", ["-c", script] + arguments, environment: ["PYTHONPATH": pythonPackages ?? ""])
    }

    /// Runs any program to its end; see `jiesu`.
    package static func run(
        _ name: String, _ arguments: [String], environment more: [String: String], in place: URL? = nil
    ) async throws -> Output {
        let texts = try TemporaryFolder()
        let empty = try TemporaryFolder()
        let program = try BackgroundProgram(
            URL(filePath: "/usr/bin/env"), ["-C", (place ?? empty.url).path, name] + arguments,
            environment: environment(more), output: texts.url.appending(path: "out"),
            errors: texts.url.appending(path: "err"))
        do {
            try await eventually(
                "\(name) \(arguments.joined(separator: " ").prefix(200)) ends", within: .seconds(600),
                every: .milliseconds(10)
            ) { program.status != nil }
        } catch {
            program.signal(SIGKILL)
            throw error
        }
        return Output(status: program.status ?? -1, out: try texts.text("out"), err: try texts.text("err"))
    }
}
