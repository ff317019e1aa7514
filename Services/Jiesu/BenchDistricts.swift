import Lifecycle
import Postgres

/// Ten organisations at home on one machine, each with a desk's process, a database login and an inbox topic of its own: what the desks take
/// of it, and how long from their start until they are ready.
struct BenchDistricts {
    let stage: BenchStage
    let seconds: Int

    private static let districts = 10
    /// Complaints that are there before.
    private static let before = 4000
    /// Complaints a second while desks are looked at: they hear of each and look who wants to know.
    private static let rate = 100.0
    /// Between two looks whether a desk is ready.
    private static let look = Duration.milliseconds(5)

    func run() async throws -> [BenchFigure] {
        try await stage.start(Suite.Part.all)
        let pool = try stage.pool(size: BenchCases.lanes)
        let cases = BenchCases(stage: stage, pool: pool)
        try await cases.register(Self.before)
        try await cases.waitUntilNone(in: .registered)
        try await cases.waitUntilNone(in: .classified)
        let desks = try await settle(pool).map(Suite.Part.desk)

        var alone: [Double] = []
        for desk in desks { alone.append(try await start([desk])) }
        try await stage.stop(desks)
        let together = try await start(desks)
        let load = BenchLoad(try Sample.dispatched(), port: stage.suite.port)
        _ = try await load.run(.perSecond(Self.rate), for: .seconds(seconds))
        let processes = desks.compactMap { stage.suite.process(of: $0).map(BenchProcess.init) }
        let resident = processes.compactMap { $0.megabytes("VmRSS") }
        let shares = processes.compactMap { $0.megabytes("Pss", in: "smaps_rollup") }
        let own = processes.compactMap { process -> Double? in
            guard let dirty = process.megabytes("Private_Dirty", in: "smaps_rollup"),
                let clean = process.megabytes("Private_Clean", in: "smaps_rollup")
            else { return nil }
            return dirty + clean
        }
        guard resident.count == desks.count, shares.count == desks.count, own.count == desks.count else {
            throw CommandFailure("a desk does not run any more", hint: "see \(stage.suite.folder.path)/log")
        }
        try await stage.stop(desks)
        try await stage.stop()
        func most(_ values: [Double]) -> Double { values.max() ?? 0 }
        return [
            BenchFigure(
                name: "a desk's start until ready, longest of ten", measured: most(alone), unit: "ms",
                target: .atMost(1000)),
            BenchFigure(
                name: "ten desks' start at once until all are ready", measured: together, unit: "ms",
                target: .atMost(5000)),
            BenchFigure(
                name: "a desk of ten, resident, most", measured: most(resident), unit: "MB", target: .atMost(60)),
            BenchFigure(
                name: "a desk of ten, its own alone, most", measured: most(own), unit: "MB", target: .atMost(60)),
            BenchFigure(
                name: "ten desks, what they share counted once", measured: shares.reduce(0, +), unit: "MB",
                target: .atMost(Double(Self.districts) * 60)),
        ]
    }

    /// In milliseconds.
    private func start(_ desks: [Suite.Part]) async throws -> Double {
        let begin = ContinuousClock.now
        try await stage.start(desks, lookingEvery: Self.look)
        return (ContinuousClock.now - begin) / .milliseconds(1)
    }

    /// Database logins for those with most cases.
    private func settle(_ pool: Pool) async throws -> [String] {
        try await pool.withConnection { connection in
            let organisations = try await connection.query(
                """
                SELECT code FROM jiesu.organisation o WHERE inbox
                ORDER BY (SELECT count(*) FROM jiesu.case_file WHERE lead = o.code) DESC, code LIMIT \(Self.districts)
                """
            ).map { try $0.get(0, as: String.self) }
            guard organisations.count == Self.districts else {
                throw CommandFailure("the city has too few organisations")
            }
            for organisation in organisations {
                _ = try await connection.query("SELECT jiesu.add_desk(\(organisation), \(String?.none))")
            }
            return organisations
        }
    }
}
