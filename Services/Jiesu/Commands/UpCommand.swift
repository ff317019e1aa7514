import Foundation
import Kafka
import Lifecycle
import Policies
import Telemetry

/// `jiesu up`
enum UpCommand: OperatorCommand {
    static let name = "up"
    static let synopsis = "[--data DIR] [--port N] [--organisations FILE]"
    static let summary = "runs the whole suite on embedded defaults until Ctrl-C"
    static let details = """
        Makes a private PostgreSQL cluster in DIR (default jiesu-data), starts the embedded broker and every service, and prints
        the addresses. A part that dies is started again. Logs are in DIR/log. Started by root, PostgreSQL runs as `postgres`.
        With JIESU_KAFKA_BROKERS set no broker is started: the topics that are missing are made on that cluster.
        """
    static let options = [Reach.option, .value("port"), .value("organisations")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let port = try arguments.number("port", in: 0...65535, default: 8080)
        let log = Logger(service: "jiesu", level: .warning)
        let profiles = try Profile.shipped()
        let kafka = try KafkaSettings(environment: ProcessInfo.processInfo.environment)
        let suite = try Suite(
            folder: Reach.folder(arguments), port: port == 0 ? try freePort() : port, profiles: profiles,
            organisations: try Installation.organisations(arguments.text("organisations"), for: profiles),
            kafka: kafka.brokers.isEmpty ? nil : kafka, log: log)
        try await Lifecycle.run([suite, Greeting(suite: suite)], grace: .seconds(60), log: log)
        return 0
    }
}

/// Prints the addresses when everything answers, then has nothing more to do until the suite stops.
private struct Greeting: Service {
    let name = "greeting"
    let suite: Suite

    func run() async throws {
        guard await suite.waitUntilReady() else { return }
        let intake = "http://127.0.0.1:\(suite.port)"
        print("intake      \(intake)/api/v1/complaints   (described by \(intake)/openapi.json)")
        print("database    \(suite.database)")
        print("data, logs  \(suite.folder.path)")
        print("Ctrl-C stops everything.")
        while !Task.isCancelled { await sleep(for: .seconds(3600)) }
    }
}
