import Casework
import Postgres
import Support
import Testing
import WorkingTime

@testable import Jiesu

extension SystemTests {
    private static let desks = ["city-urban", "wangting-urban"]
    private static let day = Int64(86_400_000_000)

    /// 2,000 cases, each led to its end by officers, leaders, dispatchers, callback agents and its complainant: some 13,000 orders
    /// through the public APIs while some 3,400 steps of clocks fire. What must stand on the wire is `StormTests`' matter.
    @Test(.timeLimit(.minutes(10)))
    func `no life is lost and nothing fires twice while all parts die and nobody watches for three days`() async throws
    {
        try await Self.suite(desks: Self.desks, at: "2026-09-28T09:00:00+08:00") { suite in
            let complaints = try Complaint.samples(2000, key: "life")
            let citizens = Citizens(port: try suite.port)
            let second = try await Watcher(besideThatOf: suite)
            let early = FaultPlan(rounds: 1, others: [.kill("broker"), .killDatabase], among: 2000)
            try await withThrowingTaskGroup { group in
                group.addTask { try await citizens.send(complaints) }
                group.addTask { try await early.happen(to: suite) { citizens.count } }
                try await group.waitForAll()
            }

            let given = Lives.Given()
            let late = FaultPlan(
                rounds: 2,
                of: ["intake", "classification", "routing", "callback", "reporting"] + Self.desks.map { "desk-\($0)" },
                others: [.kill("broker"), .stopDatabase, .killDatabase], among: 12_000)
            let comment: Comment = "JIESU_TEST_SEED=\(late.seed): \(early.faults), \(late.faults)"
            let lives = try await Lives(
                suite, desks: Self.desks, complaints: complaints, receipts: citizens.receipts, given: given)
            try await withThrowingTaskGroup { group in
                group.addTask { try await Self.tell(lives, on: suite, beside: second) }
                group.addTask { try await late.happen(to: suite) { given.count } }
                try await group.waitForAll()
            }

            let record = try await Record(suite)
            #expect(record.faults(answered: citizens.receipts, complaints: []) == [], comment)
            #expect(record.states.count == 2000, comment)
            let ends = Set(["closed", "withdrawn", "redirected", "refused"])
            #expect(record.states.filter { !ends.contains($0.value) } == [:], comment)
            let faultsOfTables = try await record.faultsOfTables(isWholeLife: true)
            #expect(faultsOfTables == [], comment)
            #expect(
                try await suite.number("SELECT count(*) FROM jiesu.clock WHERE next_at IS NOT NULL") == 0, comment)
        }
    }

    /// The story, and what befalls the two watchers in it.
    private static func tell(_ lives: Lives, on suite: SuiteUnderTest, beside second: Watcher) async throws {
        var lives = lives
        let simulation = suite.simulation
        let port = try await suite.port(of: "deadlines")
        let all = Set((0..<12).map(String.init))
        try await eventually("two watchers share the shards") {
            let (one, other) = (try suite.shards(), try second.shards)
            return one.count < 12 && other.count < 12 && one.union(other) == all
        }
        // The moment at which most is due, and twelve hours before it.
        let instant = Moment(
            microseconds: Int64(
                try await suite.number(
                    """
                    SELECT jiesu.micros(limit_at) FROM jiesu.clock WHERE limit_at IS NOT NULL GROUP BY limit_at
                    ORDER BY count(*) DESC, limit_at LIMIT 1
                    """)))
        let stop = Moment(microseconds: instant.microseconds - day / 2)
        try await lives.live(until: stop)
        try await simulation.settle()
        #expect(try await suite.fired(port: port) > 0)
        #expect(try await second.fired > 0)

        // Nobody watches for three days; people go on.
        try await suite.freeze("deadlines")
        second.freeze()
        let back = Moment(microseconds: stop.microseconds + 3 * day)
        try await lives.live(until: back, isWatched: false)
        let waiting = try await suite.number("SELECT count(*) FROM jiesu.clock WHERE next_at <= jiesu.clock()")
        #expect(waiting > 0)
        // One is started anew, one wakes up.
        try await suite.kill("deadlines")
        second.thaw()
        try await simulation.settle()

        // From now on one of them dies whenever much is due, and at last one for good.
        let later = Moment(microseconds: back.microseconds + 20 * day)
        var deaths = 0
        try await lives.live(until: later) {
            guard deaths < 5 else { return }
            deaths += 1
            try await suite.kill("deadlines")
        }
        second.kill()
        try await eventually("the one that is left has all shards") { try suite.shards() == all }
        try await lives.live(until: Moment(microseconds: back.microseconds + DemoStory.longest))

        let clockwork = try await Clockwork(suite, until: try await simulation.now())
        #expect(clockwork.faults.prefix(20) == [])
        let overslept = clockwork.fired.filter { stop < $0.wanted && $0.wanted < back && $0.kind == .missed }
        #expect(overslept.contains { $0.at >= back }, "a limit that passed while nobody watched is missed later")
    }
}
