import Foundation
import Policies
import WorkingTime

/// `jiesu calendar due`
enum CalendarDueCommand: OperatorCommand {
    static let name = "calendar due"
    static let synopsis = "[--profile P] --from TIME --limit LIMIT"
    static let summary = "when a limit ends: the due moment and the days counted, for checking by hand"
    static let details = """
        TIME is when the limit begins to run, ISO 8601, without a zone China's: 2026-09-25T09:30. Its day is not counted.
        LIMIT is \(Limit.expectation).

        P is a shipped profile's name or a profile's file; its parameter `calendar` says how days are counted. Without it: by
        the State Council's days off, to 24:00 of the last day, and what comes in the evening has come that day.

        The first word is the last second in time. Each day follows with its number, or with - and why it was skipped.
        """
    static let options: [Arguments.Option] = [.value("profile"), .value("from"), .value("limit")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let start = try readStart(arguments.text("from"))
        let limit = try readLimit(arguments.text("limit"))
        let counting = try arguments.text("profile").map(readCounting) ?? Counting()
        let calendar = try WorkCalendar.shipped(region: counting.region)
        do throws(CalendarError) {
            let due = try due(from: start, limit, counting: counting, on: calendar)
            let report = DueReport(start: start, limit: limit, counting: counting, calendar: calendar, due: due)
            print(report.lines.joined(separator: "\n"))
            return 0
        } catch {
            throw CommandFailure(error.description, hint: hint(for: error))
        }
    }

    private static func readStart(_ text: String?) throws(Arguments.Mistake) -> Moment {
        let expected = "a time such as 2026-09-25T09:30, 2026-09-25T09:30:00+08:00 or 2026-09-25T01:30:00Z"
        guard let text else { throw Arguments.Mistake(message: "--from is missing; it wants \(expected)") }
        guard let start = Moment(iso8601: text), Moment.bounds.contains(start) else {
            throw Arguments.Mistake(message: "--from wants \(expected), not \"\(text)\"")
        }
        return start
    }

    private static func readLimit(_ text: String?) throws(Arguments.Mistake) -> Limit {
        guard let text else { throw Arguments.Mistake(message: "--limit is missing; it wants \(Limit.expectation)") }
        guard let limit = Limit(text) else {
            throw Arguments.Mistake(message: "--limit wants \(Limit.expectation), not \"\(text)\"")
        }
        return limit
    }

    /// What the profile with this name, or in this file, says about counting.
    private static func readCounting(_ profile: String) throws -> Counting {
        let shipped = try Profile.shipped()
        if let found = shipped.first(where: { $0.name == profile }) { return found.policy.calendar }
        let names = shipped.map(\.name)
        guard profile.hasSuffix(".json") || profile.contains("/") else {
            throw Arguments.Mistake(
                message: "--profile wants \(names.joined(separator: ", ")) or a file, not \"\(profile)\""
                    + Suggestion.text(for: profile, among: names))
        }
        guard let data = FileManager.default.contents(atPath: profile) else {
            throw CommandFailure("\(profile) cannot be read")
        }
        do throws(Mistakes) {
            return try Profile.read(Array(data), file: profile).policy.calendar
        } catch {
            throw CommandFailure(error.description, hint: "put the profile right, then try again")
        }
    }

    private static func hint(for error: CalendarError) -> String? {
        switch error {
        case .noData(let year, let calendar, _):
            "a year's days off are announced late in the year before; those of \(year) belong into "
                + "Shared/Policies/calendars/\(calendar.calendar).json"
        case .outOfBounds: nil
        }
    }
}
