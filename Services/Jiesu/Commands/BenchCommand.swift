import Foundation
import JSON
import Lifecycle
import Policies
import Telemetry

/// `jiesu bench`
enum BenchCommand: OperatorCommand {
    static let name = "bench"
    static let synopsis =
        "[\(Benchmark.allCases.map(\.rawValue).joined(separator: "|"))] [--seconds N] [--rate N] [--seed N] [--json]"
    static let summary = "measures the suite beside what the machine can do"
    static let details = """
        Each starts a private suite with real fsync in a folder of its own, and measures in the same run how many bare inserts a
        second PostgreSQL commits for 8 connections of pgbench: the limit. Exit 0 only if every target is met.
          intake    complaints accepted and durable a second, PostgreSQL and intake alone
          pipeline  complaints a second from POST to the organisation's topic, with at most 8,000 on their way; then how long one
                    takes at half the load that is the target
          relay     announcements a second with more than 100,000 waiting
          deadlines clocks fired a second when 10,000 of 100,000 are due at one instant
          memory    what classification and routing take to read a backlog of one million messages
          pages     how long a list's page takes while 200 officers of a desk have it open and live: idle, then while the pipeline
                    runs at half the load that is the target
          districts memory of ten desks, each with a process and a database login of its own, and how long they take to start
          soak      memory, outbox, connections and open files of the last third of --seconds beside the third before, while services
                    are killed by chance (--seed N: the same again) at --rate N complaints a second (default: half of what the
                    pipeline does now); and that nothing is lost. Takes 5 KB of /var/tmp for each complaint, and 4 GB
        Without a name all but the soak run. --seconds is the length of a measurement (default 15, of the soak 1800); --json prints
        one object.
        """
    static let options: [Arguments.Option] = [.value("seconds"), .value("rate"), .value("seed"), .flag("json")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let benchmarks = try arguments.positional.map { name throws(Arguments.Mistake) in
            guard let benchmark = Benchmark(rawValue: name) else {
                throw Arguments.Mistake(message: "there is no benchmark \"\(name)\"")
            }
            return benchmark
        }
        let isSoak = benchmarks == [.soak]
        if !isSoak, benchmarks.contains(.soak) { throw Arguments.Mistake(message: "the soak goes alone") }
        if !isSoak, let name = ["rate", "seed"].first(where: arguments.has) {
            throw Arguments.Mistake(message: "--\(name) goes with soak alone")
        }
        let settings = Benchmark.Settings(
            // Three thirds of which each is long enough for all services to die once.
            seconds: try arguments.number("seconds", in: isSoak ? 60...86400 : 1...3600, default: isSoak ? 1800 : 15),
            rate: arguments.has("rate") ? try arguments.number("rate", in: 1...100_000, default: 1) : nil,
            seed: UInt64(try arguments.number("seed", in: 0...999_999, default: .random(in: 0...999_999))))
        #if DEBUG
            FileHandle.standardError.write(Data("jiesu: this is a debug build; its figures mean little\n".utf8))
        #endif
        let isQuiet = arguments.has("json")
        var figures: [BenchFigure] = []
        for benchmark in benchmarks.isEmpty ? Benchmark.usual : benchmarks {
            if !isQuiet { FileHandle.standardError.write(Data("Measuring \(benchmark.rawValue) …\n".utf8)) }
            figures += try await measure(benchmark, settings)
        }
        let machine = Machine()
        if isQuiet {
            print(JSON.object(["machine": machine.json, "figures": .array(figures.map(\.json))]).text)
        } else {
            print(
                "\(BenchFigure.table(figures))\n\nlimit: commits of bare inserts by 8 connections of pgbench\n\(machine.text)"
            )
        }
        return figures.allSatisfy(\.isMet) ? 0 : 1
    }

    private static func measure(_ benchmark: Benchmark, _ settings: Benchmark.Settings) async throws -> [BenchFigure] {
        let log = Logger(service: "jiesu", level: .warning)
        // Not the temporary folder, which may be memory: what is measured ends on a disk.
        let folder = URL(
            filePath: "/var/tmp/jiesu-bench-\(ProcessInfo.processInfo.processIdentifier)-\(benchmark.rawValue)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let profiles = try Profile.shipped()
        let suite = try Suite(
            folder: folder, port: 0, profiles: profiles,
            organisations: Installation.organisations(nil, for: profiles), parts: [], log: log)
        let outcome = Outcome<[BenchFigure]>()
        let bench = BenchRun(
            benchmark: benchmark, stage: BenchStage(suite: suite, log: log), settings: settings, outcome: outcome)
        let life = Task { try await Lifecycle.run([suite, bench], grace: .seconds(60), log: log) }
        outcome.whenTold { life.cancel() }
        try await life.value
        guard let figures = outcome.report else { throw CommandFailure("the benchmark was stopped before its end") }
        return figures
    }
}

/// Runs one benchmark, tells what came of it, then waits to be stopped.
private struct BenchRun: Service {
    let name = "bench"
    let benchmark: Benchmark
    let stage: BenchStage
    let settings: Benchmark.Settings
    let outcome: Outcome<[BenchFigure]>

    func run() async throws {
        guard await stage.suite.waitUntilReady() else { return }
        do {
            outcome.tell(try await benchmark.run(on: stage, settings))
        } catch {
            try await stage.stop()
            if Task.isCancelled { return }
            throw error
        }
        while !Task.isCancelled { await sleep(for: .seconds(3600)) }
    }
}
