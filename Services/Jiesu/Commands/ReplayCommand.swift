import Casework
import CaseStore
import Foundation
import WorkingTime

/// `jiesu replay`
enum ReplayCommand: OperatorCommand {
    static let name = "replay"
    static let synopsis =
        "--from DATE | --case NUMBER | --new-generation | --restored | --go-on [--topic T] [--data DIR]"
    static let summary = "refills topics from the event table"
    static let details = """
        --from DATE        cases to which something happened since, each from its first event: 2026-09-25, or a time such as
                           2026-09-25T09:30, without a zone China's
        --case NUMBER      this case alone
        --topic T          messages to this topic alone, otherwise to all but jiesu.cases, which the services do not need
        --new-generation   the cluster lost its topics (`jiesu topics` first): a new generation begins, which tells readers to
                           begin anew, and topics are refilled with all cases, or with those since --from
        --restored         the database was put back to a moment, before any service runs: as --new-generation with all
                           cases, and numbers that lost cases may have are never given again: --skip N, default 1000000
        --go-on            a refill of a new generation that broke off goes on; until it is whole the relay sends nothing

        Without a new generation these are copies, which readers know and drop; they can be sent again and again. All are put
        into the outbox, 500 cases at a time, beside running services; the relay carries them on.
        """
    static let options: [Arguments.Option] = [
        Reach.option, .value("from"), .value("case"), .value("topic"), .value("skip"), .flag("new-generation"),
        .flag("restored"), .flag("go-on"),
    ]

    private static let skipped = 1_000_000

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let since = try arguments.text("from").map(moment)
        let caseID = try arguments.text("case").map(number)
        let skip = try arguments.number("skip", in: 1...1_000_000_000, default: skipped)
        let ways = ["new-generation", "restored", "go-on"].filter(arguments.has)
        guard ways.count <= 1 else { throw mistake("--\(ways[0]) and --\(ways[1]) exclude each other") }
        guard let way = ways.first else {
            guard since != nil || caseID != nil else {
                throw mistake("one of --from, --case, --new-generation, --restored and --go-on is wanted")
            }
            try refuse(["skip"], arguments, "--restored")
            let selection = Refill.Selection(since: since, topic: arguments.text("topic"), caseID: caseID)
            return try await copy(selection, Refill(pool: try Reach(arguments).pool()))
        }
        // A new generation is one for every topic.
        try refuse(["case", "topic"], arguments, "--from")
        if way != "restored" { try refuse(["skip"], arguments, "--restored") }
        // After a restore also a case to which nothing happened of late may have lost what readers were told.
        if way != "new-generation" { try refuse(["from"], arguments, "--new-generation") }
        let refill = Refill(pool: try Reach(arguments).pool())
        if way != "go-on" {
            let begun = try await refill.begin(since: since, skippedNumbers: way == "restored" ? Int64(skip) : 0)
            print("generation \(begun.generation) begins; until it is refilled nothing is sent")
            if let next = begun.nextCase { print("the next case is \(CaseNumber(id: next))") }
        }
        return try await goOn(refill)
    }

    private static func copy(_ selection: Refill.Selection, _ refill: Refill) async throws -> Int32 {
        let line = ProgressLine()
        let progress = try await refill.copy(selection) { line.show(text($0)) }
        line.end()
        guard progress.messages > 0 else {
            throw CommandFailure(
                "nothing was told of these cases\(selection.topic.map { " to \($0)" } ?? "")",
                hint: "`jiesu topics` lists the topics; --from wants an earlier time, or --case another number")
        }
        print("\(progress.messages) copies go out")
        return 0
    }

    private static func goOn(_ refill: Refill) async throws -> Int32 {
        let line = ProgressLine()
        guard let progress = try await refill.goOn(report: { line.show(text($0)) }) else {
            throw CommandFailure("no refill is under way", hint: "begin one with --new-generation or --restored")
        }
        line.end()
        print("\(progress.messages) messages go out")
        return 0
    }

    private static func text(_ progress: Refill.Progress) -> String {
        "case \(progress.caseID) of \(progress.last), \(progress.messages) messages"
    }

    private static func moment(_ text: String) throws(Arguments.Mistake) -> Moment {
        guard let moment = Moment(iso8601: text) ?? Moment(iso8601: "\(text)T00:00"), Moment.bounds.contains(moment)
        else {
            throw mistake("--from wants a date such as 2026-09-25, or a time such as 2026-09-25T09:30, not \"\(text)\"")
        }
        return moment
    }

    private static func number(_ text: String) throws(Arguments.Mistake) -> Int64 {
        guard let number = CaseNumber(text) else { throw mistake("\"\(text)\" is no case number") }
        return number.id
    }

    private static func refuse(
        _ names: [String], _ arguments: Arguments, _ other: String
    ) throws(Arguments.Mistake) {
        for name in names where arguments.has(name) { throw mistake("--\(name) goes only with \(other)") }
    }

    private static func mistake(_ message: String) -> Arguments.Mistake { Arguments.Mistake(message: message) }
}
