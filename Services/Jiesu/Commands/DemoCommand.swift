import Casework
import CaseStore
import Foundation
import HTTP
import JSON
import Lifecycle
import Policies
import Telemetry
import WorkingTime

/// `jiesu demo`
enum DemoCommand: OperatorCommand {
    static let name = "demo"
    static let synopsis = "[--cases N] [--profile P] [--json] [--keep] [--data DIR]"
    static let summary = "starts a suite, sends sample complaints through public HTTP and leads each to its end"
    static let details = """
        The samples were written for this project: all subjects, urgent, repeated, anonymous, about an organisation itself,
        outside the remit. Then officers, leaders, dispatchers, callback agents and citizens act through the public APIs, some late,
        some wrong, some unhappy, on a simulated clock that jumps from due moment to due moment. Exit 0 only if each went where
        its profile says, came to its end, and no step of a clock was fired twice. The same seed tells the same story.
        --cases N sends N of them, beginning again when they run out; --profile P only those of one profile; --json prints one
        object instead of the table; --keep leaves the data folder (default: a new one in the temporary folder).
        """
    static let options: [Arguments.Option] = [
        Reach.option, .value("cases"), .value("profile"), .flag("json"), .flag("keep"),
    ]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let profiles = try Profile.shipped()
        var samples = try Sample.shipped()
        if let name = arguments.text("profile") {
            guard let profile = profiles.first(where: { $0.name == name }) else {
                throw CommandFailure(
                    "there is no profile \(name)", hint: "there are \(profiles.map(\.name).joined(separator: ", "))")
            }
            let lines = Self.lines(of: profile, among: profiles)
            samples = samples.filter { lines.contains($0.line) && $0.earlier == nil }
        }
        let count = try arguments.number("cases", in: 1...100_000, default: samples.count)
        let folder = arguments.has("data") ? Reach.folder(arguments) : Self.temporaryFolder()
        let isKept = arguments.has("keep") || arguments.has("data")
        // Also after a failure: what went wrong is said, and --keep leaves the logs.
        defer { if !isKept { try? FileManager.default.removeItem(at: folder) } }
        let isQuiet = arguments.has("json")
        let log = Logger(service: "jiesu", level: .warning)
        let outcome = Outcome<DemoReport>()
        if !isQuiet { print("Starting PostgreSQL, the broker and the services …") }
        let suite = try Suite(
            folder: folder, port: 0, profiles: profiles,
            organisations: Installation.organisations(nil, for: profiles), desks: DemoStory.desks,
            startsAt: Moment(iso8601: "2026-09-28T09:00:00+08:00"), showsMessages: true, log: log)
        let story = DemoStory(
            suite: suite, samples: (0..<count).map { samples[$0 % samples.count] }, period: samples.count,
            isQuiet: isQuiet, outcome: outcome, log: log)
        let life = Task { try await Lifecycle.run([suite, story], grace: .seconds(60), log: log) }
        outcome.whenTold { life.cancel() }
        // Not on standard output, which may be read as JSON; and known also after a failure.
        if isKept { FileHandle.standardError.write(Data("data folder: \(folder.path)\n".utf8)) }
        try await life.value
        guard let report = outcome.report else { throw CommandFailure("the demo was stopped before its end") }
        print(isQuiet ? report.json.text : report.table)
        return report.isAsExpected ? 0 : 1
    }

    /// The lines whose cases a profile governs: its own, and those of the profiles that it joins.
    private static func lines(of profile: Profile, among profiles: [Profile]) -> Set<String> {
        let joined = profile.policy.joins?.profiles ?? []
        let own = [profile.policy.line].compactMap { $0 }
        return Set(own.isEmpty ? profiles.filter { joined.contains($0.name) }.compactMap(\.policy.line) : own)
    }

    private static func temporaryFolder() -> URL {
        FileManager.default.temporaryDirectory.appending(
            path: "jiesu-demo-\(ProcessInfo.processInfo.processIdentifier)")
    }
}
