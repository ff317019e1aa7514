import Casework
import CaseStore
import Kafka

/// `jiesu topics`
enum TopicsCommand: OperatorCommand {
    static let name = "topics"
    static let synopsis = "[--replication N] [--data DIR]"
    static let summary = "makes the topics on the Kafka cluster; those that exist stay as they are"
    static let options = [Reach.option, .value("replication")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let replication = try arguments.number("replication", in: 1...9, default: 0)
        let reach = try Reach(arguments)
        let pool = try reach.pool()
        let wanted = try await Topics.wanted(pool)
        let admin = try Admin(try await reach.kafka(pool), log: reach.log)
        let existing = try await admin.topics()
        for topic in wanted {
            if let partitions = existing[topic.name], partitions != topic.partitions,
                topic.name == Destination.cases.topic
            {
                throw CommandFailure(
                    "\(topic.name) has \(partitions) partitions, the database says \(topic.partitions)",
                    hint: "a shard is a partition: make the topic anew with \(topic.partitions)")
            }
        }
        let missing = wanted.filter { existing[$0.name] == nil }
        try await admin.createTopics(
            missing.map {
                Admin.Topic($0.name, partitions: $0.partitions, replication: replication == 0 ? nil : replication)
            })
        for topic in wanted {
            print("\(topic.name)\t\(topic.partitions)\t\(existing[topic.name] == nil ? "made" : "there")")
        }
        return 0
    }
}
