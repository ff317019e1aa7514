import Lifecycle
import Postgres

/// How many complaints a second go all the way, from the POST to their organisation's topic, and how long one takes.
struct BenchPipeline {
    let stage: BenchStage
    let seconds: Int

    /// Complaints that were sent and have not arrived, at most: more would only wait in tables.
    private static let outstanding = 8000
    /// Until the consumer groups have formed and work flows.
    private static let warmUp = Duration.seconds(8)
    /// How long the last ones may take to arrive.
    private static let patience = Duration.seconds(30)
    /// Of the machine's limit.
    static let share = 0.15

    func run() async throws -> [BenchFigure] {
        let before = try await stage.limit(seconds: seconds / 2 + 1)
        try await stage.start(Suite.Part.all)
        let inboxes = try await inboxes()
        let load = BenchLoad(try Sample.dispatched(), port: stage.suite.port)

        let (rate, underLoad, delays) = try await inboxes.whileListening {
            let rate = try await sustained(load, inboxes)
            let underLoad = try stage.memory(of: [.intake, .classification, .routing], when: "under that load")
            return (rate, underLoad, try await latencies(load, inboxes, rate: before * Self.share / 2))
        }
        try await stage.stop()
        let after = try await stage.limit(seconds: seconds / 2 + 1)

        func percentile(_ part: Double) -> Double {
            delays[min(delays.count - 1, Int(Double(delays.count) * part))] / .milliseconds(1)
        }
        return [
            BenchFigure(
                name: "pipeline, POST to inbox topic, sustained", measured: rate, unit: "/s",
                limit: (before + after) / 2, target: .share(Self.share)),
            BenchFigure(
                name: "the same at half the target's load, p50", measured: percentile(0.5), unit: "ms",
                target: .atMost(1000)),
            BenchFigure(
                name: "the same at half the target's load, p99", measured: percentile(0.99), unit: "ms",
                target: .atMost(1000)),
        ] + underLoad
    }

    /// All inboxes there are.
    func inboxes() async throws -> Inboxes {
        let pool = try stage.pool()
        let codes = try await pool.withConnection {
            try await $0.query("SELECT code FROM jiesu.organisation WHERE inbox ORDER BY code")
        }.map { try $0.get(0, as: String.self) }
        return try Inboxes(
            try await stage.suite.kafka(pool), organisations: codes, group: "jiesu-bench", log: stage.log)
    }

    /// Arrivals a second while the pipeline is kept full.
    func sustained(_ load: BenchLoad, _ inboxes: Inboxes) async throws -> Double {
        let duration = Self.warmUp + .seconds(seconds)
        async let all = load.run(.whileRoom { $0 - inboxes.count < Self.outstanding }, for: duration)
        await sleep(for: Self.warmUp)
        let (first, start) = (inboxes.count, ContinuousClock.now)
        await sleep(for: .seconds(seconds))
        let (last, end) = (inboxes.count, ContinuousClock.now)
        try await waitForArrival(of: try await all, inboxes)
        return Double(last - first) / ((end - start) / .seconds(1))
    }

    /// From when a complaint should have been sent to its arrival, in order of length.
    private func latencies(_ load: BenchLoad, _ inboxes: Inboxes, rate: Double) async throws -> [Duration] {
        let sent = try await load.run(.perSecond(rate), for: .seconds(seconds))
        try await waitForArrival(of: sent, inboxes)
        return sent.compactMap { one in inboxes.arrivals(of: one.id).first.map { $0.at - one.sent } }.sorted()
    }

    private func waitForArrival(of sent: [BenchLoad.Accepted], _ inboxes: Inboxes) async throws {
        let deadline = ContinuousClock.now + Self.patience
        var missing = sent
        while !missing.isEmpty {
            try Task.checkCancellation()
            missing = missing.filter { inboxes.arrivals(of: $0.id).isEmpty }
            guard missing.isEmpty || ContinuousClock.now < deadline else {
                throw CommandFailure("\(missing.count) of \(sent.count) complaints did not arrive")
            }
            await sleep(for: .milliseconds(100))
        }
    }
}
