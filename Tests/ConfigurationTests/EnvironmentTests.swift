import CaseStore
import Foundation
import Telemetry
import Testing

@testable import Configuration

/// As a service has it.
private struct IntakeSettings {
    let common: CommonSettings
    let batch: Int
    let wait: Duration
    let mode: Mode

    enum Mode: String, CaseIterable { case quick, careful }

    init(_ environment: inout Environment) {
        common = CommonSettings(&environment, port: 8080)
        batch = environment.value(
            "JIESU_INTAKE_BATCH", .integer(in: 1...1_000), default: 256, "most requests in one transaction")
        wait = environment.value(
            "JIESU_INTAKE_WAIT", .duration(in: .zero ... .seconds(1)), default: .milliseconds(2), "to fill it")
        mode = environment.value("JIESU_INTAKE_MODE", .choice(), default: .careful, "how to go about it")
    }
}

struct EnvironmentTests {
    private let good = ["JIESU_DATABASE_URL": "postgresql://intake:geheim@db/jiesu"]

    private func read(_ more: [String: String]) throws -> IntakeSettings {
        let variables = good.merging(more) { $1 }
        return try Environment.read(program: "jiesu-intake", variables: variables, IntakeSettings.init)
    }

    /// What is wrong, one line a mistake.
    private func mistakes(_ more: [String: String]) -> [String] {
        do {
            _ = try read(more)
            return []
        } catch let error as ConfigurationError {
            return error.mistakes.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `what is not set has its default`() throws {
        let settings = try read(["PATH": "/bin"])
        #expect(settings.batch == 256)
        #expect(settings.wait == .milliseconds(2))
        #expect(settings.mode == .careful)
        #expect(settings.common.database("intake").description == "intake@db/jiesu")
        #expect(settings.common.listen.description == "127.0.0.1:8080")
        #expect(settings.common.kafkaBrokers == nil)
        #expect(settings.common.kafkaCertificates == nil)
        #expect(settings.common.logLevel == .info)
    }

    @Test func `what is set is read`() throws {
        let settings = try read([
            "JIESU_INTAKE_BATCH": "10", "JIESU_INTAKE_MODE": "quick", "JIESU_KAFKA_BROKERS": "a:9092, [::1]:9093",
            "JIESU_LISTEN": "0.0.0.0:0", "JIESU_LOG_LEVEL": "debug",
        ])
        #expect(settings.batch == 10)
        #expect(settings.mode == .quick)
        #expect(settings.common.kafkaBrokers?.map(\.description) == ["a:9092", "[::1]:9093"])
        #expect(settings.common.listen.port == 0)
        #expect(settings.common.logLevel == .debug)
    }

    @Test func `set to nothing is not set`() throws {
        #expect(try read(["JIESU_INTAKE_BATCH": "", "JIESU_KAFKA_CA": ""]).batch == 256)
        #expect(mistakes(["JIESU_DATABASE_URL": ""]).count == 1)
    }

    @Test func `all mistakes come at once, each with value, expectation and example`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Environment.read(
                program: "jiesu-intake",
                variables: [
                    "JIESU_LISTEN": "8080", "JIESU_LOG_LEVEL": "loud", "JIESU_INTAKE_BATCH": "0",
                    "JIESU_INTAKE_WAIT": "2 s", "JIESU_KAFKA_BROKER": "a:9092", "JIESU_COLOUR": "red",
                ], IntakeSettings.init)
        }
        #expect(
            error.description == """
                7 settings are wrong:
                  JIESU_DATABASE_URL is not set; expected a PostgreSQL address or conninfo, \
                such as postgresql://jiesu_intake@db.example.cn/jiesu
                  JIESU_LISTEN is "8080"; expected an IP address and a port, such as 127.0.0.1:8080
                  JIESU_LOG_LEVEL is "loud"; expected one of debug, info, warning, error, such as debug
                  JIESU_INTAKE_BATCH is "0"; expected a whole number from 1 to 1000, such as 1
                  JIESU_INTAKE_WAIT is "2 s"; expected a time from 0s to 1s (a whole number and ms, s, m, h or d), \
                such as 0s
                  JIESU_COLOUR is not a setting of jiesu-intake
                  JIESU_KAFKA_BROKER is not a setting of jiesu-intake; did you mean JIESU_KAFKA_BROKERS?
                """)
    }

    @Test(arguments: [
        "JIESU_DATABASE_URL", "JIESU_LISTEN", "JIESU_KAFKA_BROKERS", "JIESU_KAFKA_CA",
    ])
    func `a secret is shown nowhere, wherever it was put`(name: String) {
        for secret in ["postgresql://u:geheim@db/jiesu\u{7}", "host=db Password=geheim\u{7}"] {
            let mistakes = mistakes([name: secret])
            #expect(!mistakes.isEmpty)
            #expect(!mistakes.joined().contains("geheim"))
            #expect(mistakes.contains { $0.hasPrefix("\(name) has a value that is not shown here; expected ") })
        }
    }

    @Test func `printing settings does not print secrets`() throws {
        let settings = try read([:])
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped] {
            #expect(!text.contains("geheim"))
        }
        #expect("\(settings)".contains("intake@db/jiesu"))
    }

    @Test(arguments: ["geheim", "postgresql://u:geheim@[db/jiesu", "host=db passwort=geheim", "mysql://u:geheim@db/x"])
    func `a database's address that libpq cannot read is a mistake like others`(url: String) {
        #expect(
            mistakes(["JIESU_DATABASE_URL": url, "JIESU_LOG_LEVEL": "loud"]) == [
                "JIESU_DATABASE_URL has a value that is not shown here; expected a PostgreSQL address or conninfo, "
                    + "such as postgresql://jiesu_intake@db.example.cn/jiesu",
                "JIESU_LOG_LEVEL is \"loud\"; expected one of debug, info, warning, error, such as debug",
            ])
    }

    @Test(arguments: ["localhost:8080", "db.example.cn:1", "a:1"])
    func `a name to listen on is a mistake`(listen: String) {
        #expect(mistakes(["JIESU_LISTEN": listen]).count == 1)
    }

    @Test(arguments: ["127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "[::]:0"])
    func `an address to listen on is none`(listen: String) throws {
        #expect(try read(["JIESU_LISTEN": listen]).common.listen.description == listen)
    }

    @Test func `a wild value is shown on one short line`() {
        let mistakes = mistakes(["JIESU_LISTEN": "a\nb\u{1b}[31m" + String(repeating: "x", count: 10_000)])
        #expect(mistakes.count == 1)
        #expect(mistakes[0].count < 250)
        #expect(mistakes[0].hasPrefix(#"JIESU_LISTEN is "a\nb\u{1B}[31mxxx"#))
    }

    @Test func `certificates come together or not at all`() {
        let file = #filePath
        #expect(mistakes(["JIESU_KAFKA_CA": file, "JIESU_KAFKA_CERT": file, "JIESU_KAFKA_KEY": file]) == [])
        #expect(
            mistakes(["JIESU_KAFKA_CA": file]) == [
                "JIESU_KAFKA_CERT is not set; authority, certificate and key are needed together",
                "JIESU_KAFKA_KEY is not set; authority, certificate and key are needed together",
            ])
        #expect(mistakes(["JIESU_TLS_CERT": file, "JIESU_TLS_KEY": file]) == [])
        #expect(
            mistakes(["JIESU_TLS_CERT": file])
                == ["JIESU_TLS_KEY is not set; certificate and key are needed together"])
        #expect(mistakes(["JIESU_TLS_KEY": file, "JIESU_TLS_CERT": "/no/such"]).count == 1)
        let unreadable = mistakes(["JIESU_KAFKA_CA": file, "JIESU_KAFKA_CERT": file, "JIESU_KAFKA_KEY": "/no/such"])
        #expect(unreadable.count == 1)
        #expect(unreadable[0].hasPrefix("JIESU_KAFKA_KEY is \"/no/such\"; expected the path of a file"))
    }

    @Test(arguments: [
        ("JIESU_ROUTING_BATCH", "5"), ("JIESU_ORG", "11010500"), ("JIESU_KAFKA_HOME", "/opt/kafka"),
        ("JIESU_TEST_KAFKA", "a:9092"), ("JIESU_INTAKE_SERVICE_HOST", "10.0.0.1"),
        ("JIESU_INTAKE_SERVICE_PORT_HTTP", "80"), ("JIESU_INTAKE_PORT", "tcp://10.0.0.1:80"),
        ("JIESU_INTAKE_PORT_80_TCP_ADDR", "10.0.0.1"), ("JIESUS", "x"),
    ])
    func `what is meant for another program is left alone`(name: String, value: String) {
        #expect(mistakes([name: value]) == [])
    }

    @Test(arguments: [
        ("JIESU_INTAKE_BACTH", "JIESU_INTAKE_BATCH"), ("JIESU_DATABSE_URL", "JIESU_DATABASE_URL"),
        ("JIESU_LOGLEVEL", "JIESU_LOG_LEVEL"), ("JIESU_LISTEN_PORT", nil), ("JIESU_INTAKE_WHATEVER", nil),
    ])
    func `a misspelt name is a mistake, with the one that was meant`(name: String, meant: String?) {
        let ending = meant.map { "; did you mean \($0)?" } ?? ""
        #expect(mistakes([name: "5"]) == ["\(name) is not a setting of jiesu-intake\(ending)"])
    }

    @Test func `the help lists every setting with what it takes`() {
        let help = Environment.help(program: "jiesu-intake", IntakeSettings.init)
        #expect(help.hasPrefix("jiesu-intake takes no arguments. It is set up by these environment variables:\n\n"))
        #expect(
            help.contains(
                """
                JIESU_DATABASE_URL  (required, secret)
                    the database that all services share
                    a PostgreSQL address or conninfo, such as postgresql://jiesu_intake@db.example.cn/jiesu

                """))
        #expect(
            help.contains(
                """
                JIESU_INTAKE_WAIT  (default 2ms)
                    to fill it
                    a time from 0s to 1s (a whole number and ms, s, m, h or d), such as 0s

                """))
        #expect(help.contains("JIESU_KAFKA_BROKERS  (optional)\n"))
        #expect(help.contains("JIESU_INTAKE_MODE  (default careful)\n"))
    }

    @Test func `mistakes end the process with 2`() async {
        await #expect(processExitsWith: .exitCode(2)) {
            let variables = ["JIESU_COLOUR": "red"]
            _ = Environment.orExit(program: "jiesu-intake", arguments: [], variables: variables) { _ in 0 }
        }
    }

    @Test func `arguments end the process with 2`() async {
        await #expect(processExitsWith: .exitCode(2)) {
            _ = Environment.orExit(program: "jiesu-intake", arguments: ["--port=1"], variables: [:]) { _ in 0 }
        }
    }

    @Test func `the help is printed in spite of mistakes and ends the process with 0`() async {
        let result = await #expect(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
            let variables = ["JIESU_COLOUR": "red"]
            _ = Environment.orExit(program: "jiesu-intake", arguments: ["--help"], variables: variables) { _ in 0 }
        }
        let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        #expect(output.contains("jiesu-intake takes no arguments."))
    }

    @Test func `good settings are returned`() {
        #expect(Environment.orExit(program: "jiesu-intake", arguments: [], variables: [:]) { _ in 5 } == 5)
    }
}
