/// `jiesu topics`
enum TopicsCommand: OperatorCommand {
    static let name = "topics"
    static let synopsis = "[--replication N] [--principal FORM] [--services PRINCIPAL ...] [--data DIR]"
    static let summary = "makes the topics on the Kafka cluster, and who may use them; what exists stays as it is"
    static let details = """
        Where the cluster has an authorizer, an organisation's certificate may then read the organisation's inbox and the daily
        digests, in consumer groups whose names begin with `jiesu.inbox.CODE.`, and nothing else. What a disabled organisation
        was allowed is taken back. What others may do with these topics is shown and stays: `other`. Safe to repeat, and to be
        repeated when an organisation was added or disabled.
          --principal  how the cluster calls the certificate of an organisation, with {org} for the code: default User:{org}, which
                       wants `ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/` there; without such a rule it is User:CN={org}
          --services   what the cluster calls a certificate of the city's own services, such as User:jiesu: these may read and write
                       all topics of the suite
        It takes a certificate that may make topics and rules: JIESU_KAFKA_CA, JIESU_KAFKA_CERT and JIESU_KAFKA_KEY.
        """
    static let options = [Reach.option, .value("replication"), Rights.option, .list("services")]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        _ = try arguments.positional()
        let replication = try arguments.number("replication", in: 1...9, default: 0)
        let principals = try Rights.Principals(arguments)
        let services = arguments.list("services")
        for service in services { try Rights.Principals.check(service, option: "--services") }
        let reach = try Reach(arguments)
        let pool = try reach.pool()
        let wanted = try await Topics.wanted(pool)
        let kafka = try await reach.kafka(pool)
        let made = try await Topics.make(
            wanted, at: kafka, replication: replication == 0 ? nil : replication, log: reach.log)
        for topic in wanted {
            print("\(topic.name)\t\(topic.partitions)\t\(made.contains(topic.name) ? "made" : "there")")
        }
        guard reach.namesKafka else { return 0 }
        let rights = try await Rights.wanted(by: pool, principals, services: services)
        let plan = try await rights.put(at: kafka, log: reach.log)
        for line in plan.map({ $0.lines + $0.others }) ?? [Rights.noAuthorizer] { print(line) }
        return 0
    }
}
