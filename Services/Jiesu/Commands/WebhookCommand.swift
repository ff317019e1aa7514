import CaseStore
import Casework
import HTTP
import Postgres

/// `jiesu webhook`
enum WebhookCommand: OperatorCommand {
    static let name = "webhook"
    static let synopsis = """
        add CODE --url URL [--new-secret] | list | dead [CODE] | retry CODE
                 | drop CODE NUMBER VERSION | remove CODE [--data DIR]
        """
    static let summary = "POSTs what goes to an organisation's inbox to an address of its own, if it cannot read Kafka"
    static let details = """
        add      from now on; prints the secret that signs what is sent, once. Again: another URL, and with --new-secret another
                 secret. https goes through the proxy that JIESU_CALLBACK_WEBHOOK_PROXY of jiesu-callback names
        list     one line each: organisation, address, since when, waiting, given up
        dead     what was given up: organisation, case, version, attempts, what went wrong, since when. It holds up its case
        retry    sends now what was given up, and what waits for another attempt
        drop     gives one up for good, so that its case goes on; NUMBER is a case's, or "digest"
        remove   ends it; what waited is forgotten
        """
    static let options = [Reach.option, .value("url"), .flag("new-secret")]

    /// How many words each verb wants after it.
    private static let verbs = [
        "add": 1...1, "list": 0...0, "dead": 0...1, "retry": 1...1, "drop": 3...3, "remove": 1...1,
    ]
    /// Given up ones that are shown.
    private static let shown = 1000

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let words = arguments.positional
        guard let verb = words.first, let wanted = verbs[verb], wanted.contains(words.count - 1) else {
            throw Arguments.Mistake(
                message: "one of add, list, dead, retry, drop, remove is wanted, with what it needs")
        }
        guard verb == "add" || !arguments.has("url") && !arguments.has("new-secret") else {
            throw Arguments.Mistake(message: "--url and --new-secret belong to add")
        }
        let code = words.dropFirst().first ?? ""
        let url = verb == "add" ? try address(arguments) : ""
        let dropped = verb == "drop" ? try message(words[2], words[3]) : nil
        let pool = try Reach(arguments).pool()
        switch verb {
        case "add": try await add(code, url, isNewSecret: arguments.has("new-secret"), pool)
        case "list": try await list(pool)
        case "dead": try await dead(words.count > 1 ? code : nil, pool)
        case "retry": try await retry(code, pool)
        case "drop": if let dropped { try await drop(code, dropped, pool) }
        default: try await remove(code, pool)
        }
        return 0
    }

    private static func address(_ arguments: Arguments) throws -> String {
        guard let url = arguments.text("url") else { throw Arguments.Mistake(message: "--url is missing") }
        guard url.utf8.count <= 2000, HTTPAddress(url, allowsHTTPS: true) != nil else {
            throw Arguments.Mistake(
                message: "--url wants an address such as https://desk.example.cn/jiesu, without a password in it")
        }
        return url
    }

    private static func message(_ number: String, _ version: String) throws -> (caseID: Int64, version: Int32) {
        guard let id = number == "digest" ? CloudEvent.noCase : CaseNumber(number)?.id else {
            throw Arguments.Mistake(message: "\"\(number)\" is no case number")
        }
        guard let version = Int32(version), version > 0 else {
            throw Arguments.Mistake(message: "\"\(version)\" is no version; `jiesu webhook dead` shows them")
        }
        return (id, version)
    }

    private static func add(_ code: String, _ url: String, isNewSecret: Bool, _ pool: Pool) async throws {
        let secret: String? = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.put_webhook(\(code), \(url), \(isNewSecret))").only().get(0)
        }
        guard let secret else {
            let known = try await CaseStore(pool: pool).rulebook().directory.organisations.values
                .filter { $0.hasInbox && !$0.isDisabled }.map(\.code).sorted()
            try Arguments.check(code, among: known, called: "organisation", seeIn: "`jiesu organisation list`")
            throw CommandFailure("\(code) works on no cases")
        }
        print("webhook\t\(code)\t\(url)")
        if !secret.isEmpty { print("secret\t\(secret)\tshown once") }
    }

    private static func list(_ pool: Pool) async throws {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT w.organisation, w.url, to_char(w.made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
                    (SELECT count(*) FROM jiesu.webhook_delivery d WHERE d.organisation = w.organisation AND d.state = 'waiting')::text,
                    (SELECT count(*) FROM jiesu.webhook_delivery d WHERE d.organisation = w.organisation AND d.state = 'dead')::text
                FROM jiesu.webhook w ORDER BY w.organisation
                """)
        }
        for row in rows { print(try (0..<5).map { try row.get($0, as: String.self) }.joined(separator: "\t")) }
        if rows.isEmpty { print("nobody has a webhook") }
    }

    private static func dead(_ code: String?, _ pool: Pool) async throws {
        let rows = try await pool.withConnection { connection in
            try await connection.query(
                """
                SELECT organisation, case_id, version, attempts, coalesce(error, '-'),
                    to_char(made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
                FROM jiesu.webhook_delivery WHERE state = 'dead' AND (\(code) IS NULL OR organisation = \(code))
                ORDER BY organisation, case_id, version LIMIT \(shown)
                """)
        }
        for row in rows {
            let id: Int64 = try row.get(1)
            let number = id == CloudEvent.noCase ? "digest" : CaseNumber(id: id).description
            let (version, attempts): (Int32, Int32) = (try row.get(2), try row.get(3))
            print(
                "\(try row.get(0, as: String.self))\t\(number)\t\(version)\t\(attempts)\t\(try row.get(4, as: String.self))\t"
                    + (try row.get(5, as: String.self)))
        }
        if rows.isEmpty { print("nothing was given up") }
    }

    /// What another attempt is on its way with right now goes twice, with the same id.
    private static func retry(_ code: String, _ pool: Pool) async throws {
        let count = try await pool.withConnection { connection in
            try await connection.execute(
                """
                UPDATE jiesu.webhook_delivery SET state = 'waiting', attempts = 0, next_at = clock_timestamp()
                WHERE organisation = \(code) AND (state = 'dead' OR next_at IS NOT NULL)
                """)
        }
        guard count > 0 else {
            throw CommandFailure("nothing waits for \(code)", hint: "`jiesu webhook list` shows them")
        }
        print("\(count) are sent now, each followed by what it held up")
    }

    private static func drop(_ code: String, _ message: (caseID: Int64, version: Int32), _ pool: Pool) async throws {
        let isDropped: Bool = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.webhook_done(\(code), \(message.caseID), \(message.version))")
                .only()
                .get(0)
        }
        guard isDropped else {
            throw CommandFailure("no such message waits", hint: "`jiesu webhook dead` shows what was given up")
        }
        print("dropped")
    }

    private static func remove(_ code: String, _ pool: Pool) async throws {
        let isRemoved: Bool = try await pool.withConnection { connection in
            try await connection.query("SELECT jiesu.remove_webhook(\(code))").only().get(0)
        }
        guard isRemoved else {
            throw CommandFailure("\(code) has no webhook", hint: "`jiesu webhook list` shows them")
        }
        print("removed")
    }
}
