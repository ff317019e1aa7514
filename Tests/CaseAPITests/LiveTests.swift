import Casework
import HTTP
import JSON
import Kafka
import Postgres
import Support
import Testing

@testable import Desk

/// What a desk hears at once, over real sockets and under the desks' own log-ins.
@Suite(.timeLimit(.minutes(2)))
struct LiveTests {
    private func number(_ id: Int64) -> JSON { .string(CaseNumber(id: id).description) }

    /// The numbers of the cases that were sent to the desk, as the next so many events tell them.
    private func dispatched(_ count: Int, _ listener: EventListener) async throws -> [JSON?] {
        var numbers: [JSON?] = []
        while numbers.count < count, let heard = try await listener.next() {
            if heard.name == "dispatched" { numbers.append(heard.data["number"]) }
        }
        return numbers
    }

    @Test func `what the centre does reaches the desk that it concerns and nobody else's`() async throws {
        let fixture = try await DeskFixture()
        let urban = try await LiveDesk(fixture)
        let health = try await LiveDesk(fixture, "city-health", account: "stranger")
        let listeners = (urban.listener(), health.listener())
        try await listeners.0.listen()
        try await listeners.1.listen()
        let first = try await fixture.dispatched(1)[0]
        let heard = try #require(try await listeners.0.next())
        #expect(heard.name == "dispatched")
        #expect(heard.data["number"] == number(first))
        #expect(heard.data["kind"] == "dispatched")
        #expect(heard.data["state"] == "dispatched")
        #expect(heard.data["state_title"] == "已转办")
        #expect(heard.data["version"]?.int == 4)
        #expect(heard.data["at"]?.string?.hasSuffix("+08:00") == true)
        #expect(heard.data.object?.count == 6, "codes and times, nothing else")
        let second = try await fixture.dispatched(1, to: "city-health")[0]
        #expect(try await dispatched(1, listeners.1) == [number(second)], "the first that they hear of is their own")
        for listener in [listeners.0, listeners.1] {
            let everything = await listener.everything
            #expect(!everything.contains("秘密") && !everything.contains("000-0000"))
            await listener.close()
        }
        try await urban.stop()
        try await health.stop()
    }

    @Test func `what happens after the answer has begun is heard, though nothing was said yet`() async throws {
        let fixture = try await DeskFixture()
        let desk = try await LiveDesk(fixture)
        let listener = desk.listener()
        try await listener.connect()
        let ids = try await fixture.dispatched(1)
        #expect(try await dispatched(1, listener) == ids.map(number))
        await listener.close()
        try await desk.stop()
    }

    @Test func `who comes back with the last id hears what it missed, once and in order`() async throws {
        let fixture = try await DeskFixture()
        let desk = try await LiveDesk(fixture)
        let listener = desk.listener()
        try await listener.listen()
        var ids = try await fixture.dispatched(1)
        var heard = try await dispatched(1, listener)
        for _ in 0..<3 {
            await listener.close()
            ids += try await fixture.dispatched(3)
            try await listener.connect()
            ids += try await fixture.dispatched(1)
            heard += try await dispatched(4, listener)
        }
        #expect(heard == ids.map(number))
        // The desk itself may have been started anew meanwhile.
        try await desk.stop()
        ids = try await fixture.dispatched(2)
        let again = try await LiveDesk(fixture)
        let later = again.listener()
        await later.forget(lastID: await listener.lastID)
        try await later.connect()
        #expect(try await dispatched(2, later) == ids.map(number))
        await later.close()
        try await again.stop()
    }

