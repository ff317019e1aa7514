import Foundation
import Lifecycle
import Postgres
import Synchronization

/// Looks once a second at what services take of the machine, says each minute what it saw, and kills them when their time has come.
final class BenchWatch: Sendable {
    /// One look. A service that is just dead is not in it.
    private struct Look: Sendable {
        /// Since the beginning, in seconds.
        let at: Double
        let memory: [String: Double]
        let files: [String: Double]
        let outbox: Double
        let connections: Double
    }

    struct Means: Sendable {
        /// In MB, by service.
        let memory: [String: Double]
        /// Of all services together.
        let files: Double
        let outbox: Double
        let connections: Double
    }

    private let stage: BenchStage
    private let services: [Suite.Part]
    private let load: BenchLoad
    private let pool: Pool
    private let looks = Mutex<[Look]>([])

    init(stage: BenchStage, services: [Suite.Part], load: BenchLoad, pool: Pool) {
        self.stage = stage
        self.services = services
        self.load = load
        self.pool = pool
    }

    /// A line of progress, out of the way of the figures.
    static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

    /// Watches until cancelled.
    func run(_ kills: [SoakPlan.Kill]) async throws {
        let start = ContinuousClock.now
        var kills = kills[...]
        var killed: [String] = []
        var minute = 1
        while !Task.isCancelled {
            let now = (ContinuousClock.now - start) / .seconds(1)
            // One that is just being started again is killed at the next look.
            while let next = kills.first, next.at <= now, let process = stage.suite.process(of: next.service) {
                kill(process, SIGKILL)
                killed.append(next.service.name)
                kills.removeFirst()
            }
            do {
                let look = try await look(at: now)
                looks.withLock { $0.append(look) }
            } catch is CancellationError {
                break
            } catch let error as PostgresError where error.code == .cancelled {
                break
            }
            if now >= Double(minute * 60) {
                report(minute, killed)
                (minute, killed) = (minute + 1, [])
            }
            await sleep(for: .seconds(1))
        }
        report(minute, killed)
    }

    /// Of what was seen between these seconds; `nil` if nothing was.
    func means(_ seconds: Range<Int>) -> Means? {
        let some = looks.withLock {
            $0.filter { Double(seconds.lowerBound) <= $0.at && $0.at < Double(seconds.upperBound) }
        }
        guard !some.isEmpty else { return nil }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        var memory: [String: Double] = [:]
        var files: Double = 0
        for service in services {
            memory[service.name] = mean(some.compactMap { $0.memory[service.name] })
            files += mean(some.compactMap { $0.files[service.name] })
        }
        return Means(
            memory: memory, files: files, outbox: mean(some.map(\.outbox)), connections: mean(some.map(\.connections)))
    }

    private func look(at moment: Double) async throws -> Look {
        var memory: [String: Double] = [:]
        var files: [String: Double] = [:]
        for service in services {
            guard let process = stage.suite.process(of: service).map(BenchProcess.init) else { continue }
            memory[service.name] = process.megabytes("VmRSS")
            files[service.name] = process.openFiles.map { Double($0) }
        }
        let row = try await pool.withConnection {
            try await $0.query(
                """
                SELECT (SELECT count(*) FROM jiesu.outbox), (SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND backend_type = 'client backend')
                """)
        }.only()
        return Look(at: moment, memory: memory, files: files, outbox: try row.get(0), connections: try row.get(1))
    }

    private func report(_ minute: Int, _ killed: [String]) {
        guard let means = means((minute - 1) * 60..<minute * 60) else { return }
        func text(_ value: Double) -> String { BenchFigure.number(value) }
        let counts = load.counts
        let memory = services.map { "\($0.name) \(text(means.memory[$0.name] ?? 0))" }.joined(separator: ", ")
        Self.say(
            """
            minute \(minute): \(text(Double(counts.accepted))) accepted, \(text(Double(counts.repeated))) sent again; MB: \(memory); \
            outbox \(text(means.outbox)), connections \(text(means.connections)), files \(text(means.files)); \
            killed: \(killed.isEmpty ? "none" : killed.joined(separator: ", "))
            """)
    }
}
