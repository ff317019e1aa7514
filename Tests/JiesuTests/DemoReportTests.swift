import Casework
import JSON
import Testing

@testable import CaseStore
@testable import Jiesu

/// What the demo says came of each sample: any difference from the profile is one.
@Suite struct DemoReportTests {
    /// What is expected of a sample, what became of it, and what the report says to that.
    struct Row: Sendable {
        let expected: JSON
        let state: String
        let lead: String?
        let arrived: Set<String>
        let difference: String?
    }

    private static let dispatched: JSON = ["state": "dispatched", "lead": "a", "helpers": ["b"]]
    private static let redirected: JSON = ["state": "redirected", "lead": "court"]
    private static let refused: JSON = ["state": "refused", "lead": "police"]
    private static let judged: JSON = ["state": "awaiting_judgement"]

    static let rows = [
        Row(expected: dispatched, state: "dispatched", lead: "a", arrived: ["a", "b"], difference: nil),
        Row(
            expected: dispatched, state: "redirected", lead: "a", arrived: [],
            difference: "expected dispatched, is redirected"),
        Row(
            expected: dispatched, state: "dispatched", lead: "b", arrived: ["a", "b"],
            difference: "expected a, went to b"),
        Row(
            expected: dispatched, state: "dispatched", lead: nil, arrived: ["a", "b"],
            difference: "expected a, went to nobody"),
        Row(
            expected: dispatched, state: "dispatched", lead: "a", arrived: ["a"], difference: "did not arrive at b"),
        Row(
            expected: dispatched, state: "dispatched", lead: "a", arrived: [], difference: "did not arrive at a, b"),
        // Such as the inbox of whoever is complained about.
        Row(
            expected: dispatched, state: "dispatched", lead: "a", arrived: ["a", "accused", "b"],
            difference: "arrived also at accused"),
        Row(expected: redirected, state: "redirected", lead: "court", arrived: [], difference: nil),
        Row(
            expected: redirected, state: "redirected", lead: "police", arrived: [],
            difference: "expected court, went to police"),
        Row(
            expected: redirected, state: "redirected", lead: "court", arrived: ["court"],
            difference: "arrived also at court"),
        Row(expected: refused, state: "refused", lead: "police", arrived: [], difference: nil),
        Row(
            expected: refused, state: "refused", lead: nil, arrived: [], difference: "expected police, went to nobody"),
        Row(expected: judged, state: "awaiting_judgement", lead: nil, arrived: [], difference: nil),
        Row(
            expected: judged, state: "awaiting_judgement", lead: "a", arrived: [],
            difference: "expected nobody, went to a"),
        Row(
            expected: judged, state: "awaiting_judgement", lead: nil, arrived: ["a"],
            difference: "arrived also at a"),
        Row(
            expected: judged, state: "classified", lead: nil, arrived: [],
            difference: "expected awaiting_judgement, is classified"),
    ]

    private static func report(
        _ rows: [Row], parked: Int = 0, open: Int = 0, firedTwice: Int = 0, broken: [Audit.Break] = []
    ) throws -> DemoReport {
        DemoReport(
            cases: try rows.enumerated().map { index, row in
                DemoReport.Case(
                    number: CaseNumber(id: Int64(index + 1)),
                    sample: try Sample(["text": "路灯不亮", "expect": row.expected], line: index + 1), state: row.state,
                    lead: row.lead, arrived: row.arrived)
            },
            ends: [:], open: open, tally: DemoTally(firedTwice: firedTwice), consumed: 0,
            directory: Directory(organisations: [], regions: [], jurisdictions: []), events: 3, outbox: 0,
            parked: parked, notices: ["delivered": 2, "shown": 2],
            audit: Audit.Report(chains: rows.count, events: 3, broken: broken), seconds: .milliseconds(1500))
    }

    @Test(arguments: rows)
    func `a case is as expected in state, place and inboxes, or differs`(row: Row) throws {
        let report = try Self.report([row])
        #expect(report.cases[0].difference == row.difference)
        #expect(report.isAsExpected == (row.difference == nil))
        #expect(report.json["cases"]?["not_as_expected"] == .int(row.difference == nil ? 0 : 1))
        let line = row.difference.map { "\(CaseNumber(id: 1)): \($0)" }
        #expect(report.table.contains(line ?? "Every complaint went where its profile says and came to its end."))
    }

    @Test func `what is parked and a broken chain are not as expected either`() throws {
        #expect(try Self.report([]).isAsExpected)
        #expect(try !Self.report([], parked: 1).isAsExpected)
        #expect(try !Self.report([], open: 1).isAsExpected, "a case that has not come to its end")
        #expect(try !Self.report([], firedTwice: 1).isAsExpected)
        let broken = Audit.Break(caseID: 1, version: 1, fault: "hash")
        #expect(try !Self.report([], broken: [broken]).isAsExpected)
    }

    @Test func `the numbers are in the object`() throws {
        let json = try Self.report(Self.rows, parked: 2).json
        #expect(
            json["cases"] == [
                "registered": 16, "dispatched": 6, "redirected": 4, "refused": 2, "awaiting_judgement": 3,
                "closed": 0, "withdrawn": 0, "open": 0, "not_as_expected": 12,
            ])
        #expect(json["events"] == ["appended": 3, "published": 0, "consumed": 0, "waiting": 0, "kinds": [:]])
        #expect(json["clocks"] == ["armed": 0, "fired": 0, "fired_twice": 0])
        #expect(json["rates"]?["on_time"] == ["numerator": 0, "denominator": 0])
        #expect(json["parked"] == 2)
        #expect(json["audit"] == ["chains": 16, "broken": 0])
        #expect(json["seconds"] == 1.5)
    }
}
