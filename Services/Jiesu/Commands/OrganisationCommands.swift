import Access
import Casework
import CaseStore
import Foundation
import Postgres

/// `jiesu organisation add`
enum OrganisationAddCommand: OperatorCommand {
    static let name = "organisation add"
    static let synopsis = """
        CODE [--title T] [--level L] [--parent CODE] [--alias A ...] [--role R ...]
                 [--jurisdiction REGION:SUBJECT ...] [--contact TEXT] [--no-inbox] [--password-file FILE]
                 [--principal FORM] [--data DIR]
        """
    static let summary = "an organisation with jurisdiction, database login, topic and first account, in one step"
    static let details = """
        The step can be repeated: what is there stays as it is, what is missing is made. An organisation that is there already,
        from the organisations file for example, needs no options; those that are given must agree with it. A new one needs
        --title and --level.
          --level, --parent  where it stands; without --parent it reports to nobody
          --role             a duty beside subjects, such as inspection_room
          --jurisdiction     what it answers for, such as wangting:education
          --no-inbox         the public is only told about it: no topic, no login, no account
        Its desk logs in to the database as jiesu_desk_CODE. The password is made up and shown once, or is the first line of
        --password-file; psql's \\password sets another. Its first account is named CODE and may do what officers, heads and
        leaders do; its password, too, is shown once, and `jiesu account password` makes another. To grant an extension that it
        asked for takes a second account.
        The topic is made on the cluster that JIESU_KAFKA_BROKERS names and, where there is an authorizer, the right of CODE's
        certificate to read it (--principal: as `jiesu topics --help` tells). Then it prints what the desk needs to join: its
        settings, and what its certificate must say. The embedded broker makes the topic by itself and knows no rights.
        """
    static let options: [Arguments.Option] = [
        Reach.option, .value("title"), .value("level"), .value("parent"), .list("alias"), .list("role"),
        .list("jurisdiction"), .value("contact"), .flag("no-inbox"), .value("password-file"), Rights.option,
    ]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let request = try OrganisationRequest(arguments)
        let principals = try Rights.Principals(arguments)
        let password = try arguments.text("password-file").map(firstLine)
        let reach = try Reach(arguments)
        let pool = try reach.pool()
        let organisation = try request.organisation(in: try await CaseStore(pool: pool).rulebook())
        let steps = OrganisationSteps(
            organisation: organisation, jurisdictions: request.jurisdictions, password: password)
        let done: [OrganisationSteps.Step]
        do {
            done = try await pool.transaction { try await steps.run(on: $0) }
        } catch {
            guard let taken = error.cause as? OrganisationSteps.AccountTaken else { throw error.cause }
            throw CommandFailure(
                "the account \(taken.name) belongs to \(taken.owner ?? "the centre")",
                hint: "an organisation's first account has its code as its name: choose another code")
        }
        // At once: no later failure may swallow a password.
        for step in done { print(step.line) }
        let isNewInKafka =
            organisation.hasInbox ? try await makeTopic(of: organisation.code, principals, reach, pool) : false
        if !isNewInKafka, done.allSatisfy({ $0.outcome == "there" }) { print("nothing changed") }
        return 0
    }

    /// The topic, and the right to read it; and tells what else the organisation needs.
    /// - Returns: whether anything was made now.
    private static func makeTopic(
        of code: String, _ principals: Rights.Principals, _ reach: Reach, _ pool: Pool
    ) async throws -> Bool {
        let name = Destination.inbox(code).topic
        guard reach.namesKafka else {
            print(
                "topic\t\(name)\tleft to the embedded broker; for a cluster, set JIESU_KAFKA_BROKERS and run it again")
            return false
        }
        let kafka = try await reach.kafka(pool)
        let made: Set<String>
        do {
            made = try await Topics.make(
                try await Topics.wanted(pool).filter { $0.name == name }, at: kafka, log: reach.log)
        } catch {
            throw CommandFailure(
                "the topic \(name) was not made: \(error)",
                hint: "all else is done; run it again when the cluster answers")
        }
        print("topic\t\(name)\t\(made.isEmpty ? "there" : "made")")
        let rights = try await Rights.wanted(by: code, principals).put(at: kafka, log: reach.log)
        for line in rights.map({ $0.lines.map { "rights\t\($0)" } }) ?? [Rights.noAuthorizer] { print(line) }
        let settings = DistrictSettings(
            code: code, database: try ConnectionSettings(url: reach.databaseURL), kafka: kafka, principals: principals)
        print("\n\(settings.text)\n")
        return !made.isEmpty || rights?.new.isEmpty == false
    }

    private static func firstLine(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8), let line = text.split(whereSeparator: \.isNewline).first,
            text.first?.isNewline == false
        else { throw CommandFailure("\(path) holds no password", hint: "its first line is the password, in UTF-8") }
        return String(line)
    }
}

/// `jiesu organisation list`
enum OrganisationListCommand: OperatorCommand {
    static let name = "organisation list"
    static let synopsis = "[--data DIR]"
    static let summary = "all organisations: code, level, whom it reports to, database login, accounts, state, title"
    static let options = [Reach.option]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let rows = try await Reach(arguments).pool().withConnection { connection in
            try await connection.query(
                """
                SELECT o.code, o.level, coalesce(o.parent, '-'), coalesce(d.login::text, '-'),
                    (SELECT count(*) FROM jiesu.account a WHERE a.organisation = o.code AND a.disabled_at IS NULL),
                    CASE WHEN o.disabled_at IS NULL THEN 'active' ELSE 'disabled' || coalesce(', cases to ' || o.successor, '') END,
                    o.title
                FROM jiesu.organisation o LEFT JOIN jiesu.desk_login d ON d.organisation = o.code ORDER BY o.code
                """)
        }
        for row in rows { print(try (0..<7).map { try row.get($0, as: String.self) }.joined(separator: "\t")) }
        return 0
    }
}
