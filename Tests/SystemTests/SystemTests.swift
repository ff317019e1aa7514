import Foundation
import Support
import Synchronization
import Testing

/// Tests of the whole suite as it was built: its executables, a real PostgreSQL, and a broker. One after the other, for each
/// has a dozen processes of its own.
@Suite(.serialized, .issueCounting)
struct SystemTests {
    /// A Kafka that runs already: `JIESU_TEST_KAFKA`, host:port.
    static let kafka = ProcessInfo.processInfo.environment["JIESU_TEST_KAFKA"]

    /// Runs `body` on a new suite; keeps its logs when the test meets an issue.
    static func suite(
        kafka: String? = nil, logLevel: String = "info", desks: [String] = [], at time: String? = nil,
        _ body: (SuiteUnderTest) async throws -> Void
    ) async throws {
        var settings = ["JIESU_LOG_LEVEL": logLevel]
        settings["JIESU_KAFKA_BROKERS"] = kafka
        try await SuiteUnderTest.run(settings: settings, desks: desks, at: time, faults: { IssueCount.value }, body)
    }
}

/// Issues of this process's system tests so far.
enum IssueCount {
    private static let count = Atomic<Int>(0)

    static var value: Int { count.load(ordering: .relaxed) }

    static func add() { count.add(1, ordering: .relaxed) }
}

extension Trait where Self == IssueHandlingTrait {
    /// Counts issues and lets them pass.
    static var issueCounting: Self {
        .compactMapIssues { issue in
            IssueCount.add()
            return issue
        }
    }
}
