import Casework
import Foundation
import JSON
import Postgres
import Support
import Testing
import WorkingTime

@testable import Jiesu

extension SystemTests {
    /// In real time: each case gets a limit of its own from a dispatcher, and these fall due one after the other while there is
    /// no broker.
    @Test(.timeLimit(.minutes(5)))
    func `while the broker is down for a minute limits fire, 99 in 100 of them within a second`() async throws {
        try await Self.suite { suite in
            let citizens = Citizens(port: try suite.port)
            try await citizens.send((0..<Self.limits).map(Complaint.beforeAPerson))
            try await eventually("all wait for a person") {
                try await suite.number("SELECT count(*) FROM jiesu.case_file WHERE state = 'awaiting_judgement'")
                    == Self.limits
            }
            let people = try await suite.people(desks: [])
            let begin = Moment(microseconds: Self.now + 15_000_000)
            try await Self.dispatch(
                citizens.receipts.values.map { CaseNumber(id: $0.caseID) }, by: people, from: begin, over: .seconds(60))
            try await suite.waitUntilSettled()
            #expect(Self.now < begin.microseconds, "the machine was too slow for this test")

            let generation: Query = "SELECT value FROM jiesu.setting WHERE name = 'generation'"
            let before = try await suite.number(generation)
            // Until the last limit has passed.
            try await suite.keepDown("broker", for: .microseconds(begin.microseconds + 61_000_000 - Self.now))
            #expect(try await suite.number(generation) == before, "none came up in between")
            let late = try await suite.lateness()
            try #require(late.count == Self.limits, "each was missed while there was no broker")
            #expect(late[0] > 0)
            #expect(late[late.count * 99 / 100] <= 1, "\(late.suffix(5))")

            // It comes back empty, and all is told.
            try await suite.waitUntilSettled()
            let faults = try await Record(suite).faultsOfTables()
            #expect(faults == [])
        }
    }

    /// Cases, one limit each.
    private static let limits = 240

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e6) }

    /// Each with a limit of its own, evenly over the time that begins at `begin`.
    static func dispatch(
        _ numbers: [CaseNumber], by people: DemoPeople, from begin: Moment, over time: Duration
    ) async throws {
        let span = time.components.seconds * 1_000_000
        try await withThrowingTaskGroup(of: String.self) { group in
            for (index, number) in numbers.enumerated() {
                group.addTask {
                    guard let file = try await people.file(number) else { return "unknown" }
                    let due = begin.microseconds + Int64(index) * span / Int64(numbers.count)
                    return try await people.order(
                        .dispatcher, .dispatch, file, id: "d",
                        data: ["lead": "brigade-wangting", "helpers": [], "due": .int(due)])
                }
            }
            for try await outcome in group { #expect(outcome == "done") }
        }
    }
}

extension Complaint {
    /// On the line of city management, about nothing that it knows: a person decides, and sets the limit.
    static func beforeAPerson(_ index: Int) -> Complaint {
        Complaint(
            key: "other-\(index)",
            body: ["text": "共享单车堆在公厕门口，能不能划个停放点？", "line": "12319", "identity": "anonymous"])
    }
}

extension SuiteUnderTest {
    /// Of each limit that was missed, the seconds from its moment to when that was noticed; in order.
    func lateness() async throws -> [Double] {
        try await rows(
            """
            SELECT jiesu.micros(at) - (payload::json ->> 'due')::bigint FROM jiesu.case_event WHERE kind = 'missed'
            ORDER BY 1
            """
        ).map { Double(try $0.get(0, as: Int64.self)) / 1e6 }
    }

    /// Kills a part whenever it is started again, until so much time has passed.
    func keepDown(_ part: String, for time: Duration) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            let id = try await process(part)
            Foundation.kill(id, SIGKILL)
            try await eventually("\(part) is dead", every: .milliseconds(5)) { Foundation.kill(id, 0) != 0 }
        }
    }
}
