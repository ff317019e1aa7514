import Casework
import Kafka
import Lifecycle
import Postgres
import Support
import Synchronization
import Telemetry
import Testing

@testable import CaseStore

/// Death at each step between a decision and its message, and what it must not cost: nothing lost, nothing twice in the
/// tables, and on the wire only repetitions that a reader knows by case and version.
struct KillPointTests {
    /// A worker whose first batch loses its database connection after deciding, before the commit.
    private final class Dying: Caseworker {
        private let worker: Worker
        private let killer: @Sendable (Int32) async throws -> Void
        private let hasDied = Mutex(false)

        init(worker: Worker, killer: @escaping @Sendable (Int32) async throws -> Void) {
            self.worker = worker
            self.killer = killer
        }

        var service: String { worker.service }
        var states: Set<State> { worker.states }
        var wakesOn: Set<Event.Kind> { worker.wakesOn }

        func owed(after last: Int64, limit: Int) -> Query { worker.owed(after: last, limit: limit) }

        func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
            let isFirst = hasDied.withLock { hasDied in
                defer { hasDied = true }
                return !hasDied
            }
            if isFirst { try await killer(connection.processID) }
            return try await worker.orders(for: cases, rules: rules, on: connection)
        }
    }

    @Test func deathBeforeTheCommitLeavesNothingBehind() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(5)
        let dying = Dying(worker: .classification) { process in
            _ = try await fixture.number("SELECT pg_terminate_backend(\(process)::int)::int::bigint")
        }
        await #expect(throws: (any Error).self) { try await fixture.store.work(dying, on: ids) }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event") == 5)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 5)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 0)
        #expect(try await fixture.store.work(dying, on: ids).done == 5)
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: 5, events: 10))
    }

    @Test func deathAfterTheCommitBeforeTheMessageIsMadeUpForByTheRelay() async throws {
        let fixture = try await Fixture()
        let ids = try await fixture.register(20)
        let wire = try await Wire(fixture)
        // The generation was raised after these were registered: jiesu.cases is not refilled, its readers sweep.
        let more = try await fixture.register(20, prefix: "m")
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 20)
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        let subjects = try await wire.read(.cases).map { $0.header("ce_subject") }
        #expect(Set(subjects) == Set(more.map { "\($0)" }))
        #expect(subjects.count == more.count)
        #expect(try await fixture.store.owed(to: Worker.classification, after: 0, limit: 100) == (ids + more).sorted())
    }

    @Test func aRelayThatLosesItsDatabaseInFlightSendsAgainAndReadersKnowIt() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        // One batch goes through first, so that the topics are known and the next one is produced at once.
        var ids = try await fixture.register(10)
        let relays = [try wire.relay(), try wire.relay()]
        var hasKilled = false
        try await wire.run(relays) {
            guard try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 else { return false }
            guard !hasKilled else { return true }
            // The broker has the messages and acknowledges nothing: the rows are not deleted yet.
            wire.broker.setRoundTrip(.seconds(5))
            ids += try await fixture.register(300, prefix: "more")
            var leader: Int64?
            try await eventually("the relay has waited for the broker for a second") {
                leader = try await fixture.numbers(
                    """
                    SELECT pid::bigint FROM pg_stat_activity WHERE state = 'idle' AND query = 'SELECT 1' AND pid IN (
                        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                    """
                ).first
                return leader != nil
            }
            #expect(try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 300)
            _ = try await fixture.number("SELECT pg_terminate_backend(\(leader)::int)::int::bigint")
            hasKilled = true
            wire.broker.setRoundTrip(.zero)
            return false
        }
        let messages = try await wire.read(.cases)
        let seen = Set(messages.map { "\($0.header("ce_subject") ?? ""):\($0.header("ce_caseversion") ?? "")" })
        #expect(seen == Set(ids.map { "\($0):1" }))
        // What is the same event is the same to the byte.
        let byID = Dictionary(grouping: messages) { $0.header("ce_id") }
        #expect(
            byID.values.allSatisfy {
                Set($0.map { $0.header("ce_hash") }).count == 1 && Set($0.map(\.value)).count == 1
            })
        #expect(byID.count == ids.count)
        #expect(messages.count > ids.count, "nothing was in flight when the relay lost its database")
    }

    @Test func deathBeforeTheOffsetIsCommittedRepeatsTheWorkWithoutEffect() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        _ = try await fixture.register(40)
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        // The first consumer does the work and its offsets are refused, as if it had died before committing them.
        wire.broker.refuse(.offsetCommit, with: Array(repeating: 25, count: 4))
        try await wire.run([wire.consumer(.classification)]) {
            try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE kind = 'classified'") == 40
        }
        // Each refusal that is left would cost the second one a rebalance with a member that is dead.
        wire.broker.refuseNoMore(.offsetCommit)
        let handled = try await fixture.number("SELECT count(*) FROM jiesu.case_event")
        // The second one gets everything again, and behind it, in every partition, something new.
        let new = Set(try await fixture.register(24, prefix: "n"))
        let seen = Mutex<Set<Int64>>([])
        let watching = Worker(service: "classification", owes: .registered, wakesOn: [.registered]) { file in
            seen.withLock { _ = $0.insert(file.id) }
            return .classify(Finding(nature: "complaint", subject: "urban_construction", urgency: "ordinary"))
        }
        let metrics = Metrics()
        try await wire.run([try wire.relay(), wire.consumer(watching, metrics: metrics)]) {
            // Nothing waits in any partition, so all that was delivered once has come again and was looked at.
            let lags = metrics.text.split(separator: "\n").filter { $0.hasPrefix("jiesu_consumer_lag{") }
            guard lags.count == 12, lags.allSatisfy({ $0.hasSuffix(" 0") }) else { return false }
            return try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
        }
        #expect(seen.withLock { $0 } == new)
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event") == handled + 48)
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: 64, events: 128))
    }

    @Test func deathBetweenTheMessageAndItsDeletionSendsEachAgainUnderTheSameName() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await fixture.register(50)
        // The relay delivers, and then cannot delete.
        let holder = try await fixture.database.connection()
        try await holder.script("BEGIN; LOCK TABLE jiesu.outbox IN SHARE MODE")
        let hasKilled = Mutex(false)
        try await wire.run([try wire.relay(), try wire.relay()]) {
            let stuck = try await fixture.numbers(
                """
                SELECT pid::bigint FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DELETE FROM jiesu.outbox%'
                """)
            if let leader = stuck.first, !hasKilled.withLock({ $0 }) {
                _ = try await fixture.number("SELECT pg_terminate_backend(\(leader)::int)::int::bigint")
                hasKilled.withLock { $0 = true }
                try await holder.script("ROLLBACK")
            }
            guard hasKilled.withLock({ $0 }) else { return false }
            return try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0
        }
        await holder.close()
        let messages = try await wire.read(.cases)
        let byID = Dictionary(grouping: messages) { $0.header("ce_id") }
        #expect(Set(messages.map { $0.header("ce_subject") }) == Set(ids.map { "\($0)" }))
        #expect(byID.count == ids.count)
        #expect(byID.values.allSatisfy { $0.count == 2 && $0[0].value == $0[1].value })
    }

    @Test func anOrganisationsTopicThatIsMissingWaitsAloneAndIsFilledInOrder() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let ids = try await fixture.register(6)
        _ = try await fixture.store.work(Worker.classification, on: ids)
        let elsewhere = Worker(service: "routing", owes: .classified, wakesOn: [.classified]) { _ in
            .dispatch(Dispatched(lead: "city-urban", helpers: ["city-health"]))
        }
        _ = try await fixture.store.work(elsewhere, on: ids)
        try await wire.run([try wire.relay()]) {
            try await fixture.number("SELECT count(*) FROM jiesu.outbox WHERE NOT set_aside") == 0
        }
        #expect(
            try await fixture.number("SELECT count(*) FROM jiesu.outbox WHERE topic = 'jiesu.inbox.city-health'") == 6)
        #expect(try await wire.read(.inbox("city-urban")).count == 6)
        // Linked cases tell their organisations: a second event of each case waits behind the first.
        let perform = try await fixture.store.perform(
            ids.dropFirst().map { id in
                CaseStore.Addressed(
                    caseID: id,
                    command: Command(
                        id: "link", seen: .round(1), by: .complainant, order: .link(Linked(earlier: ids[0]))))
            })
        #expect(perform.count == 5)
        try wire.broker.createTopic(Destination.inbox("city-health").topic, partitions: 1)
        try await wire.run([try wire.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        let versions = try await wire.read(.inbox("city-health")).map {
            "\($0.header("ce_subject") ?? ""):\($0.header("ce_caseversion") ?? "")"
        }
        #expect(versions == ids.map { "\($0):4" } + ids.dropFirst().map { "\($0):5" })
    }

    /// A worker that, once, stops in the middle of its transaction until it is let go on.
    private final class Pausing: Caseworker {
        private let worker: Worker
        private let state = Mutex((isInside: false, mayGo: false))

        init(worker: Worker) { self.worker = worker }

        var service: String { worker.service }
        var states: Set<State> { worker.states }
        var wakesOn: Set<Event.Kind> { worker.wakesOn }
        var isInside: Bool { state.withLock { $0.isInside } }

        func letGo() { state.withLock { $0.mayGo = true } }

        func owed(after last: Int64, limit: Int) -> Query { worker.owed(after: last, limit: limit) }

        func orders(for cases: [Case], rules: Rulebook, on connection: Connection) async throws -> [Int64: Order] {
            state.withLock { $0.isInside = true }
            try await eventually("it may go on", within: .seconds(120)) { state.withLock { $0.mayGo } }
            return try await worker.orders(for: cases, rules: rules, on: connection)
        }
    }

    @Test func aRebalanceInTheMiddleOfTheWorkDoesNothingTwice() async throws {
        let fixture = try await Fixture()
        let wire = try await Wire(fixture)
        let pausing = Pausing(worker: .classification)
        let slow = CaseConsumer(
            pausing, store: fixture.store, watch: wire.watch, metrics: Metrics(), log: .silent)
        let (leaving, staying) = (Metrics(), Metrics())
        let tasks = [
            Task { try await wire.watch.run() }, Task { try await wire.relay().run() },
            Task { try await slow.run() },
            Task { try await wire.consumer(.classification, metrics: staying).run() },
        ]
        let second = Task { try await wire.consumer(.classification, metrics: leaving).run() }
        defer { for task in tasks + [second] { task.cancel() } }
        func partitions(_ metrics: Metrics) -> Int {
            metrics.text.split(separator: "\n").count { $0.hasPrefix("jiesu_consumer_lag{") }
        }
        try await eventually("three share the partitions") { partitions(leaving) == 4 && partitions(staying) == 4 }

        // One holds its cases locked and undecided; another leaves; the third is given what the first is at.
        let total = 240
        _ = try await fixture.register(total)
        try await eventually("one is in the middle of it") { pausing.isInside }
        second.cancel()
        try await second.value
        try await eventually("another was given the same work") {
            try await fixture.number(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query LIKE '%FOR NO KEY UPDATE OF f%'
                """) > 0
        }
        pausing.letGo()
        try await eventually("everything is classified") {
            try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE kind = 'classified'") == total
        }
        for task in tasks.reversed() {
            task.cancel()
            try await task.value
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event") == Int64(2 * total))
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.parked") == 0)
        #expect(try await Audit.verify(pool: fixture.pool) == Audit.Report(chains: total, events: 2 * total))
    }

    @Test func aBrokerThatComesBackEmptyIsMadeUpForByTheTablesAndTheNextGeneration() async throws {
        let fixture = try await Fixture()
        let old = try await Wire(fixture)
        let ids = try await fixture.register(30)
        try await old.run([try old.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        // What the old broker held goes with it.
        old.broker.close()
        let new = try await Wire(fixture)
        try await new.run([try new.relay(), new.consumer(.classification), new.consumer(.routing)]) {
            let undone = try await fixture.number(
                """
                SELECT (SELECT count(*) FROM jiesu.case_file WHERE state <> 'dispatched') + (SELECT count(*) FROM jiesu.outbox)
                """)
            return undone == 0
        }
        #expect(
            try await new.read(.inbox("city-urban")).compactMap { $0.header("ce_subject") }.sorted()
                == ids.map { "\($0)" }.sorted())
        // Once more empty: the inboxes are filled again, under the next generation.
        new.broker.close()
        let third = try await Wire(fixture)
        try await third.run([try third.relay()]) { try await fixture.number("SELECT count(*) FROM jiesu.outbox") == 0 }
        let again = try await third.read(.inbox("city-transport"))
        #expect(Set(again.compactMap { $0.header("ce_subject") }) == Set(ids.map { "\($0)" }))
        #expect(Set(again.compactMap { $0.header("ce_source") }) == ["/jiesu/4"])
    }
}
