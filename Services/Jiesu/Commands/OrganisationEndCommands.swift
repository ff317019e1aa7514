import Access
import CaseStore
import Casework
import Lifecycle
import Postgres

/// `jiesu organisation rename`
enum OrganisationRenameCommand: OperatorCommand {
    static let name = "organisation rename"
    static let synopsis = "CODE --title T [--data DIR]"
    static let summary = "gives an organisation another title; its code, topic and login stay"
    static let details = """
        The old title stays a name by which complaints find it. Services use the new one within seconds. If the organisations
        file is put again with `jiesu migrate`, the file's title counts: change it there too.
        """
    static let options: [Arguments.Option] = [Reach.option, .value("title")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let code = try arguments.positional("CODE")[0]
        guard let title = arguments.text("title") else { throw Arguments.Mistake(message: "--title is missing") }
        try Arguments.check(title, as: "--title", most: 60)
        let pool = try Reach(arguments).pool()
        let outcome = try await pool.withConnection { try await Organisations(on: $0).rename(code, to: title) }
        switch outcome {
        case .renamed: print("organisation\t\(code)\trenamed\t\(title)")
        case .there: print("organisation\t\(code)\tthere\t\(title)\nnothing changed")
        case .taken: throw CommandFailure("another organisation is called \(title)", hint: seeList)
        case .disabled: throw CommandFailure("\(code) is disabled and keeps its name", hint: seeList)
        default: throw try await unknown(code, pool)
        }
        return 0
    }
}

/// `jiesu organisation merge`
enum OrganisationMergeCommand: OperatorCommand {
    static let name = "organisation merge"
    static let synopsis = "CODE --into CODE [--data DIR]"
    static let summary = "one organisation takes over all of another, which is disabled"
    static let details = """
        --into takes over jurisdictions, duties, subordinate organisations and open cases; these go on where they stood, and no
        limit moves. A case that is about --into, or about whom it reports to, goes to the centre for a person to decide.
        The log-ins and the desk login of CODE end; give its people accounts of the other organisation with `jiesu account add`.
        Closed cases stay CODE's. The step can be repeated: broken off, it goes on where it stopped. A running jiesu-routing
        hands cases over as well. What CODE's certificate may read in Kafka `jiesu topics` takes back.
        """
    static let options: [Arguments.Option] = [Reach.option, .value("into")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let code = try arguments.positional("CODE")[0]
        guard let into = arguments.text("into") else { throw Arguments.Mistake(message: "--into is missing") }
        return try await end(code, successor: into, merges: true, arguments)
    }
}

/// `jiesu organisation disable`
enum OrganisationDisableCommand: OperatorCommand {
    static let name = "organisation disable"
    static let synopsis = "CODE [--successor CODE] [--data DIR]"
    static let summary = "nothing new comes to an organisation any more; its log-ins and its desk login end"
    static let details = """
        Without --successor it must have no open case: those that it has are shown, and nothing changes. With it they are handed
        over, and go on where they stood; its jurisdictions go to nobody (`jiesu organisation merge` gives them on, too).
        The step can be repeated: broken off, it goes on where it stopped. Without --successor `jiesu organisation enable` takes it
        back; with one there is no way back. What CODE's certificate may read in Kafka `jiesu topics` takes back.
        """
    static let options: [Arguments.Option] = [Reach.option, .value("successor")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let code = try arguments.positional("CODE")[0]
        return try await end(code, successor: arguments.text("successor"), merges: false, arguments)
    }
}

/// `jiesu organisation enable`
enum OrganisationEnableCommand: OperatorCommand {
    static let name = "organisation enable"
    static let synopsis = "CODE [--data DIR]"
    static let summary = "takes `organisation disable` back, where nobody took its part over"
    static let details = """
        What it had then is its again: duties, jurisdictions, accounts, and its desk's login with the password that it has. `jiesu topics`
        gives its certificate the right to read again. An organisation that was merged, or disabled with --successor, stays ended: its
        cases are the other's. Give the work to a new one with `jiesu organisation add`.
        """
    static let options: [Arguments.Option] = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let code = try arguments.positional("CODE")[0]
        let pool = try Reach(arguments).pool()
        let outcome = try await pool.withConnection { try await Organisations(on: $0).enable(code) }
        switch outcome {
        case .enabled: print("organisation\t\(code)\tenabled")
        case .there: print("organisation\t\(code)\tthere\nnothing changed")
        case .taken:
            throw CommandFailure("another organisation has its title by now", hint: "rename that one first; \(seeList)")
        case .succeeded:
            throw CommandFailure(
                "another organisation took over what \(code) did", hint: "add a new one with `jiesu organisation add`")
        default: throw try await unknown(code, pool, alsoEnded: true)
        }
        return 0
    }
}

private let seeList = "`jiesu organisation list` shows all"

/// - Parameter alsoEnded: whether disabled organisations could be meant.
private func unknown(_ code: String, _ pool: Pool, alsoEnded: Bool = false) async throws -> Arguments.Mistake {
    let known = try await CaseStore(pool: pool).rulebook().directory.organisations.values
        .filter { alsoEnded || !$0.isDisabled }.map(\.code).sorted()
    do {
        try Arguments.check(code, among: known, called: "organisation", seeIn: "`jiesu organisation list`")
        return Arguments.Mistake(message: "\(code) cannot take the cases over: it works on none, or is the same")
    } catch {
        return error
    }
}

private func end(_ code: String, successor: String?, merges: Bool, _ arguments: Arguments) async throws -> Int32 {
    let pool = try Reach(arguments).pool()
    let outcome = try await pool.withConnection {
        try await Organisations(on: $0).disable(code, successor: successor, merges: merges)
    }
    switch outcome {
    case .disabled, .there: break
    case .unknownSuccessor: throw try await unknown(successor ?? "", pool)
    case .otherSuccessor:
        throw CommandFailure("\(code) was disabled before, and its cases went elsewhere", hint: seeList)
    case .openCases:
        let some = try await pool.withConnection { try await Organisations(on: $0).openCases(of: code, limit: 11) }
        let numbers = some.prefix(10).map { CaseNumber(id: $0).description }.joined(separator: ", ")
        throw CommandFailure(
            "\(code) has open cases: \(numbers)\(some.count > 10 ? " …" : "")",
            hint: "deal with them first, or name who takes them over with --successor")
    default: throw try await unknown(code, pool)
    }
    print("organisation\t\(code)\t\(outcome.rawValue)\(successor.map { "\tinto \($0)" } ?? "")")
    return try await handOver(from: code, CaseStore(pool: pool), isNew: outcome == .disabled)
}

/// What was on its way to the organisation when it ended may come a moment later, and what its desk had asked before is decided first: so
/// more than once. What still is left then, jiesu-routing hands over.
private func handOver(from code: String, _ store: CaseStore, isNew: Bool) async throws -> Int32 {
    var done = 0
    var left: [Int64: String] = [:]
    for attempt in 1...5 {
        let handed = try await store.handOver(from: code)
        done += handed.done
        left = handed.left
        if handed.done == 0, left.isEmpty { break }
        if attempt > 1 { await sleep(for: .seconds(1)) }
    }
    if done > 0 { print("cases\t\(done)\thanded over") }
    guard left.isEmpty else {
        let reasons = Set(left.values).sorted().joined(separator: ", ")
        throw CommandFailure(
            "\(left.count) cases are not handed over yet: \(reasons)",
            hint: "all else is done; see that jiesu-routing runs, and run it again")
    }
    if !isNew, done == 0 { print("nothing changed") }
    return 0
}
