import Foundation
import JSON
import Kafka
import Lifecycle
import Postgres

/// `jiesu tail`
enum TailCommand: OperatorCommand {
    static let name = "tail"
    static let synopsis = "TOPIC [--from beginning] [--until-end] [--data DIR]"
    static let summary = "prints a topic's events as JSON lines"
    static let details = """
        From now on, or from the beginning, until Ctrl-C; with --until-end it stops where the topic ends. A value that is no
        JSON is printed as text in `data`. An embedded broker that was started again is read from the beginning.
        """
    static let options = [Reach.option, .value("from"), .flag("until-end")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let topic = try arguments.positional("TOPIC")[0]
        if let from = arguments.text("from"), from != "beginning" {
            throw Arguments.Mistake(message: "--from knows only \"beginning\"")
        }
        let reach = try Reach(arguments)
        let pool = try reach.pool()
        var settings = try await reach.kafka(pool)
        let known = try await Admin(settings, log: reach.log).topics()
        guard known[topic] != nil else {
            throw CommandFailure(
                "there is no topic \(topic)", hint: "there are: \(known.keys.sorted().joined(separator: ", "))")
        }
        var reader = try Reader(
            settings, topic: topic, from: arguments.has("from") ? .beginning : .end, log: reach.log)
        try await reader.open()
        while true {
            let next = ContinuousClock.now + .seconds(1)
            repeat {
                for message in try await messages(reader) {
                    try StandardOutput.write(line(message) + "\n")
                }
                if arguments.has("until-end"), await reader.atEnd { return 0 }
            } while ContinuousClock.now < next
            guard let current = try await address(reach, pool), current != settings else { continue }
            Jiesu.complain("the broker was started again; what it has now is read from the beginning")
            await reader.close()
            settings = current
            reader = try Reader(settings, topic: topic, from: .beginning, log: reach.log)
        }
    }

    /// What came; nothing while the broker is away.
    private static func messages(_ reader: Reader) async throws -> [IncomingMessage] {
        do {
            return try await reader.next(max: 500, within: .milliseconds(200))
        } catch let error where error.isRetriable {
            await sleep(for: .milliseconds(200))
            return []
        }
    }

    /// Where the broker is now; `nil` while the database is away.
    private static func address(_ reach: Reach, _ pool: Pool) async throws -> KafkaSettings? {
        do {
            return try await reach.kafka(pool)
        } catch let error as PostgresError where error.isRetriable {
            return nil
        }
    }

    private static func line(_ message: IncomingMessage) -> String {
        var members: JSONObject = [
            "topic": .string(message.topic), "partition": .int(Int64(message.partition)),
            "offset": .int(message.offset),
        ]
        for header in message.headers { members[header.name] = .string(String(decoding: header.value, as: UTF8.self)) }
        if let value = message.value {
            do throws(JSONError) {
                members["data"] = try JSON.parse(value)
            } catch {
                members["data"] = .string(String(decoding: value, as: UTF8.self))
            }
        }
        return JSON.object(members).text
    }
}
