import CaseStore
import Casework
import Foundation
import JSON
import Postgres
import WorkingTime

/// `jiesu audit verify`
enum AuditVerifyCommand: OperatorCommand {
    static let name = "audit verify"
    static let synopsis = "[--case NUMBER | --digest [FILE | DAY HASH ...]] [--data DIR]"
    static let summary =
        "checks every hash chain; names the first broken row of each broken one; exit 1 if there is any"
    static let details = """
        --digest   checks the daily digests too: whether each case still has, at the version it had then, the hash it had
                   then. Each digest went to jiesu.digests, and with it to whoever reads that; whoever may write the tables
                   can make all of them anew, so give the values that somebody kept outside: DAY HASH (2026-01-31 and 64
                   hexadecimal digits), or a FILE of such lines or of the messages as `jiesu tail` prints them
        What agrees was not changed since its digest was made. What was changed before, and what was never written down, no
        digest shows.
        """
    static let options = [Reach.option, .value("case"), .flag("digest")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        var only: Int64?
        if let text = arguments.text("case") {
            guard let number = CaseNumber(text) else {
                throw Arguments.Mistake(message: "\"\(text)\" is no case number")
            }
            only = number.id
        }
        var kept: [Digests.Kept] = []
        if arguments.has("digest") {
            guard only == nil else { throw Arguments.Mistake(message: "--digest is of all cases, so not with --case") }
            kept = try self.kept(arguments.positional)
        } else {
            _ = try arguments.positional()
        }
        let pool = try Reach(arguments).pool()
        let report = try await Audit.verify(case: only, pool: pool)
        for broken in report.broken {
            print("case \(CaseNumber(id: broken.caseID)) is broken at version \(broken.version): \(broken.fault)")
        }
        print("\(report.chains) chains, \(report.events) events, \(report.broken.count) broken")
        if only != nil, report.chains == 0 { throw CommandFailure("there is no such case") }
        let isWhole = arguments.has("digest") ? try await verify(kept, pool) : true
        return report.broken.isEmpty && isWhole ? 0 : 1
    }

    private static func verify(_ kept: [Digests.Kept], _ pool: Pool) async throws -> Bool {
        let report = try await Digests.verify(kept: kept, pool: pool)
        for fault in report.faults {
            switch fault {
            case .changed(let id, let version, let day):
                print("case \(CaseNumber(id: id)) is not what it was on \(day), at version \(version)")
            case .broken(let day): print("the digest of \(day) does not follow from what it covers")
            case .disagrees(let day, let has?): print("\(day): kept outside is another digest than \(has)")
            case .disagrees(let day, nil): print("\(day): there is no digest of this day")
            }
        }
        print("\(report.digests) digests, \(report.heads) heads, \(report.faults.count) faults")
        if let last = report.last { print("the last: \(last.day) \(last.hash)") }
        if kept.isEmpty { print("compared with nothing that was kept outside") }
        return report.faults.isEmpty
    }

    /// What was kept outside: pairs as they were typed, or a file's lines.
    static func kept(_ words: [String]) throws -> [Digests.Kept] {
        if words.count == 1 {
            // A century of them is 4 MB.
            guard let data = FileManager.default.contents(atPath: words[0]), data.count <= 16 << 20 else {
                throw CommandFailure("\(words[0]) cannot be read or is longer than 16 MiB")
            }
            let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            return try lines.enumerated().map { index, line in
                guard let one = Self.one(line) else {
                    throw CommandFailure(
                        "\(words[0]), line \(index + 1), is no digest",
                        hint: "a line is DAY HASH, or a message of jiesu.digests as JSON")
                }
                return one
            }
        }
        guard words.count.isMultiple(of: 2) else {
            throw Arguments.Mistake(message: "after --digest comes a FILE, or DAY HASH for each day")
        }
        return try stride(from: 0, to: words.count, by: 2).map { index in
            guard let one = pair(words[index], words[index + 1]) else {
                throw Arguments.Mistake(
                    message: "\"\(words[index]) \(words[index + 1])\" is not a day and 64 hexadecimal digits")
            }
            return one
        }
    }

    /// `2026-01-31 ab12…`, the payload of a message, or a line of `jiesu tail`.
    private static func one(_ line: Substring) -> Digests.Kept? {
        if line.hasPrefix("{") {
            guard let json = try? JSON.parse(Array(line.utf8)) else { return nil }
            let payload = json["data"] ?? json
            guard let day = payload["day"]?.string, let hash = payload["hash"]?.string else { return nil }
            return pair(day, hash)
        }
        let words = line.split(whereSeparator: \.isWhitespace)
        return words.count == 2 ? pair(String(words[0]), String(words[1])) : nil
    }

    private static func pair(_ day: String, _ hash: String) -> Digests.Kept? {
        let hash = hash.lowercased()
        guard CivilDay(day) != nil, hash.utf8.count == 64,
            hash.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        return Digests.Kept(day: day, hash: hash)
    }
}
