import Telemetry
import Testing

@testable import Lifecycle

struct SupervisorTests {
    private let diary = Diary()
    private let quiet = Logger(service: "test") { _ in }

    private func service(_ name: String, _ manner: MockService.Manner = .untilCancelled) -> MockService {
        MockService(name: name, diary: diary, manner: manner)
    }

    private func supervising(_ services: [any Service], grace: Duration = .seconds(60)) -> Task<Void, any Error> {
        Task { try await Lifecycle.supervise(services, grace: grace, log: quiet) }
    }

    private func started(_ names: String...) async {
        for name in names { await diary.has("\(name) runs") }
    }

    /// What was noted after all had begun.
    private func endings() -> [String] { diary.all.filter { !$0.hasSuffix("runs") } }

    @Test func `a stop goes in reverse order, each after the next one has ended`() async throws {
        let run = supervising([service("pool"), service("consumer"), service("server")])
        await started("pool", "consumer", "server")
        run.cancel()
        try await run.value
        #expect(
            endings() == [
                "server asked", "server stopped", "consumer asked", "consumer stopped", "pool asked", "pool stopped",
            ])
    }

    @Test func `a service that throws stops the others and its error comes out`() async {
        let run = supervising([service("pool"), service("bad", .until("go", then: .init())), service("server")])
        await started("pool", "bad", "server")
        diary.note("go")
        await #expect(throws: MockService.Failure()) { try await run.value }
        #expect(
            endings().filter { $0.hasSuffix("stopped") || $0 == "bad ended" }
                == ["bad ended", "server stopped", "pool stopped"])
    }

    @Test func `a service that returns unasked is a failure`() async {
        let run = supervising([service("pool"), service("short", .until("go", then: nil))])
        await started("pool", "short")
        diary.note("go")
        await #expect(throws: LifecycleError.endedEarly("short")) { try await run.value }
        #expect(endings().last == "pool stopped")
    }

    @Test func `work cut short by a stop is no failure`() async throws {
        let run = supervising([service("sleeper", .throwsCancellation)])
        await started("sleeper")
        run.cancel()
        try await run.value
    }

    @Test func `one that fails while it stops does not keep the others from stopping`() async {
        let run = supervising([service("pool"), service("bad", .failsWhenStopped)])
        await started("pool", "bad")
        run.cancel()
        await #expect(throws: MockService.Failure()) { try await run.value }
        #expect(endings().last == "pool stopped")
    }

    @Test func `after the grace period it names those who still run`() async {
        let run = supervising(
            [service("pool"), service("deaf", .deaf), service("server")], grace: .milliseconds(50))
        await started("pool", "deaf", "server")
        run.cancel()
        await #expect(throws: LifecycleError.stillRunning(["pool", "deaf"])) { try await run.value }
        await diary.has("pool stopped")  // asked in the end, so that it does not run on
    }

    @Test func `a stop before the start still ends all`() async throws {
        let run = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await Lifecycle.supervise([service("pool"), service("server")], grace: .seconds(60), log: quiet)
        }
        try await run.value
        #expect(endings().last == "pool stopped")
    }

    @Test func `the log tells who failed`() async {
        let lines = Diary()
        let log = Logger(service: "test") { lines.note($0) }
        diary.note("go")
        let services = [service("bad", .until("go", then: .init()))]
        try? await Lifecycle.supervise(services, grace: .seconds(60), log: log)
        #expect(lines.all.contains { $0.contains(#""message":"service failed","name":"bad","error":"Failure()""#) })
    }
}
