import Access

/// `jiesu account deputy`
enum AccountDeputyCommand: OperatorCommand {
    static let name = "account deputy"
    static let synopsis = "NAME --deputy NAME --from DAY --until DAY [--data DIR]"
    static let summary = "somebody of the same place approves while NAME is away; days are the city's, both counted"
    static let details = """
        Meanwhile the deputy may do what duties.json marks with "deputy" as NAME may: instruct, decide extensions, close. Each
        event says in whose place it was done. A deputy does not grant what NAME has asked for. An order counts as of when it was
        given. DAY is written 2026-03-02; at most a year.
        """
    static let options: [Arguments.Option] = [Reach.option, .value("deputy"), .value("from"), .value("until")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        guard let deputy = arguments.text("deputy") else { throw Arguments.Mistake(message: "--deputy is missing") }
        guard let from = arguments.text("from") else { throw Arguments.Mistake(message: "--from is missing") }
        guard let until = arguments.text("until") else { throw Arguments.Mistake(message: "--until is missing") }
        guard let days = Days(from: from, until: until) else {
            throw Arguments.Mistake(
                message: "--from and --until want days such as 2026-03-02, in their order and at most a year apart")
        }
        let outcome = try await withDeputies(arguments) {
            try await $0.name(deputy, for: name, from: days.from, until: days.until)
        }
        switch outcome {
        case .done: print("\(deputy) approves in the place of \(name) from \(from) to \(until)")
        case .unknownAbsent, .notAllowed: throw CommandFailure("no account \"\(name)\" is active", hint: seeList)
        case .unknownDeputy:
            throw CommandFailure("no account \"\(deputy)\" is active where \(name) works", hint: seeList)
        }
        return 0
    }

    private static let seeList = "`jiesu account list` shows them"
}

/// `jiesu account deputy-list`
enum AccountDeputyListCommand: OperatorCommand {
    static let name = "account deputy-list"
    static let synopsis = "[--data DIR]"
    static let summary = "all deputies now and to come: id, who is away, deputy, from when, until before when"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let all = try await withDeputies(arguments) { try await $0.all() }
        for one in all {
            print("\(one.id)\t\(one.absent.name)\t\(one.deputy.name)\t\(one.from.iso8601)\t\(one.until.iso8601)")
        }
        if all.isEmpty { print("nobody has a deputy") }
        return 0
    }
}

/// `jiesu account deputy-end`
enum AccountDeputyEndCommand: OperatorCommand {
    static let name = "account deputy-end"
    static let synopsis = "ID [--data DIR]"
    static let summary = "ends a deputy's time at once; what was ordered before stays"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let text = try arguments.positional("ID")[0]
        guard let id = Int64(text) else {
            throw Arguments.Mistake(message: "\"\(text)\" is no id; `jiesu account deputy-list` shows them")
        }
        guard try await withDeputies(arguments, { try await $0.end(id) }) else {
            throw CommandFailure("there is no such deputy", hint: "`jiesu account deputy-list` shows them")
        }
        print("deputy \(id) has ended")
        return 0
    }
}

private func withDeputies<Value: Sendable>(
    _ arguments: Arguments, _ body: (Deputies) async throws -> Value
) async throws -> Value {
    try await Reach(arguments).pool().withConnection { try await body(Deputies(on: $0, token: nil)) }
}
