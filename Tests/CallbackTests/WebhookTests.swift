import CaseStore
import Casework
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Testing

@testable import Callback

/// Organisations hear by POST what goes to their inbox: signed, in the order of each case, again until it is taken.
@Suite(.timeLimit(.minutes(3)))
struct WebhookTests {
    @Test func `what goes to the inbox is POSTed from then on, signed, in the order of each case, and nothing else is`()
        async throws
    {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        let before = try await fixture.cases(1)[0]
        let secret = try await fixture.hook(receiver.url)
        fixture.start()
        let mine = try await fixture.cases(3)
        _ = try await fixture.cases(1, of: "city-health")
        for id in mine { try await fixture.sign(id) }
        try await fixture.sign(before)
        try await eventually("all came") { try await fixture.waiting() == 0 }

        for id in mine {
            let told = try await fixture.told(id)
            #expect(told.count >= 2)
            #expect(receiver.versions(of: id) == told)
        }
        #expect(receiver.versions(of: before) == (try await fixture.told(before).suffix(1)))
        #expect(Set(receiver.received.map(\.caseID)) == Set(mine + [before]))
        let request = try #require(receiver.received.first { $0.json["type"] == "jiesu.case.dispatched" })
        #expect(request.line == "POST /hook?of=x HTTP/1.1")
        #expect(request.headers["host"] == "127.0.0.1:\(receiver.port)")
        #expect(request.headers["content-type"] == "application/cloudevents+json; charset=utf-8")
        #expect(request.json["specversion"] == "1.0" && request.json["datacontenttype"] == "application/json")
        #expect(request.json["id"]?.string == request.headers["webhook-id"])
        #expect(request.json["id"]?.string == "1:\(request.caseID):\(request.version)")
        #expect(request.json["data"] == ["lead": "city-urban", "helpers": []])
        let hash = try await fixture.texts(
            """
            SELECT encode(hash, 'hex') FROM jiesu.case_event
            WHERE case_id = \(request.caseID) AND version = \(Int32(request.version))
            """)
        #expect(request.json["hash"]?.string == hash.first)

        let time = try #require(request.headers["webhook-timestamp"].flatMap { Double($0) })
        #expect(abs(Date().timeIntervalSince1970 - time) < 300)
        let signed = "\(request.headers["webhook-id"] ?? "").\(Int(time)).\(request.body)"
        let signature = try await fixture.texts(
            """
            SELECT 'v1,' || encode(jiesu.hmac(convert_to(\(signed), 'UTF8'), \(secret), 'sha256'), 'base64')
            """)
        #expect(secret.count == 32 && request.headers["webhook-signature"] == signature.first)
    }

