import Casework
import JSON
import Postgres
import Support
import Testing
import WorkingTime

@testable import Jiesu

extension SystemTests {
    private static let desk = "wangting-urban"
    /// A Monday; five working days later it is Monday again.
    private static let begin = "2026-03-02T09:00:00+08:00"

    @Test(.timeLimit(.minutes(5)))
    func `with the centre stopped officers go on, and what came in time is in time, however late it is decided`()
        async throws
    {
        try await Self.suite(desks: [Self.desk], at: Self.begin) { suite in
            let citizens = Citizens(port: try suite.port)
            try await citizens.send([.lamp("in-time"), .lamp("late"), .lamp("never")])
            try await suite.simulation.settle()
            let people = try await suite.people(desks: [Self.desk])
            func file(_ key: String) async throws -> DemoCase {
                let number = CaseNumber(id: try #require(citizens.receipts[key]).caseID)
                return try #require(try await people.file(number, for: .at(Self.desk)))
            }
            let limit = try #require(try await file("in-time").clock("close")?.limit)
            #expect(limit.iso8601.hasPrefix("2026-03-09T23:59:59"))

            try await suite.freeze("deadlines")
            try await suite.freeze("routing")
            func order(_ kind: Order.Kind, _ key: String, at time: String, _ data: JSON = [:]) async throws {
                try await suite.simulation.jump(to: try #require(Moment(iso8601: time)))
                let note: String? = kind == .reply ? "已更换" : nil
                let outcome = try await people.order(
                    .at(Self.desk), kind, try await file(key), id: "\(key)-\(kind.rawValue)", data: data, note: note)
                #expect(outcome == "waiting", "nobody is there to decide")
            }
            let reply: JSON = ["to": "complainant", "form": "written", "outcome": "explained"]
            try await order(.sign, "in-time", at: "2026-03-03T10:00:00+08:00")
            try await order(.sign, "late", at: "2026-03-03T10:00:00+08:00")
            try await order(.reply, "in-time", at: "2026-03-09T23:59:00+08:00", reply)
            try await order(.reply, "late", at: "2026-03-10T00:01:00+08:00", reply)
            try await suite.simulation.jump(to: try #require(Moment(iso8601: "2026-03-20T09:00:00+08:00")))

            // The commands are decided before anybody watches the clocks: the worst order.
            try await suite.kill("routing")
            try await suite.simulation.settle(isWatched: false)
            try await suite.kill("deadlines")
            try await suite.simulation.settle()
            func told(_ key: String) async throws -> [String] {
                let id = try #require(citizens.receipts[key]).caseID
                return try await suite.rows(
                    """
                    SELECT kind || ' ' || to_char(at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM jiesu.case_event
                    WHERE case_id = \(id) AND kind IN ('signed', 'replied', 'warned', 'missed') ORDER BY version
                    """
                ).map { try $0.get(0) }
            }
            #expect(try await told("in-time") == ["signed 03-03 10:00", "warned 03-09 23:59", "replied 03-09 23:59"])
            let late = try await told("late")
            #expect(
                late == [
                    "signed 03-03 10:00", "warned 03-10 00:01", "missed 03-10 00:01", "replied 03-10 00:01",
                    // The order to supervise that being late brought, which nobody answered, goes on when the case is closed.
                    "missed 03-20 09:00",
                ])
            #expect(try await told("never") == ["warned 03-20 09:00", "missed 03-20 09:00"])
            let clockwork = try await Clockwork(suite, until: try await suite.simulation.now())
            #expect(clockwork.faults == [])
            let faults = try await Record(suite).faultsOfTables()
            #expect(faults == [])
        }
    }
}
