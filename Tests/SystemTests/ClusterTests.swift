import Casework
import Foundation
import Postgres
import Support
import Synchronization
import Testing
import WorkingTime

@testable import Jiesu

extension SystemTests {
    /// How long the whole cluster is away. What gives up on a broker does so by then, but for a single request (a minute): memberships
    /// end after 6 s, topics are looked for anew after 10 s, and the producer's messages never end. So two minutes, which
    /// `JIESU_TEST_OUTAGE=120` asks for, show that one request more and would cost CI two minutes.
    private static let outage = Duration.seconds(
        ProcessInfo.processInfo.environment["JIESU_TEST_OUTAGE"].flatMap { Int($0) } ?? 12)

    @Test(.enabled(if: TestKafka.isThere, "JIESU_KAFKA_HOME names no Kafka"), .timeLimit(.minutes(10)))
    func `on three nodes nothing is lost and nothing appended twice while one dies, then another, and then all`()
        async throws
    {
        let clock = ContinuousClock()
        let start = clock.now
        func note(_ what: String) { print("\(what) \((clock.now - start).components.seconds) s after the start") }
        let kafka = try await TestKafka(nodes: 3)
        note("three nodes serve")
        try await Self.suite(kafka: kafka.brokers) { suite in
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }
            let load = Load(port: try suite.port)
            let sending = Task { try await load.run() }
            defer { sending.cancel() }
            try await load.grow(by: 100)
            note("the load is on")

            for node in 1...2 {
                try await kafka.kill(node...node)
                try await load.grow(by: 100)
                try await suite.waitUntilTold()
                try await kafka.start()
                try await kafka.waitUntilWhole()
                note("node \(node) died and is back")
            }
            let late = try await Self.withoutKafka(kafka, suite, load)
            note("all nodes were dead and are back")
            print("late at the limits that fell due without Kafka, of \(late.count): \(late.last ?? 0) s at most")
            try await load.grow(by: 100)
            load.stop()
            try await sending.value

            try await suite.waitUntilSettled()
            note("nothing waits")
            let record = try await Record(suite)
            try await record.waitUntilArrived(wire)
            try await eventually("each event is on jiesu.cases") {
                Set(wire.entries.filter { $0.message.topic == "jiesu.cases" }.map(\.hash)) == Set(record.hashes.values)
            }
            print("\(record.states.count) cases, \(record.hashes.count) events, \(wire.entries.count) messages")
            #expect(record.faults(answered: load.receipts, complaints: []) == [])
            let faultsOfTables = try await record.faultsOfTables()
            #expect(faultsOfTables == [])
            #expect(record.faults(wire: wire.entries).prefix(20) == [])
            // No relay died, so an idempotent producer leaves no copy either.
            let copies = Dictionary(grouping: wire.entries) { "\($0.message.topic) \($0.caseID) \($0.version)" }
                .filter { $0.value.count > 1 }
            #expect(copies.keys.sorted().prefix(20) == [])
        }
        try await kafka.stop()
    }

    /// All nodes are dead for as long as `outage` says, while complaints come in and limits fall due.
    /// - Returns: the seconds that each limit was late, in order.
    private static func withoutKafka(
        _ kafka: TestKafka, _ suite: SuiteUnderTest, _ load: Load
    ) async throws -> [Double] {
        let citizens = Citizens(port: try suite.port)
        try await citizens.send((0..<limits).map(Complaint.beforeAPerson))
        load.add(citizens.receipts)
        try await eventually("all wait for a person") {
            try await suite.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'awaiting_judgement'") >= limits
        }
        let people = try await suite.people(desks: [])
        let begin = Moment(microseconds: now + 12_000_000)
        try await dispatch(
            citizens.receipts.values.map { CaseNumber(id: $0.caseID) }, by: people, from: begin, over: outage)
        try await kafka.kill(1...3)
        #expect(now < begin.microseconds, "the machine was too slow for this test")
        let before = load.count

        // Intake goes on: at least as fast as one in a second, however slow the machine.
        let end = ContinuousClock.now + outage + .microseconds(begin.microseconds - now)
        try await load.grow(by: Int(outage.components.seconds))
        try await eventually("the last limit has passed", within: outage + .seconds(60)) {
            guard ContinuousClock.now > end else { return false }
            return try await suite.lateness().count >= limits
        }
        #expect(load.count > before)
        print("\(load.count - before) complaints were taken in while there was no Kafka")
        let waiting = try await suite.number("SELECT count(*) FROM jiesu.outbox WHERE NOT set_aside")
        #expect(waiting > load.count - before, "what happened since waits")
        let late = try await suite.lateness()
        #expect(late.count == limits)
        // How soon is measured by `BrokerDownTests`, on a quieter machine.
        #expect((late.last ?? 0) <= 5, "\(late.suffix(5))")
        try await kafka.start()
        return late
    }

    /// Cases, one limit each.
    private static let limits = 40
}

/// Citizens who go on complaining until they are stopped.
private final class Load: Sendable {
    private let citizens: Citizens
    private let isOver = Atomic<Bool>(false)
    private let others = Mutex<[String: Citizens.Receipt]>([:])

    init(port: Int) { citizens = Citizens(port: port, pause: 0...600) }

    /// What everybody was told, others included.
    var receipts: [String: Citizens.Receipt] { citizens.receipts.merging(others.withLock { $0 }) { $1 } }

    var count: Int { citizens.count }

    func add(_ receipts: [String: Citizens.Receipt]) { others.withLock { $0.merge(receipts) { $1 } } }

    func run() async throws {
        var round = 0
        while !isOver.load(ordering: .relaxed) {
            round += 1
            try await citizens.send(try Complaint.samples(40, key: "load-\(round)"))
        }
    }

    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Returns when so many more are answered.
    func grow(by more: Int) async throws {
        let goal = count + more
        try await eventually("\(goal) complaints are answered", within: .seconds(180)) { count >= goal }
    }
}

extension SuiteUnderTest {
    /// Until the brokers have all that the outbox holds now, in spite of what befell them.
    fileprivate func waitUntilTold() async throws {
        let last = try await number("SELECT coalesce(max(id), 0) FROM jiesu.outbox")
        try await eventually("what waited is told", within: .seconds(120)) {
            try await number("SELECT count(*) FROM jiesu.outbox WHERE id <= \(last) AND NOT set_aside") == 0
        }
    }
}
