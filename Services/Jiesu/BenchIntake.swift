import Postgres

/// How many complaints a second intake accepts, each durable before its answer; nothing else runs but PostgreSQL.
struct BenchIntake {
    let stage: BenchStage
    let seconds: Int

    /// Until every connection has its statements prepared.
    private static let warmUp = Duration.seconds(2)

    func run() async throws -> [BenchFigure] {
        let before = try await stage.limit(seconds: seconds / 2 + 1)
        try await stage.start([.intake])
        let load = BenchLoad(try Sample.dispatched(), port: stage.suite.port)
        let start = ContinuousClock.now + Self.warmUp
        let accepted = try await load.run(.whileRoom { _ in true }, for: Self.warmUp + .seconds(seconds))
        let end = start + .seconds(seconds)
        let rate = Double(accepted.count { start <= $0.answered && $0.answered < end }) / Double(seconds)
        let memory = try stage.memory(of: [.intake], when: "intake alone")
        try await stage.stop()
        let after = try await stage.limit(seconds: seconds / 2 + 1)

        let stored: Int = try await stage.pool().withConnection {
            try await $0.query("SELECT count(*) FROM jiesu.case_file")
        }.only().get(0)
        guard stored == accepted.count else {
            throw CommandFailure("\(accepted.count) complaints were accepted and \(stored) are there")
        }
        return [
            BenchFigure(
                name: "intake, accepted and durable", measured: rate, unit: "/s", limit: (before + after) / 2,
                target: .share(0.5))
        ] + memory
    }
}
