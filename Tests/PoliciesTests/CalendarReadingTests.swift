import Foundation
import JSON
import Testing
import WorkingTime

@testable import Policies

@Suite struct CalendarReadingTests {
    /// A small calendar that is right.
    static let right = """
        {
          "calendar": "cn",
          "version": 7,
          "region": "CN",
          "years": [
            {"year": 2025, "final": true, "status": "final", "papers": ["https://example.cn/2025"],
              "holidays": [
                {"name": "国庆节", "off_days": ["2025-10-01", "2025-10-04"], "makeup_workdays": ["2025-09-28"]}]},
            {"year": 2026, "final": false, "status": "announced", "papers": ["https://example.cn/2026"],
              "holidays": [
                {"name": "元旦", "off_days": ["2026-01-01", "2026-01-02"],
                  "makeup_workdays": ["2026-01-04"]},
                {"name": "劳动节", "off_days": ["2026-05-01"]}]}
          ]
        }
        """

    static func mistakes(_ text: String) -> [Mistake] {
        do {
            _ = try WorkCalendar.read([UInt8](text.utf8), file: "cn.json")
            return []
        } catch {
            return error.list
        }
    }

    @Test func `a right calendar is read whole`() throws {
        let calendar = try WorkCalendar.read([UInt8](Self.right.utf8), file: "cn.json")
        #expect(calendar.version == WorkCalendar.Version(calendar: "cn", version: 7))
        #expect(calendar.version.description == "cn@7")
        #expect(calendar.region == "CN")
        #expect(calendar.covered == 2025...2026)
        #expect(calendar.years.map(\.isFinal) == [true, false])
        #expect(calendar.years[1].papers == ["https://example.cn/2026"])
        let kinds = try ["2025-10-01", "2025-10-02", "2025-10-04", "2025-10-05", "2025-09-28", "2026-01-04"].map {
            text in
            try calendar.kind(of: try #require(CivilDay(text)))
        }
        #expect(
            kinds == [
                .off(holiday: "国庆节"), .ordinary, .off(holiday: "国庆节"), .weekend, .makeUp(holiday: "国庆节"),
                .makeUp(holiday: "元旦"),
            ])
    }

    /// One thing replaced, and the one mistake that must be reported: its line, key and a part of its message.
    struct Slip: Sendable, CustomTestStringConvertible {
        var old, new, key, message: String
        var line: Int
        var testDescription: String { "\(old) → \(new)" }
    }

    static let slips = [
        Slip(old: "\"cn\"", new: "\"CN\"", key: "/calendar", message: "expected a code", line: 2),
        Slip(old: "7", new: "0", key: "/version", message: "from 1 to 1000000", line: 3),
        Slip(old: "\"CN\"", new: "\"XX\"", key: "/region", message: "expected one of CN", line: 4),
        Slip(old: "2025, ", new: "\"2025\", ", key: "/years/0/year", message: "from 1992 to 2200", line: 6),
        Slip(old: "2025, ", new: "1991, ", key: "/years/0/year", message: "from 1992 to 2200", line: 6),
        Slip(old: "true", new: "1", key: "/years/0/final", message: "true or false", line: 6),
        Slip(old: "[\"https://example.cn/2025\"]", new: "[]", key: "/years/0/papers", message: "at least 1", line: 6),
        Slip(old: "2026, ", new: "2027, ", key: "/years/1/year", message: "expected the year 2026 after 2025", line: 9),
        Slip(old: "2026, ", new: "2025, ", key: "/years/1/year", message: "expected the year 2026 after 2025", line: 9),
        // A day that does not exist, of another year, named twice, off and worked at once, worked in the week.
        Slip(
            old: "2025-10-04", new: "2025-11-31", key: "/years/0/holidays/0/off_days/1", message: "date that exists",
            line: 8),
        Slip(
            old: "2025-10-04", new: "2026-10-04", key: "/years/0/holidays/0/off_days/1",
            message: "2026-10-04 does not lie in 2025", line: 8),
        Slip(
            old: "2025-10-04", new: "2025-10-01", key: "/years/0/holidays/0/off_days/1",
            message: "2025-10-01 is a day off already", line: 8),
        Slip(
            old: "2025-09-28", new: "2025-10-04", key: "/years/0/holidays/0/makeup_workdays/0",
            message: "2025-10-04 is a day off already", line: 8),
        Slip(
            old: "2025-09-28", new: "2025-09-29", key: "/years/0/holidays/0/makeup_workdays/0",
            message: "2025-09-29 is a Mon; expected a Sat or Sun", line: 8),
        Slip(
            old: "2026-05-01", new: "2026-01-04", key: "/years/1/holidays/1/off_days/0",
            message: "2026-01-04 is a make-up day already", line: 13),
        Slip(old: "\"2026-05-01\"", new: "", key: "/years/1/holidays/1/off_days", message: "at least 1", line: 13),
        Slip(old: "\"劳动节\"", new: "\"\"", key: "/years/1/holidays/1/name", message: "1 to 40", line: 13),
        Slip(
            old: "\"makeup_workdays\": [\"2026-01-04\"]", new: "\"makeup_workday\": []",
            key: "/years/1/holidays/0/makeup_workday", message: "did you mean \"makeup_workdays\"?", line: 12),
    ]

    @Test(arguments: slips)
    func `each mistake in a calendar is named by line and key, and is the only one`(slip: Slip) throws {
        #expect(Self.right.contains(slip.old))
        let found = Self.mistakes(Self.right.replacing(slip.old, with: slip.new, maxReplacements: 1))
            // Days of a year whose number is wrong cannot lie in it.
            .filter { !$0.message.contains("does not lie in") || slip.message.contains("does not lie in") }
        #expect(found.map(\.key) == [slip.key], "\(found)")
        #expect(found.first?.line == slip.line)
        #expect(found.first?.message.contains(slip.message) == true, "\(found)")
    }

    @Test func `all mistakes of a calendar are reported at once, in order of lines`() {
        let chosen = [1, 5, 11, 13, 14].map { Self.slips[$0] }
        let text = chosen.reduce(Self.right) { $0.replacing($1.old, with: $1.new, maxReplacements: 1) }
        #expect(Self.mistakes(text).map(\.key) == chosen.map(\.key))
    }

    @Test func `a year without days off is a mistake, not a year of Mondays to Fridays`() {
        func keys(years: String) -> [String] {
            Self.mistakes(#"{"calendar": "cn", "version": 1, "region": "CN", "years": \#(years)}"#).map(\.key)
        }
        let open = #""year": 2027, "final": false, "status": "not announced", "papers": ["x"]"#
        #expect(keys(years: #"[{\#(open), "holidays": []}]"#) == ["/years/0/holidays"])
        #expect(
            keys(years: #"[{\#(open), "holidays": [{"name": "元旦", "off_days": []}]}]"#) == [
                "/years/0/holidays/0/off_days"
            ])
        #expect(keys(years: "[]") == ["/years"])
    }

    @Test func `what is no calendar at all is one mistake`() {
        #expect(Self.mistakes("").count == 1)
        #expect(Self.mistakes("[]").count == 1)
        #expect(Self.mistakes(String(repeating: "[", count: 100_000)).count == 1)
    }
}