    @Test func `an event whose transaction ends late is neither missed nor told twice`() async throws {
        let fixture = try await DeskFixture()
        let desk = try await LiveDesk(fixture)
        let (staying, returning) = (desk.listener(), desk.listener())
        let early = try await fixture.dispatched(1)[0]
        try await staying.listen()
        try await returning.listen()
        let slow = try await fixture.database.connection()
        try await slow.script("BEGIN")
        _ = try await slow.execute(
            """
            INSERT INTO jiesu.case_event (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
            SELECT case_id, 99, 'late', 'x', actor, round, policy, at, told, payload, hash FROM jiesu.case_event
            WHERE case_id = \(early) AND kind = 'dispatched'
            """)
        let between = try await fixture.dispatched(1)[0]
        for listener in [staying, returning] { #expect(try await dispatched(1, listener) == [number(between)]) }
        await returning.close()
        try await slow.script("COMMIT")
        await slow.close()
        #expect(try await staying.next()?.name == "late")
        try await returning.connect()
        #expect(try await returning.next()?.name == "late")
        let last = try await fixture.dispatched(1)[0]
        for listener in [staying, returning] {
            #expect(try await listener.next()?.data["number"] == number(last))
            await listener.close()
        }
        try await desk.stop()
    }

    @Test(arguments: ["1:1:", "999999999999:999999999999:", "nonsense", "7:8:9", "0000000017"])
    func `who missed too much, or says what nobody understands, is told to look anew`(id: String) async throws {
        let fixture = try await DeskFixture()
        if id == "1:1:" { _ = try await fixture.dispatched(NewsBook.most + 1) }
        let desk = try await LiveDesk(fixture)
        let listener = desk.listener()
        await listener.forget(lastID: id)
        try await listener.connect()
        #expect(try await listener.next() == .init(name: "reset", data: [:]))
        // And goes on from there.
        let next = try await fixture.dispatched(1)[0]
        #expect(try await dispatched(1, listener) == [number(next)])
        await listener.close()
        try await desk.stop()
    }

    @Test func `a message in the inbox wakes at once`() async throws {
        let fixture = try await DeskFixture()
        let broker = try EmbeddedBroker(topics: [("jiesu.inbox.city-urban", 1)], log: .silent)
        try await point(fixture, to: broker.bootstrap)
        var pace = LiveNews.Pace.quick
        pace.sweep = .seconds(3600)
        let desk = try await LiveDesk(fixture, pace: pace)
        let listener = desk.listener()
        try await listener.listen()
        let producer = try Producer(KafkaSettings(brokers: broker.bootstrap), log: .silent)
        for _ in 0..<3 {
            let id = try await fixture.dispatched(1)[0]
            // What it says does not matter.
            #expect(await producer.send([.init(topic: "jiesu.inbox.city-urban", key: [], value: nil)]) == [nil])
            #expect(try await dispatched(1, listener) == [number(id)])
        }
        producer.abandon()
        await listener.close()
        try await desk.stop()
    }

    @Test func `with a dead broker the tables are enough`() async throws {
        let fixture = try await DeskFixture()
        try await point(fixture, to: "127.0.0.1:1")
        let desk = try await LiveDesk(fixture)
        let listener = desk.listener()
        try await listener.listen()
        let id = try await fixture.dispatched(1)[0]
        #expect(try await dispatched(1, listener) == [number(id)])
        await listener.close()
        try await desk.stop()
    }

    private func point(_ fixture: DeskFixture, to address: String) async throws {
        _ = try await fixture.pool.withConnection {
            try await $0.execute("INSERT INTO jiesu.broker (address) VALUES (\(address))")
        }
    }

    @Test func `nobody listens without a log-in, and a stream ends so that the log-in is looked at again`() async throws
    {
        let fixture = try await DeskFixture()
        var pace = LiveNews.Pace.quick
        (pace.beat, pace.lifetime) = (.milliseconds(20), .milliseconds(200))
        let desk = try await LiveDesk(fixture, pace: pace)
        #expect(try await Client(port: desk.port).send("GET", "/api/v1/events").status == 401)
        let listener = desk.listener()
        #expect(try await listener.connect().contains("Content-Type: text/event-stream"))
        try await listener.heartbeat()
        #expect(try await listener.next() == nil, "the stream has ended")
        _ = try await fixture.pool.withConnection {
            try await $0.execute("UPDATE jiesu.log_in SET ended_at = clock_timestamp()")
        }
        try await eventually("the ended log-in is noticed") { try await listener.connect().contains(" 401 ") }
        try await desk.stop()
    }

    @Test func `a stop of the desk ends its streams completely`() async throws {
        let fixture = try await DeskFixture()
        let desk = try await LiveDesk(fixture)
        let listener = desk.listener()
        try await listener.listen()
        try await desk.stop()
        #expect(try await listener.next() == nil)
    }
}
