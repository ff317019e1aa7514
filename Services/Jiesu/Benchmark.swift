/// What `jiesu bench` can measure.
enum Benchmark: String, CaseIterable {
    case intake, pipeline, relay, deadlines, memory, pages, districts, soak

    /// Those that run unless told otherwise: not the one that takes half an hour.
    static let usual = allCases.filter { $0 != .soak }

    struct Settings {
        /// Of each measurement that lasts as long as one wants.
        let seconds: Int
        /// Complaints a second of the soak; `nil`: what it finds right.
        let rate: Int?
        let seed: UInt64
    }

    /// Measures on a stage of its own, of which only PostgreSQL runs.
    func run(on stage: BenchStage, _ settings: Settings) async throws -> [BenchFigure] {
        let seconds = settings.seconds
        return switch self {
        case .intake: try await BenchIntake(stage: stage, seconds: seconds).run()
        case .pipeline: try await BenchPipeline(stage: stage, seconds: seconds).run()
        case .relay: try await BenchRelay(stage: stage).run()
        case .deadlines: try await BenchDeadlines(stage: stage, seconds: seconds).run()
        case .memory: try await BenchMemory(stage: stage).run()
        case .pages: try await BenchPages(stage: stage, seconds: seconds).run()
        case .districts: try await BenchDistricts(stage: stage, seconds: seconds).run()
        case .soak:
            try await BenchSoak(stage: stage, seconds: seconds, rate: settings.rate, seed: settings.seed).run()
        }
    }
}
