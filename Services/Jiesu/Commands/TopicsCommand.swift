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
        let made = try await Topics.make(
            wanted, at: try await reach.kafka(pool), replication: replication == 0 ? nil : replication, log: reach.log)
        for topic in wanted {
            print("\(topic.name)\t\(topic.partitions)\t\(made.contains(topic.name) ? "made" : "there")")
        }
        return 0
    }
}
