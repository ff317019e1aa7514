import Foundation
import Support
import Testing

@testable import Jiesu

@Suite struct ChildTests {
    /// Runs a shell script; what it prints goes to the file `log`.
    private static func shell(_ script: String, in folder: TemporaryFolder, _ settings: [String: String] = [:]) -> Child
    {
        Child(
            name: "sh", executable: URL(filePath: "/bin/sh"), arguments: ["-c", script], environment: settings,
            log: folder.url.appending(path: "log"))
    }

    @Test func `it has its settings, its log and its status`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("before\n".utf8, to: "log")
        let child = Self.shell("echo $WORD; echo $WORD >&2; exit 3", in: folder, ["WORD": "路灯"])
        var ids: [Int32] = []
        #expect(try await child.run(started: { ids.append($0) }) == 3)
        #expect(ids.count == 1)
        #expect(try folder.text("log") == "before\n路灯\n路灯\n")
    }

    /// Whatever the thread that starts it blocks or ignores.
    @Test func `a signal ends it, and its status says which`() async throws {
        let folder = try TemporaryFolder()
        for signal in [SIGTERM, SIGINT, SIGPIPE, SIGKILL] {
            let child = Self.shell("exec sleep 600", in: folder)
            #expect(try await child.run(started: { kill($0, signal) }) == 128 + signal)
        }
    }

    @Test func `told to stop before it was started, it stops at once`() async throws {
        let folder = try TemporaryFolder()
        let child = Self.shell("exec sleep 600", in: folder)
        child.terminate()
        #expect(try await child.run(started: { _ in }) == 128 + SIGTERM)
        child.terminate()
    }

    @Test func `its standard input ends with the program that started it, and no other file is handed on`() async throws
    {
        let folder = try TemporaryFolder()
        let child = Self.shell("readlink /proc/self/fd/0 | cut -c1-6; ls /proc/self/fd | wc -l", in: folder)
        #expect(try await child.run(started: { _ in }) == 0)
        // 0, 1, 2, and the folder that `ls` reads.
        #expect(try folder.text("log") == "socket\n4\n")
    }

    @Test func `what is no program is an error that names it`() async throws {
        let folder = try TemporaryFolder()
        let child = Child(
            name: "x", executable: folder.url.appending(path: "none"), environment: [:],
            log: folder.url.appending(path: "log"))
        let failure = await #expect(throws: CommandFailure.self) { try await child.run(started: { _ in }) }
        #expect(failure?.message.contains("/none cannot be started") == true)
    }

    @Test func `the end of each is noticed while others that were started beside it run on`() async throws {
        let folder = try TemporaryFolder()
        for _ in 0..<10 {
            let lasting = (0..<4).map { _ in Self.shell("exec sleep 600", in: folder) }
            let brief = (0..<4).map { _ in Self.shell("exit 3", in: folder) }
            let patience = Task {
                try await Task.sleep(for: .seconds(60))
                for child in lasting { child.terminate() }
            }
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for child in zip(lasting, brief).flatMap({ [$0, $1] }) {
                    group.addTask { try await child.run(started: { _ in }) }
                }
                var first: [Int32] = []
                while first.count < brief.count, let status = try await group.next() { first.append(status) }
                #expect(first == [3, 3, 3, 3])
                patience.cancel()
                for child in lasting { child.terminate() }
                for try await status in group { #expect(status == 128 + SIGTERM) }
            }
        }
    }
}