    @Test func `the signature is the one of the Standard Webhooks' own example`() async throws {
        let fixture = try await WebhookFixture()
        try await fixture.hook("http://127.0.0.1:1/")
        let secret = Array(try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
        try await fixture.execute("UPDATE jiesu.webhook SET secret = \(secret)")
        let signatures = try await fixture.webhooks.signatures(
            of: WebhookFixture.organisation,
            ["x", #"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#])
        #expect(signatures.last == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `without a webhook nothing is written down, and none is left when one is taken away`() async throws {
        let fixture = try await WebhookFixture()
        _ = try await fixture.cases(1)
        #expect(try await fixture.waiting() == 0)
        try await fixture.hook("http://127.0.0.1:1/")
        let id = try await fixture.cases(1)[0]
        #expect(try await fixture.waiting() > 0)
        try await fixture.execute("SELECT jiesu.remove_webhook(\(WebhookFixture.organisation))")
        try await fixture.sign(id)
        #expect(try await fixture.waiting() == 0)
    }

    @Test func `a receiver that fails holds up the case, and gets the same again, in order`() async throws {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        receiver.mood = .answers("HTTP/1.1 503 Busy")
        try await fixture.hook(receiver.url)
        fixture.start()
        let ids = try await fixture.cases(2)
        for id in ids { try await fixture.sign(id) }
        try await eventually("both were tried") {
            try await fixture.standing() == ["waiting 1 status 503", "waiting 1 status 503"]
        }
        let tried = receiver.received
        #expect(tried.count == 2 && Set(tried.map(\.caseID)) == Set(ids), "later ones wait")
        let next = try await fixture.number(
            """
            SELECT count(*) FROM jiesu.webhook_delivery
            WHERE next_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '5 seconds'
            """)
        #expect(next == 2, "five seconds later it is tried again")

        receiver.mood = HookReceiver.takes
        try await eventually("all came") {
            try await fixture.hurry()
            return try await fixture.waiting() == 0
        }
        for id in ids {
            let told = try await fixture.told(id)
            #expect(receiver.versions(of: id) == [told[0]] + told)
            let same = Set(
                receiver.received.filter { $0.caseID == id && $0.version == told[0] }.map { $0.headers["webhook-id"] })
            #expect(same.count == 1)
        }
    }

    @Test(arguments: [
        (HookReceiver.Mood.answers("HTTP/1.1 302 Found\r\nLocation: /elsewhere"), "status 302"),
        (.answers("HTTP/1.1 410 Gone"), "status 410"), (.answers("nonsense"), "malformed answer"),
        (.answers("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 100_000))"), "malformed answer"),
        (.hangsUp, "connection closed"), (.sleeps(3), "timed out"),
    ])
    func `whoever redirects, refuses, talks nonsense, hangs up or is silent has not taken it`(
        mood: HookReceiver.Mood, error: String
    ) async throws {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        receiver.mood = mood
        try await fixture.hook(receiver.url)
        fixture.start(timeout: .seconds(1))
        _ = try await fixture.cases(1)
        try await eventually("it was tried") { try await fixture.standing() == ["waiting 1 \(error)"] }
        await fixture.stop()
        #expect(receiver.received.allSatisfy { $0.line.hasPrefix("POST /hook?of=x ") }, "redirections are not followed")
    }

    @Test func `after eight attempts it is given up, counted, and sent again by hand, before what it held up`()
        async throws
    {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        receiver.mood = .answers("HTTP/1.1 500 x")
        try await fixture.hook(receiver.url)
        fixture.start()
        let id = try await fixture.cases(1)[0]
        try await fixture.sign(id)
        try await fixture.exhaust()
        #expect(try await fixture.standing() == ["dead 8 status 500"])
        #expect(receiver.received.count == 8 && Set(receiver.received.map(\.version)).count == 1)
        try await eventually("it is counted") {
            fixture.metrics.text.contains(#"jiesu_webhook_rows{state="dead"} 1"#)
        }
        #expect(fixture.log.contains("given up") && !fixture.log.contains("/hook"), "an address may hold a secret")

        receiver.mood = HookReceiver.takes
        try await fixture.execute(
            """
            UPDATE jiesu.webhook_delivery SET state = 'waiting', attempts = 0, next_at = clock_timestamp() WHERE state = 'dead'
            """)
        try await eventually("all came") { try await fixture.waiting() == 0 }
        #expect(receiver.versions(of: id).suffix(2) == (try await fixture.told(id).suffix(2)))
    }

    @Test func `what is dropped by hand lets its case go on`() async throws {
        let fixture = try await WebhookFixture()
        try await fixture.hook("http://127.0.0.1:1/")
        let id = try await fixture.cases(1)[0]
        try await fixture.sign(id)
        let told = try await fixture.told(id)
        fixture.start()
        try await fixture.exhaust()
        #expect(try await fixture.standing() == ["dead 8 cannot connect"])
        await fixture.stop()
        let query: Query = "SELECT jiesu.webhook_done('city-urban', \(id), \(Int32(told[0])))::int"
        #expect(try await fixture.number(query) == 1)
        #expect(try await fixture.number(query) == 0)
        #expect(try await fixture.standing() == ["waiting 0"])
    }

    @Test func `a receiver that is slow holds up no other organisation`() async throws {
        let fixture = try await WebhookFixture()
        let (slow, quick) = (try HookReceiver(), try HookReceiver())
        slow.mood = .sleeps(20)
        try await fixture.hook(slow.url, of: "city-urban")
        try await fixture.hook(quick.url, of: "city-health")
        fixture.start(timeout: .seconds(15))
        _ = try await fixture.cases(10)
        try await eventually("the slow one is sent to") { !slow.received.isEmpty }
        let started = ContinuousClock.now
        let ids = try await fixture.cases(10, of: "city-health")
        try await eventually("the quick one has all") {
            try await fixture.number("SELECT count(*) FROM jiesu.webhook_delivery WHERE organisation = 'city-health'")
                == 0
        }
        #expect(Set(quick.received.map(\.caseID)) == Set(ids))
        #expect(.now - started < .seconds(14) && slow.received.count <= 8, "\(slow.received.count)")
    }

    @Test func `whoever dies while sending leaves it to the next, who sends the same again`() async throws {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        try await fixture.hook(receiver.url)
        let id = try await fixture.cases(1)[0]
        let work = try #require(
            try await fixture.webhooks.claim(of: WebhookFixture.organisation, most: 8, lease: .milliseconds(500)))
        #expect(work.url == receiver.url && work.claims.map(\.event.caseID) == [id])
        // It is ours: nobody else takes it meanwhile.
        #expect(
            try await fixture.webhooks.claim(of: WebhookFixture.organisation, most: 8, lease: .seconds(9))?.claims
                .isEmpty == true)
        fixture.start()
        try await eventually("it came") { try await fixture.waiting() == 0 }
        // Who comes too late with a failure changes nothing.
        try await fixture.webhooks.failed(work.claims[0], error: "late", retryIn: nil)
        #expect(receiver.versions(of: id) == (try await fixture.told(id)))
    }

    @Test func `however appending and sending meet, all comes, in order, and nothing stays behind`() async throws {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        try await fixture.hook(receiver.url)
        fixture.start()
        let ids = try await fixture.cases(6)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    try await fixture.sign(id)
                    for number in 0..<8 {
                        try await fixture.give(
                            .note(Noted(organisation: WebhookFixture.organisation, note: number)), to: id)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await eventually("all came") { try await fixture.waiting() == 0 }
        for id in ids {
            let told = try await fixture.told(id)
            #expect(told.count >= 10 && receiver.versions(of: id) == told)
        }
    }

    @Test func `https goes through the proxy that is set, with its whole address, and without one nowhere`()
        async throws
    {
        let fixture = try await WebhookFixture()
        let proxy = try HookReceiver()
        try await fixture.hook("https://desk.example.cn/jiesu?k=v")
        fixture.start()
        _ = try await fixture.cases(1)
        try await eventually("it was tried") { try await fixture.standing() == ["waiting 1 https wants a proxy"] }
        await fixture.stop()
        fixture.start(proxy: proxy.port)
        try await eventually("it came") {
            try await fixture.hurry()
            return try await fixture.waiting() == 0
        }
        let request = try #require(proxy.received.first)
        #expect(request.line == "POST https://desk.example.cn/jiesu?k=v HTTP/1.1")
        #expect(request.headers["host"] == "desk.example.cn")
    }

    @Test func `the daily digest comes too`() async throws {
        let fixture = try await WebhookFixture()
        let receiver = try HookReceiver()
        try await fixture.hook(receiver.url)
        try await fixture.execute("INSERT INTO jiesu.simulation (at) VALUES ('2026-03-01 10:00+08')")
        _ = try await fixture.cases(1, of: "city-health")
        try await fixture.execute("UPDATE jiesu.simulation SET at = '2026-03-02 00:00+08'")
        #expect(try await Digests.seal(pool: fixture.pool).made == 1)
        fixture.start()
        try await eventually("it came") { try await fixture.waiting() == 0 }
        let last = try #require(try await Digests.verify(pool: fixture.pool).last)
        let digest = try #require(receiver.received.first?.json)
        #expect(receiver.received.count == 1)
        #expect(digest["type"] == "jiesu.digest" && digest["id"] == "1:digest:1" && digest["subject"] == nil)
        #expect(digest["data"]?["day"]?.string == last.day && digest["data"]?["hash"]?.string == last.hash)
    }

    @Test func `what is due is found by indexes among much that waits`() async throws {
        let fixture = try await WebhookFixture()
        try await fixture.hook("http://127.0.0.1:1/")
        let owner = try await fixture.database.connection()
        try await owner.script(
            """
            INSERT INTO jiesu.webhook_delivery (organisation, case_id, version, next_at)
            SELECT 'city-urban', n / 4, n % 4 + 1, CASE WHEN n % 4 = 0 THEN clock_timestamp() + interval '1 hour' END
            FROM generate_series(4, 40000) AS n;
            ANALYZE jiesu.webhook_delivery; BEGIN
            """)
        _ = try await owner.query(
            """
            SELECT d.next_at FROM jiesu.webhook_delivery d WHERE d.organisation = 'city-urban' AND d.next_at <= statement_timestamp()
            ORDER BY d.next_at LIMIT 1
            """)
        _ = try await owner.query("SELECT jiesu.webhook_done('city-urban', 17, 1)")
        _ = try await owner.query("SELECT jiesu.queue_webhooks('{city-urban,city-urban}', '{17,50000}', '{9,1}')")
        let scans = try await owner.query(
            "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'webhook_delivery'"
        ).only().get(0, as: Int64.self)
        #expect(scans == 0)
        let times = try await owner.query(
            """
            SELECT concat_ws(' ', case_id, version, next_at IS NOT NULL) FROM jiesu.webhook_delivery
            WHERE (case_id, version) IN ((17, 2), (17, 9), (50000, 1)) ORDER BY case_id, version
            """
        ).map { try $0.get(0, as: String.self) }
        #expect(times == ["17 2 t", "17 9 f", "50000 1 t"])
        await owner.close()
    }
}
