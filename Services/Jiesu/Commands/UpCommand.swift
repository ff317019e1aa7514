import Access
import Foundation
import Kafka
import Lifecycle
import Policies
import Postgres
import Telemetry

/// `jiesu up`
enum UpCommand: OperatorCommand {
    static let name = "up"
    static let synopsis = "[--data DIR] [--port N] [--organisations FILE] [--org CODE ...]"
    static let summary = "runs the whole suite on embedded defaults until Ctrl-C"
    static let details = """
        Makes a private PostgreSQL cluster in DIR (default jiesu-data), starts the embedded broker and every service, and prints
        the addresses; the first time also the log-in of an administrator, whom it makes. A part that dies is started again. Logs
        are in DIR/log. Started by root, PostgreSQL runs as `postgres`.
        --org starts an instance of its own for an organisation, under a log-in that sees its cases alone.
        What complainants are told is shown on a page, whose address it prints, and kept in DIR/messages.jsonl: nothing is really sent.
        With JIESU_KAFKA_BROKERS set no broker is started: the topics that are missing are made on that cluster.
        """
    static let options = [Reach.option, .value("port"), .value("organisations"), .list("org")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let port = try arguments.number("port", in: 0...65535, default: 8080)
        let log = Logger(service: "jiesu", level: .warning)
        let profiles = try Profile.shipped()
        let kafka = try OperatorSettings().kafka
        let suite = try Suite(
            folder: Reach.folder(arguments), port: port, profiles: profiles,
            organisations: try Installation.organisations(arguments.text("organisations"), for: profiles),
            desks: arguments.list("org"), showsMessages: true, kafka: kafka.brokers.isEmpty ? nil : kafka, log: log)
        try await Lifecycle.run([suite, Greeting(suite: suite, log: log)], grace: .seconds(60), log: log)
        return 0
    }
}

/// Prints the addresses when everything answers, then has nothing more to do until the suite stops.
private struct Greeting: Service {
    let name = "greeting"
    let suite: Suite
    let log: Logger

    func run() async throws {
        guard await suite.waitUntilReady() else { return }
        let intake = "http://127.0.0.1:\(suite.port)"
        let width = suite.services.map(\.name.count).reduce("data, logs".count, max)
        func say(_ name: String, _ text: String) {
            print(name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + text)
        }
        say("intake", "\(intake)/api/v1/complaints   (described by \(intake)/openapi.json)")
        for part in suite.services where part.name != "intake" {
            guard let port = suite.port(of: part) else { continue }
            say(part.name, "http://127.0.0.1:\(port)/openapi.json")
        }
        if let messages = suite.messages {
            say("messages", "\(messages.address)   (what complainants are told; nothing is really sent)")
        }
        say("database", suite.database)
        say("data, logs", suite.folder.path)
        do {
            if let password = try await firstAccount() {
                say("log-in", "\(Self.administrator), password \(password)   (shown this once)")
            }
        } catch {
            log.error("no first account could be made", ["reason": "\(error)"])
        }
        print("Ctrl-C stops everything.")
        while !Task.isCancelled { await sleep(for: .seconds(3600)) }
    }

    private static let administrator = "admin"

    /// Makes an administrator where nobody has an account yet.
    /// - Returns: the password; `nil` if somebody has.
    private func firstAccount() async throws -> String? {
        let pool = Pool(try ConnectionSettings(url: suite.database), size: 1, log: log)
        return try await pool.withConnection { connection in
            let accounts = Accounts(on: connection)
            guard try await accounts.all().isEmpty else { return nil }
            return try await accounts.add(
                name: Self.administrator, title: Role("admin").title, organisation: nil, roles: ["admin"])
        }
    }
}
