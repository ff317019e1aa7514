import Foundation
import Support
import Testing

@testable import Jiesu

/// `jiesu calendar due` as it is typed, without a running suite.
@Suite struct CalendarDueTests {
    private func run(_ typed: String...) async throws -> BuiltProgram.Output {
        try await BuiltProgram.jiesu(["calendar", "due"] + typed)
    }

    @Test func `the first word is the due moment, then come the days with why each was counted or not`() async throws {
        let outcome = try await run("--from", "2024-09-27T10:00", "--limit", "5wd")
        #expect(outcome.status == 0)
        #expect(outcome.err.isEmpty)
        #expect(
            outcome.out == """
                2024-10-10T23:59:59+08:00  is the last second in time for 5wd from 2024-09-27T10:00:00+08:00
                calendar cn@1, cutoff_wd 24:00, cutoff_cd 24:00, night now, end_on_holiday keep

                    0  2024-09-27 Fri  working day; not counted; day of the event
                    -  2024-09-28 Sat  weekend
                    1  2024-09-29 Sun  working day, made up for 国庆节
                    2  2024-09-30 Mon  working day
                    -  2024-10-01 Tue  off for 国庆节
                    -  2024-10-02 Wed  off for 国庆节
                    -  2024-10-03 Thu  off for 国庆节
                    -  2024-10-04 Fri  off for 国庆节
                    -  2024-10-05 Sat  off for 国庆节
                    -  2024-10-06 Sun  off for 国庆节
                    -  2024-10-07 Mon  off for 国庆节
                    3  2024-10-08 Tue  working day
                    4  2024-10-09 Wed  working day
                    5  2024-10-10 Thu  working day; due

                """)
    }

    @Test(arguments: [
        ("2024-09-27T10:00", "7wd", "2024-10-12T23:59:59+08:00"),
        ("2024-09-27T02:00:00Z", "30wd", "2024-11-13T23:59:59+08:00"),
        ("2024-09-27 23:50", "sameday", "2024-09-27T23:59:59+08:00"),
        ("2024-10-01T02:10", "10min", "2024-10-01T02:20:00+08:00"),
        ("2024-10-01T02:10", "24h", "2024-10-02T02:10:00+08:00"),
        ("2024-10-01T02:10", "now", "2024-10-01T02:10:00+08:00"),
        ("2024-09-27T10:00", "30cd", "2024-10-27T23:59:59+08:00"),
        ("2026-12-30T10:00", "10000cd", "2054-05-17T23:59:59+08:00"),
    ])
    func `every unit of limit has its due moment`(from: String, limit: String, due: String) async throws {
        let outcome = try await run("--from", from, "--limit", limit)
        #expect(outcome.status == 0)
        #expect(outcome.out.hasPrefix("\(due) "), "\(outcome.out)")
        // Ten thousand days are not listed one by one.
        #expect(outcome.out.split(separator: "\n").count < 130)
    }

    @Test func `a profile's way of counting is used, whether it is shipped or a file`() async throws {
        let shipped = try await run("--profile", "p004-03", "--from", "2024-09-27T10:00", "--limit", "1wd")
        #expect(shipped.out.hasPrefix("2024-09-29T23:59:59+08:00 "))
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.officeHours().utf8, to: "office.json")
        let evening = try await run("--profile", file, "--from", "2024-09-30T20:00", "--limit", "1wd")
        #expect(evening.out.hasPrefix("2024-10-09T17:29:59+08:00 "))
        #expect(evening.out.contains("    -  2024-09-30 Mon  working day; came outside office hours\n"))
        #expect(
            evening.out.contains("    0  2024-10-08 Tue  working day; not counted; counts as the day of the event\n")
        )
        let moved = try await run("--profile", file, "--from", "2024-09-27T10:00", "--limit", "5cd")
        #expect(moved.out.hasPrefix("2024-10-08T23:59:59+08:00 "))
        #expect(moved.out.contains("    5  2024-10-02 Wed  off for 国庆节; put off to the next working day\n"))
        #expect(moved.out.hasSuffix("    -  2024-10-08 Tue  working day; due\n"))
    }

    /// A shipped profile with another `calendar`.
    private static func officeHours() throws -> String {
        let shipped = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/Policies/Profiles/p004-03.json").standardizedFileURL
        let calendar = #"""
            "calendar": {"source": "[D]", "cutoff_wd": "17:30", "night": "next_wd", "end_on_holiday": "next_wd"},
            "line":
            """#
        return String(decoding: try Data(contentsOf: shipped), as: UTF8.self)
            .replacing("\"line\":", with: calendar, maxReplacements: 1)
    }

    @Test(arguments: [
        (["--limit", "5wd"], "--from is missing; it wants a time such as 2026-09-25T09:30"),
        (["--from", "2024-09-27T10:00"], "--limit is missing; it wants 10min, 24h, 5cd"),
        (["--from", "2024-09-27", "--limit", "5wd"], "not \"2024-09-27\""),
        (["--from", "2024-02-30T10:00", "--limit", "5wd"], "--from wants a time"),
        (["--from", "0001-01-01T00:00", "--limit", "5wd"], "--from wants a time"),
        (["--from", "2024-09-27T10:00", "--limit", "5"], "--limit wants 10min, 24h, 5cd (calendar days)"),
        (["--from", "2024-09-27T10:00", "--limit", "0wd"], "not \"0wd\""),
        (["--from", "2024-09-27T10:00", "--limit", "-5wd"], "not \"-5wd\""),
        (["--from", "2024-09-27T10:00", "--limit", "10001wd"], "at most 10000 of a unit"),
        (["--from", "2024-09-27T10:00", "--limit", "5wd", "--profile", "p004-3"], "did you mean \"p004-03\"?"),
        (["--from", "2024-09-27T10:00", "--limit", "5wd", "now"], "\"now\" is one argument too many"),
        (["--form", "2024-09-27T10:00", "--limit", "5wd"], "did you mean \"--from\"?"),
    ])
    func `wrong input is 2, with what was expected`(typed: [String], message: String) async throws {
        let outcome = try await BuiltProgram.jiesu(["calendar", "due"] + typed)
        #expect(outcome.status == 2)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains(message), "\(outcome.err)")
        #expect(outcome.err.contains("usage: jiesu calendar due"))
    }

    @Test(arguments: [
        ("2026-12-25T10:00", "5wd", "of 2027, only of 2015 to 2026"), ("2014-12-01T10:00", "1wd", "of 2014"),
        ("1950-01-01T10:00", "1wd", "of 1950"), ("2024-09-27T10:00", "10000wd", "of 2027"),
    ])
    func `a year without data is 1, with where its days off belong`(
        from: String, limit: String, message: String
    ) async throws {
        let outcome = try await run("--from", from, "--limit", limit)
        #expect(outcome.status == 1)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains("the calendar cn@1 does not know the days off \(message)"), "\(outcome.err)")
        #expect(outcome.err.contains("Shared/Policies/calendars/cn.json"))
    }

    @Test func `a date that may still change is given with a note`() async throws {
        let outcome = try await run("--from", "2026-12-21T10:00", "--limit", "3wd")
        #expect(outcome.status == 0)
        #expect(outcome.out.contains("\nthe days off of 2026 are not final: announced; only late December"))
        #expect(!(try await run("--from", "2025-03-03T10:00", "--limit", "3wd").out.contains("not final")))
    }

    @Test func `a profile's file that is missing or wrong is 1, each mistake with line and key`() async throws {
        let folder = try TemporaryFolder()
        let missing = try await run("--profile", "/nonexistent.json", "--from", "2024-09-27T10:00", "--limit", "5wd")
        #expect(missing.status == 1 && missing.err.contains("/nonexistent.json cannot be read"))
        let wrong = try Self.officeHours().replacing("17:30", with: "half past five")
        let file = try folder.write(wrong.utf8, to: "wrong.json")
        let outcome = try await run("--profile", file, "--from", "2024-09-27T10:00", "--limit", "5wd")
        #expect(outcome.status == 1)
        #expect(outcome.err.contains("\(file):8: /calendar/cutoff_wd: expected a time of day"), "\(outcome.err)")
    }
}
