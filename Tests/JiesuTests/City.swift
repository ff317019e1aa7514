import CaseStore
import Foundation
import Policies
import Postgres
import Support
import Telemetry
import Testing

@testable import Classification
@testable import Jiesu
@testable import Routing

/// A suite as far as `jiesu import` sees one: a database with the shipped city, the rules of classification and routing at work
/// in this process with their own roles, and the data folder that a running suite leaves its address in.
final class City: Sendable {
    let database: TestDatabase
    let pool: Pool
    /// For `--data`.
    let folder: TemporaryFolder

    init() async throws {
        database = try await TestDatabase.installed()
        var looking = try database.settings
        looking.applicationName = "test"
        pool = Pool(looking, size: 4, waitAtMost: .seconds(120), log: .silent)
        folder = try TemporaryFolder()
        try SuiteFile(database: database.url, intake: "http://127.0.0.1:1", processes: [:]).write(to: folder.url)
    }

    /// One for all tests that only look.
    static func shared() async throws -> City { try await common.value }
    private static let common = Task { try await City() }

    /// The pool of one of the services.
    func pool(as role: String) throws -> Pool {
        Pool(try database.settings(as: role), size: 2, waitAtMost: .seconds(120), log: .silent)
    }

    /// Does what classification and routing owe, until cancelled.
    func work() async throws {
        let classification = CaseStore(pool: try pool(as: "jiesu_classification"))
        let routing = CaseStore(pool: try pool(as: "jiesu_routing"))
        let (examining, dispatching) = (Examining(), Dispatching())
        while !Task.isCancelled {
            let registered = try await classification.owed(to: examining, after: 0, limit: 500)
            _ = try await classification.work(examining, on: registered)
            let classified = try await routing.owed(to: dispatching, after: 0, limit: 500)
            _ = try await routing.work(dispatching, on: classified)
            if registered.isEmpty, classified.isEmpty { try? await Task.sleep(for: .milliseconds(50)) }
        }
    }

    /// Runs `jiesu import` with these arguments while the services work.
    func importing(_ arguments: String...) async throws -> BuiltProgram.Output {
        try await withThrowingTaskGroup(of: BuiltProgram.Output?.self) { group in
            group.addTask {
                try await self.work()
                return nil
            }
            group.addTask {
                try await BuiltProgram.jiesu(
                    ["import"] + arguments + ["--data", self.folder.url.path], in: self.folder.url)
            }
            while let outcome = try await group.next() {
                guard let outcome else { continue }
                group.cancelAll()
                return outcome
            }
            throw CancellationError()
        }
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }

    func texts(_ query: Query) async throws -> [String] {
        try await pool.withConnection { try await $0.query(query) }.map { try $0.get(0) }
    }
}
