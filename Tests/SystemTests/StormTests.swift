import Foundation
import Postgres
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(10)))
    func `nothing is lost or done twice while services, broker and database die`() async throws {
        try await storm(
            2000, pause: 0...220, rounds: 5,
            others: [
                .kill("broker"), .kill("broker"), .kill("broker"), .stopDatabase, .stopDatabase, .killDatabase,
            ])
    }

    @Test(.enabled(if: kafka != nil, "JIESU_TEST_KAFKA names no Kafka"), .timeLimit(.minutes(5)))
    func `nothing is lost or done twice on a real Kafka while services die`() async throws {
        try await storm(300, pause: 0...220, rounds: 2, others: [], kafka: Self.kafka)
    }

    private func storm(
        _ count: Int, pause: ClosedRange<Int>, rounds: Int, others: [Fault], kafka: String? = nil
    ) async throws {
        try await Self.suite(kafka: kafka) { suite in
            let complaints = try Complaint.samples(count, key: "storm")
            let citizens = Citizens(port: try suite.port, pause: pause)
            let plan = FaultPlan(rounds: rounds, others: others, among: count)
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }

            try await withThrowingTaskGroup { group in
                group.addTask { try await citizens.send(complaints) }
                group.addTask { try await plan.happen(to: suite) { citizens.count } }
                try await group.waitForAll()
            }
            try await suite.waitUntilSettled()
            let record = try await Record(suite)
            try await record.waitUntilArrived(wire)

            let comment: Comment = "JIESU_TEST_SEED=\(plan.seed): \(plan.faults)"
            #expect(record.faults(answered: citizens.receipts, complaints: complaints) == [], comment)
            #expect(record.states.count == count, comment)
            #expect(record.told.count > count / 2, comment)
            #expect(citizens.repeated > 0, "no client noticed a fault: \(comment)")
            let brokersKilled = plan.faults.count { $0.fault.description == "kill broker" }
            #expect(Set(wire.entries.map(\.broker)).count > brokersKilled / 2, comment)
            let faultsOfTables = try await record.faultsOfTables()
            #expect(faultsOfTables == [], comment)
            #expect(record.faults(wire: wire.entries).prefix(20) == [], comment)
            // The repetition of an answered request is answered alike, whatever happened in between.
            let again = Citizens(port: try suite.port)
            try await again.send(Array(complaints.prefix(50)))
            #expect(again.receipts.allSatisfy { citizens.receipts[$0.key] == $0.value }, comment)
            #expect(try await suite.number("SELECT count(*) FROM jiesu.case_file") == count, comment)
            // Nothing of a sample's name or number leaves the tables that hold persons.
            #expect(try await suite.places(showing: ["示例"], wire: wire) == [], comment)
        }
    }
}

extension SuiteUnderTest {
    /// Until no service owes a case anything and the outbox is empty.
    func waitUntilSettled(within: Duration = .seconds(180)) async throws {
        try await eventually("all cases have their end and nothing waits", within: within, every: .milliseconds(200)) {
            try await number(
                """
                SELECT (SELECT count(*) FROM jiesu.case_file WHERE state IN ('registered', 'classified'))
                    + (SELECT count(*) FROM jiesu.outbox WHERE NOT set_aside)
                    -- Whoever was told something becomes an event of the case.
                    + (SELECT count(*) FROM jiesu.notice WHERE state = 'waiting' AND attempts <= 1 AND error IS NULL
                        OR state = 'delivered' AND NOT told)
                """) == 0
        }
    }
}

extension Record {
    /// Until each inbox, as the broker of now has it, shows what it was told.
    func waitUntilArrived(_ wire: WireLog) async throws {
        var missing: [String] = []
        var generation: Int64?
        do {
            try await eventually("all inboxes are full", every: .milliseconds(500)) {
                let entries = wire.entries
                generation = entries.map(\.broker).max()
                missing = self.missing(in: entries.filter { $0.broker == generation })
                return missing.isEmpty
            }
        } catch is NotInTime {
            throw NotInTime(
                """
                \(missing.count) did not arrive in generation \(generation ?? 0), the last that was read of \(wire.doing); such as \
                \(missing.sorted().prefix(5))
                """)
        }
    }
}
