import Casework
import Kafka
import Lifecycle
import Postgres
import Support
import Telemetry

@testable import CaseStore

/// An embedded broker that a fixture's database points to, and what was read from it.
struct Wire {
    let fixture: Fixture
    let broker: EmbeddedBroker
    let watch: BrokerWatch

    static let organisations = ["city-urban", "city-transport"]

    /// A broker with the topics, and the next generation of the database.
    init(_ fixture: Fixture) async throws {
        self.fixture = fixture
        broker = try EmbeddedBroker(
            topics: [(Destination.cases.topic, 12), (Destination.digests.topic, 1)]
                + Self.organisations.map { (Destination.inbox($0).topic, 1) },
            log: .silent)
        try await fixture.execute("SELECT jiesu.raise_generation()")
        try await fixture.execute(
            """
            INSERT INTO jiesu.broker (address) VALUES (\(broker.bootstrap))
            ON CONFLICT (only_row) DO UPDATE SET address = excluded.address
            """)
        watch = BrokerWatch(pool: fixture.pool, settings: KafkaSettings(brokers: ""), log: .silent)
    }

    var settings: KafkaSettings { KafkaSettings(brokers: broker.bootstrap) }

    func relay() throws -> Relay {
        Relay(settings: try fixture.database.settings, watch: watch, metrics: Metrics(), log: .silent)
    }

    func consumer(_ worker: Worker, metrics: Metrics = Metrics()) -> CaseConsumer<Worker> {
        CaseConsumer(worker, store: fixture.store, watch: watch, metrics: metrics, log: .silent)
    }

    /// Runs services until `condition` holds, then stops them; fails after a minute.
    func run(_ services: [any Service], until condition: () async throws -> Bool) async throws {
        let tasks = ([watch] + services).map { service in Task { try await service.run() } }
        defer { for task in tasks { task.cancel() } }
        try await eventually("the condition of the run holds", condition)
        for task in tasks.reversed() {
            task.cancel()
            try await task.value
        }
    }

    /// Everything on a topic, from its beginning to its end.
    func read(_ destination: Destination) async throws -> [IncomingMessage] {
        let reader = try Reader(settings, topic: destination.topic, from: .beginning, log: .silent)
        try await reader.open()
        var messages: [IncomingMessage] = []
        while await !reader.atEnd { messages += try await reader.next(max: 1000, within: .milliseconds(200)) }
        await reader.close()
        return messages
    }
}
