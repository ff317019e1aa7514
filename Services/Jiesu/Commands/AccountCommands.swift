import Access
import CaseStore
import Policies
import Postgres

/// `jiesu account add`
enum AccountAddCommand: OperatorCommand {
    static let name = "account add"
    static let synopsis = "NAME --role R ... [--organisation CODE] [--title T] [--data DIR]"
    static let summary = "somebody who may log in; shows the password, once"
    static let details = """
        NAME is what they log in with, --title the name that others see (default: NAME), --organisation where they work; without it
        they are the centre's own.
        Roles: \(KnownCodes.roles.joined(separator: ", ")).
        """
    static let options: [Arguments.Option] = [
        Reach.option, .list("role"), .value("organisation"), .value("title"),
    ]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        guard Accounts.isName(name) else {
            throw Arguments.Mistake(
                message: """
                    "\(name)" is no log-in name; expected a lower-case letter or digit, then at most 63 of those, ., _ or -
                    """)
        }
        let roles = arguments.list("role")
        guard !roles.isEmpty else { throw Arguments.Mistake(message: "--role is missing") }
        for role in roles { try Arguments.check(role, among: KnownCodes.roles, called: "role") }
        let title = arguments.text("title") ?? name
        try Arguments.check(title, as: "--title", most: 60)
        let organisation = arguments.text("organisation")
        let pool = try Reach(arguments).pool()
        if let organisation {
            let known = try await CaseStore(pool: pool).rulebook().directory.organisations.values
                .filter { !$0.isDisabled }.map(\.code).sorted()
            try Arguments.check(
                organisation, among: known, called: "organisation", seeIn: "`jiesu organisation list`")
        }
        let password = try await pool.withConnection { connection in
            try await Accounts(on: connection).add(
                name: name, title: title, organisation: organisation, roles: roles.map(Role.init(code:)))
        }
        guard let password else {
            throw CommandFailure(
                "there is an account \(name) already", hint: "`jiesu account password \(name)` gives it a new password")
        }
        print("account\t\(name)\tmade\tpassword \(password) (shown this once)")
        return 0
    }
}

/// `jiesu account list`
enum AccountListCommand: OperatorCommand {
    static let name = "account list"
    static let synopsis = "[--data DIR]"
    static let summary = "all accounts: name, organisation (- is the centre), roles, state, title"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let accounts = try await Reach(arguments).pool().withConnection { try await Accounts(on: $0).all() }
        for one in accounts {
            let roles = one.roles.map(\.code).joined(separator: ",")
            print(
                "\(one.name)\t\(one.organisation ?? "-")\t\(roles)\t\(one.isDisabled ? "disabled" : "active")\t\(one.title)"
            )
        }
        if accounts.isEmpty { print("nobody has an account") }
        return 0
    }
}

/// `jiesu account disable`
enum AccountDisableCommand: OperatorCommand {
    static let name = "account disable"
    static let synopsis = "NAME [--data DIR]"
    static let summary = "lets nobody in with an account any more, within seconds; it stays in the record"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        try await withAccounts(arguments) { accounts in
            guard try await accounts.disable(name) != .unknown else { throw try await unknown(name, accounts) }
        }
        print("\(name) is disabled")
        return 0
    }
}

/// `jiesu account enable`
enum AccountEnableCommand: OperatorCommand {
    static let name = "account enable"
    static let synopsis = "NAME [--data DIR]"
    static let summary = "takes `account disable` back"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        try await withAccounts(arguments) { accounts in
            guard try await accounts.enable(name) != .unknown else { throw try await unknown(name, accounts) }
        }
        print("\(name) is active")
        return 0
    }
}

/// `jiesu account password`
enum AccountPasswordCommand: OperatorCommand {
    static let name = "account password"
    static let synopsis = "NAME [--data DIR]"
    static let summary = "gives an account a new password, shows it once, and ends its sessions; its tokens stay"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        let password = try await withAccounts(arguments) { accounts in
            guard let password = try await accounts.newPassword(for: name) else {
                throw try await unknown(name, accounts)
            }
            return password
        }
        print("account\t\(name)\tpassword \(password) (shown this once)")
        return 0
    }
}

/// `jiesu account token`
enum AccountTokenCommand: OperatorCommand {
    static let name = "account token"
    static let synopsis = "NAME --label L [--days N] [--data DIR]"
    static let summary = "makes a token that a program logs in with, and shows it once"
    static let details = """
        --label says what it is for; --days how long it is good (default \(Accounts.tokenDays), at most 3650). The program sends it
        with each request as `Authorization: Bearer TOKEN`.
        """
    static let options: [Arguments.Option] = [Reach.option, .value("label"), .value("days")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let name = try arguments.positional("NAME")[0]
        guard let label = arguments.text("label") else { throw Arguments.Mistake(message: "--label is missing") }
        try Arguments.check(label, as: "--label", most: 60)
        let days = try arguments.number("days", in: 1...3650, default: Accounts.tokenDays)
        let logIn = try await withAccounts(arguments) { accounts in
            guard let logIn = try await accounts.addToken(for: name, label: label, days: days) else {
                guard try await accounts.all().contains(where: { $0.name == name }) else {
                    throw try await unknown(name, accounts)
                }
                throw CommandFailure("\(name) is disabled", hint: "`jiesu account enable \(name)` lets it in again")
            }
            return logIn
        }
        print("token\t\(logIn.token)\tuntil \(logIn.expiresAt.iso8601) (shown this once)")
        return 0
    }
}

/// `jiesu account token-list`
enum AccountTokenListCommand: OperatorCommand {
    static let name = "account token-list"
    static let synopsis = "[--data DIR]"
    static let summary = "all tokens that are good: id, account, since when, until when, label"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let tokens = try await withAccounts(arguments) { try await $0.tokens() }
        for one in tokens {
            print("\(one.id)\t\(one.account)\t\(one.madeAt.iso8601)\t\(one.expiresAt.iso8601)\t\(one.label)")
        }
        if tokens.isEmpty { print("there is no token") }
        return 0
    }
}

/// `jiesu account token-end`
enum AccountTokenEndCommand: OperatorCommand {
    static let name = "account token-end"
    static let synopsis = "ID [--data DIR]"
    static let summary = "ends a token, within seconds"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let text = try arguments.positional("ID")[0]
        guard let id = Int64(text) else {
            throw Arguments.Mistake(message: "\"\(text)\" is no id; `jiesu account token-list` shows them")
        }
        let isEnded = try await withAccounts(arguments) { try await $0.endToken(id) }
        guard isEnded else {
            throw CommandFailure(
                "no token with id \(id) is good", hint: "`jiesu account token-list` shows those that are")
        }
        print("token \(id) has ended")
        return 0
    }
}

private func withAccounts<Value: Sendable>(
    _ arguments: Arguments, _ body: (Accounts) async throws -> Value
) async throws -> Value {
    try await Reach(arguments).pool().withConnection { try await body(Accounts(on: $0)) }
}

private func unknown(_ name: String, _ accounts: Accounts) async throws -> CommandFailure {
    let near = Suggestion.text(for: name, among: try await accounts.all().map(\.name))
    return CommandFailure("there is no account \"\(name)\"\(near)", hint: "`jiesu account list` shows them")
}
