import Foundation
import Kafka
import Lifecycle
import Postgres

/// Half the pipeline's rate for long, while services are killed by chance: whether what the suite takes of the machine stays the same,
/// and whether anything is lost.
///
/// The broker is not killed: the embedded one forgets everything, and refilling it would be what is measured.
struct BenchSoak {
    let stage: BenchStage
    let seconds: Int
    /// Complaints a second; `nil`: half of what a short run of the pipeline says.
    let rate: Int?
    let seed: UInt64

    /// Of the short run, in seconds.
    private static let burst = 15
    /// How long the last complaints may take to arrive: those that were on their way when a service died wait for a sweep, which comes
    /// once a minute.
    private static let patience = Duration.seconds(150)
    /// How far the last third may be from the one before.
    private static let tolerance = 0.05

    func run() async throws -> [BenchFigure] {
        let samples = try Sample.dispatched()
        guard let organisation = samples.lazy.compactMap(\.expected.lead).first else {
            throw CommandFailure("no sample names an organisation")
        }
        let pool = try stage.pool()
        _ = try await pool.withConnection {
            try await $0.query("SELECT jiesu.add_desk(\(organisation), \(String?.none))")
        }
        let desk = Suite.Part.desk(organisation)
        let services = Suite.Part.all.filter { $0 != .broker } + [desk]
        try await stage.start([.broker] + services)
        let pipeline = BenchPipeline(stage: stage, seconds: Self.burst)
        let inboxes = try await pipeline.inboxes()
        let load = BenchLoad(samples, port: stage.suite.port, repeats: true)

        let figures = try await inboxes.whileListening {
            let rate = if let rate { Double(rate) } else { try await pipeline.sustained(load, inboxes) / 2 }
            BenchWatch.say("\(BenchFigure.number(rate)) complaints a second for \(seconds) s; --seed \(seed)")
            let watch = BenchWatch(stage: stage, services: services, load: load, pool: pool)
            let kills = SoakPlan(services, seconds: seconds, seed: seed).kills
            let accepted = try await accompanied(by: { try await watch.run(kills) }) {
                try await load.run(.perSecond(rate), for: .seconds(seconds))
            }
            return try await compare(watch, rate) + losses(accepted, load.counts.accepted, inboxes, pool)
        }
        try await stage.stop([desk])
        try await stage.stop()
        return figures
    }

    /// The last third beside the one before; the first is for growing up.
    private func compare(_ watch: BenchWatch, _ rate: Double) throws -> [BenchFigure] {
        let third = seconds / 3
        guard let before = watch.means(third..<2 * third), let last = watch.means(2 * third..<3 * third) else {
            throw CommandFailure("nothing was seen in a third of the time")
        }
        /// - Parameter floor: a difference that means nothing, however few there are.
        func figure(
            _ name: String, _ unit: String, floor: Double = 0, _ value: (BenchWatch.Means) -> Double
        ) -> BenchFigure {
            let wanted = value(before)
            return BenchFigure(
                name: "\(name), mean of the last third", measured: value(last), unit: unit,
                target: .near(wanted, by: max(wanted * Self.tolerance, floor)))
        }
        let all = figure("memory of all services", "MB") { $0.memory.values.reduce(0, +) }
        // One alone was started anew a few times in each third, and what it takes depends on what it found then.
        let each = before.memory.keys.sorted().map { name in
            figure("memory of \(name)", "MB", floor: 5) { $0.memory[name] ?? 0 }
        }
        return [all] + each + [
            // What waits is what a fraction of a second brought, and a few seconds while the relay was dead: a mean of few rows with
            // high peaks. A complaint brings four of them.
            figure("outbox", "rows", floor: 4 * rate) { $0.outbox },
            // One connection more or less is a pool that just had need of it.
            figure("connections of the database", "", floor: 2) { $0.connections },
            figure("open files of all services", "", floor: 10) { $0.files },
        ]
    }

    private func losses(
        _ accepted: [BenchLoad.Accepted], _ count: Int, _ inboxes: Inboxes, _ pool: Pool
    ) async throws -> [BenchFigure] {
        func number(_ query: Query) async throws -> Int {
            try await pool.withConnection { try await $0.query(query) }.only().get(0)
        }
        let deadline = ContinuousClock.now + Self.patience
        var missing = accepted.map(\.id)
        var waiting = 0
        while ContinuousClock.now < deadline {
            try Task.checkCancellation()
            missing = missing.filter { inboxes.arrivals(of: $0).isEmpty }
            waiting = try await number("SELECT count(*) FROM jiesu.outbox")
            if missing.isEmpty, waiting == 0 { break }
            await sleep(for: .milliseconds(200))
        }
        let judged = try await number(
            "SELECT count(*) FROM jiesu.case_file WHERE id = ANY(\(missing)) AND state = 'awaiting_judgement'")
        let cases = try await number("SELECT count(*) FROM jiesu.case_file")
        let parked = try await number("SELECT count(*) FROM jiesu.parked")
        let losses = [
            ("accepted, and neither in an inbox nor before a person", missing.count - judged),
            ("cases that nobody was told of", cases - count), ("left in the outbox", waiting), ("parked", parked),
        ]
        let sent = BenchFigure(name: "accepted", measured: Double(count), unit: "", target: .atLeast(Double(cases)))
        return [sent]
            + losses.map { BenchFigure(name: $0.0, measured: Double($0.1), unit: "", target: .atMost(0)) }
    }
}
