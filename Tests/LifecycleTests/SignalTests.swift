import Foundation
import Telemetry
import Testing

@testable import Lifecycle

/// Each in a process of its own, because signals and exit codes are the process's.
struct SignalTests {
    static let log = Logger(service: "test")

    @Test func `SIGTERM stops the services and the process ends with 0`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await Lifecycle.main(log: SignalTests.log) {
                let diary = Diary()
                Task {
                    await diary.has("server runs")
                    kill(getpid(), SIGTERM)
                }
                return [MockService(name: "pool", diary: diary), MockService(name: "server", diary: diary)]
            }
        }
    }

    @Test func `SIGINT does the same`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await Lifecycle.main(log: SignalTests.log) {
                let diary = Diary()
                Task {
                    await diary.has("server runs")
                    kill(getpid(), SIGINT)
                }
                return [MockService(name: "server", diary: diary)]
            }
        }
    }

    @Test func `a failed service ends the process with 1`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            await Lifecycle.main(log: SignalTests.log) {
                let diary = Diary()
                diary.note("go")
                return [
                    MockService(name: "pool", diary: diary),
                    MockService(name: "bad", diary: diary, manner: .until("go", then: .init())),
                ]
            }
        }
    }

    @Test func `parts that cannot be made end the process with 1`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            await Lifecycle.main(log: SignalTests.log) { throw MockService.Failure() }
        }
    }

    @Test func `a signal while parts are made ends the process with 0`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await Lifecycle.main(log: SignalTests.log) {
                kill(getpid(), SIGTERM)
                try await Task.sleep(for: .seconds(3_600))
                return []
            }
        }
    }

    @Test func `whoever does not stop within the grace period makes it end with 1`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            await Lifecycle.main(grace: .milliseconds(50), log: SignalTests.log) {
                let diary = Diary()
                Task {
                    await diary.has("deaf runs")
                    kill(getpid(), SIGTERM)
                }
                return [MockService(name: "deaf", diary: diary, manner: .deaf)]
            }
        }
    }

    @Test func `a second signal ends the process at once`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            await Lifecycle.main(grace: .seconds(3_600), log: SignalTests.log) {
                let diary = Diary()
                Task {
                    await diary.has("server runs")
                    kill(getpid(), SIGTERM)
                    await diary.has("server asked")
                    kill(getpid(), SIGTERM)
                }
                return [
                    MockService(name: "deaf", diary: diary, manner: .deaf),
                    MockService(name: "server", diary: diary),
                ]
            }
        }
    }

    /// As a service does that calls something blocking on the shared threads.
    @Test func `blocked shared threads do not keep the process alive`() async {
        await #expect(processExitsWith: .exitCode(1)) {
            await Lifecycle.main(grace: .milliseconds(50), log: SignalTests.log) {
                for _ in 0..<64 { Task { while true { usleep(1_000_000) } } }
                DispatchQueue.global().async { kill(getpid(), SIGTERM) }
                return [MockService(name: "server", diary: Diary())]
            }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `once all has ended a signal is the system's again`(ending: Int32) async {
        await #expect(processExitsWith: .signal(ending)) { [ending] in
            for _ in 0..<3 {
                let diary = Diary()
                Task {
                    await diary.has("server runs")
                    kill(getpid(), ending)
                }
                let server = MockService(name: "server", diary: diary)
                try await Lifecycle.run([server], grace: .seconds(60), log: SignalTests.log)
            }
            kill(getpid(), ending)
            try await Task.sleep(for: .seconds(60))
        }
    }
}
