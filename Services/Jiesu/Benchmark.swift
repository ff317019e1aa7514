/// What `jiesu bench` can measure.
enum Benchmark: String, CaseIterable {
    case intake, pipeline, relay, deadlines, memory, pages

    /// Measures on a stage of its own, of which only PostgreSQL runs.
    /// - Parameter seconds: of each measurement that lasts as long as one wants.
    func run(on stage: BenchStage, seconds: Int) async throws -> [BenchFigure] {
        switch self {
        case .intake: try await BenchIntake(stage: stage, seconds: seconds).run()
        case .pipeline: try await BenchPipeline(stage: stage, seconds: seconds).run()
        case .relay: try await BenchRelay(stage: stage).run()
        case .deadlines: try await BenchDeadlines(stage: stage, seconds: seconds).run()
        case .memory: try await BenchMemory(stage: stage).run()
        case .pages: try await BenchPages(stage: stage, seconds: seconds).run()
        }
    }
}
