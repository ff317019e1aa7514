import CaseStore
import Casework
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Telemetry
import Testing

@testable import Callback

/// Complainants are told, once each as far as we can, and their cases know of it when there is proof.
@Suite(.timeLimit(.minutes(3)))
struct NoticeTests {
    @Test func `what happens is told with number and code, on record, and the case knows of it`() async throws {
        let fixture = try await NoticeFixture()
        try await fixture.start(sms: try fixture.gateway.service(authorization: "Bearer secret"))
        let id = try await fixture.register()
        try await eventually("received") { try await fixture.standing(id) == ["received delivered 1"] }
        try await fixture.dispatch(id)
        try await eventually("told") {
            try await fixture.number("SELECT count(*) FROM jiesu.notice WHERE case_id = \(id) AND told") == 2
        }
        #expect(
            try await fixture.standing(id) == ["received delivered 1", "accepted_transferred delivered 1"])
        let messages = fixture.gateway.messages
        #expect(messages.map(\.to) == [NoticeFixture.phone, NoticeFixture.phone])
        let code = try await fixture.pool.withConnection {
            try await $0.query("SELECT (jiesu.query_codes(ARRAY[\(id)]))[1]").only().get(0, as: [UInt8].self)
        }
        let number = CaseNumber(id: id).description
        let opens = try #require(QueryCode(bytes: code)).description
        #expect(messages[0].text == "您反映的事项已登记，编号\(number)，查询码\(opens)，可在http://12345.example查询。")
        #expect(messages[1].text.contains("已受理，转由栖澜市城乡建设和城市管理局办理，期限至"), "\(messages[1].text)")
        #expect(fixture.gateway.authorizations == ["Bearer secret"])
        #expect(
            try await fixture.texts(
                """
                SELECT concat_ws(' ', payload::json ->> 'what', payload::json ->> 'means', payload::json ->> 'reached', actor)
                FROM jiesu.case_event WHERE case_id = \(id) AND kind = 'informed' ORDER BY version
                """) == ["acceptance sms true service:callback", "transfer sms true service:callback"])
        // Each look at the number is on record, and was committed before.
        #expect(
            try await fixture.number(
                """
                SELECT count(*) FROM jiesu.access_log WHERE case_id = \(id) AND purpose = 'notice' AND account IS NULL
                    AND login = 'jiesu_callback'
                """) == 2)
    }

    @Test func `without a gateway nothing is written down`() async throws {
        let fixture = try await NoticeFixture()
        let id = try await fixture.register()
        try await fixture.dispatch(id)
        #expect(try await fixture.standing(id) == [])
        // What a gateway that is taken away leaves behind stays, and nothing more comes.
        try await fixture.start(sms: try fixture.gateway.service())
        let second = try await fixture.register()
        try await eventually("told") { try await fixture.standing(second) == ["received delivered 1"] }
        await fixture.stop()
        try await fixture.start(sms: nil)
        try await fixture.dispatch(second)
        #expect(try await fixture.standing(second) == ["received delivered 1"])
    }

    @Test func `nobody is told who is anonymous; who left no way that we have fails and is somebody's to see to`()
        async throws
    {
        let fixture = try await NoticeFixture()
        try await fixture.start(sms: try fixture.gateway.service())
        let anonymous = try await fixture.register(.anonymous)
        let nameless = try await fixture.register(contact: .init(phone: NoticeFixture.phone))
        let silent = try await fixture.register(contact: nil)
        let mailed = try await fixture.register(contact: .init(name: "示例人", email: NoticeFixture.email))
        try await eventually("it failed") {
            try await fixture.standing(mailed) == ["received failed 1 no means"]
        }
        for id in [anonymous, nameless, silent] { #expect(try await fixture.standing(id) == []) }
        #expect(fixture.gateway.messages == [])
    }

    @Test func `a clock that waits for the acceptance to be told ends when its coming is reported, not before`()
        async throws
    {
        let fixture = try await NoticeFixture()
        try await fixture.start(sms: try fixture.gateway.service(), reports: true)
        // Transferred by another body: the receiver must tell within three days of taking it over.
        let id = try await fixture.register(line: "12345")
        try await fixture.dispatch(id, subject: "environment", to: "city-environment")
        try await fixture.give(.sign(Signed(organisation: "city-environment")), to: id)
        let clock: Query = """
            SELECT count(*) FROM jiesu.clock WHERE case_id = \(id) AND profile = 'p000-21' AND rule = 'ack_from_line'
            """
        try await eventually("all are sent") {
            try await fixture.standing(id) == [
                "received sent 1", "accepted_transferred sent 1", "taken_over sent 1",
            ]
        }
        #expect(try await fixture.number(clock) == 1)
        let messages = fixture.gateway.messages
        #expect(messages.count == 3)
        let transferred = try #require(messages.first { $0.text.contains("转由") }).id
        let takenOver = try #require(messages.first { $0.text.contains("已受理您反映的事项") }).id
        let routes = NoticeRoutes(
            list: NoticeList(notices: fixture.notices, book: .init(pool: fixture.pool, store: fixture.store)),
            access: .init(fixture.pool), reportToken: "0123456789abcdefghij")
        let server = Server(name: "test", listen: "127.0.0.1:0", routes: routes.all, log: .silent)
        try server.start()
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        let client = Client(port: server.port ?? 0)
        func report(_ id: String, _ delivered: Bool, token: String = "0123456789abcdefghij") async throws -> Int {
            try await client.send(
                "POST", "/api/v1/notices/reports", headers: ["Authorization": "Bearer \(token)"],
                json: ["id": .string(id), "delivered": .bool(delivered), "code": "DELIVRD"]
            ).status
        }
        #expect(try await report(takenOver, true, token: "0123456789abcdefghix") == 401)
        #expect(try await report(UUID().uuidString, true) == 404)
        #expect(try await report("x", true) == 422)
        #expect(try await report(transferred, false) == 204)
        #expect(try await fixture.number(clock) == 1)
        #expect(try await report(takenOver, true) == 204)
        #expect(try await report(takenOver, false) == 404, "delivered is delivered")
        try await eventually("the clock has ended") { try await fixture.number(clock) == 0 }
        #expect(
            try await fixture.standing(id) == [
                "received sent 1", "accepted_transferred failed 1 reported: DELIVRD", "taken_over delivered 1",
            ])
        // What nobody reports in time has failed.
        try await fixture.execute("UPDATE jiesu.notice SET next_at = clock_timestamp() WHERE state = 'sent'")
        try await eventually("it is given up") {
            try await fixture.standing(id).first == "received failed 1 no report"
        }
    }

    @Test func `a person who tells it ends the clock as ever, and no message does without proof`() async throws {
        let fixture = try await NoticeFixture()
        fixture.gateway.mood = .answers(status: 503, "")
        try await fixture.start(sms: try fixture.gateway.service())
        let id = try await fixture.register()
        try await fixture.dispatch(id, subject: "environment", to: "city-environment")
        try await fixture.give(.sign(Signed(organisation: "city-environment")), to: id)
        try await eventually("all were tried") {
            try await fixture.standing(id).map { $0.hasSuffix("waiting 1 status 503") } == [true, true, true]
        }
        let clock: Query = """
            SELECT count(*) FROM jiesu.clock WHERE case_id = \(id) AND profile = 'p000-21' AND rule = 'ack_from_line'
            """
        #expect(try await fixture.number(clock) == 1)
        try await fixture.give(
            .inform(Informed(organisation: "city-environment", what: .acceptance, means: "phone", reached: true)),
            to: id)
        #expect(try await fixture.number(clock) == 0)
    }

    @Test func `a gateway that fails, talks nonsense, is slow or refuses gets the same message again`() async throws {
        let fixture = try await NoticeFixture()
        let template = try GatewayTemplate(
            Array(
                #"{"body": {"to": "{phone}", "text": "{text}", "id": "{id}"}, "accepted": {"/code": "OK"}, "proof": "/msgid"}"#
                    .utf8))
        // It repeats the number, as many do.
        fixture.gateway.mood = .answers(status: 200, #"{"code": "LIMIT", "to": "+86\#(NoticeFixture.phone)"}"#)
        try await fixture.start(sms: try fixture.gateway.service(template, timeout: .milliseconds(500)))
        let id = try await fixture.register()
        let moods: [(TestGateway.Mood?, String)] = [
            (nil, #"not accepted: {"code": "LIMIT", "to": "+86…"}"#),
            (.answers(status: 500, "oops \(NoticeFixture.phone)"), "status 500"),
            (.answers(status: 200, "<html>"), "an answer that is no JSON"),
            (.answers(status: 302, ""), "status 302"),
            (.sleeps(.seconds(20)), "timed out"),
            (.answers(status: 200, String(repeating: "x", count: 100_000)), "malformed answer"),
        ]
        for (count, (mood, error)) in moods.enumerated() {
            if let mood {
                fixture.gateway.mood = mood
                try await fixture.hurry()
            }
            try await eventually("\(error) is written down") {
                try await fixture.standing(id) == ["received waiting \(count + 1) \(error)"]
            }
        }
        fixture.gateway.mood = .takes
        try await fixture.hurry()
        try await eventually("it came") {
            try await fixture.standing(id) == ["received delivered \(moods.count + 1)"]
        }
        #expect(fixture.gateway.messages.count == moods.count + 1)
        #expect(Set(fixture.gateway.messages.map(\.id)).count == 1, "whoever saw it may drop it")
        #expect(
            try await fixture.texts("SELECT proof FROM jiesu.notice") == ["m-\(fixture.gateway.messages[0].id)"])
        let rows = try await fixture.texts("SELECT n::text FROM jiesu.notice n")
        for text in rows + [fixture.log, fixture.metrics.text] {
            #expect(!text.contains(NoticeFixture.phone) && !text.contains("12345678") && !text.contains("秘密"))
        }
    }

    @Test func `while nobody answers it is tried at growing intervals, then a person must see to it, and may`()
        async throws
    {
        let fixture = try await NoticeFixture()
        let closed = try #require(HTTPAddress("http://127.0.0.1:1/send"))
        try await fixture.start(sms: SMSGateway(address: closed, template: .plain, authorization: nil))
        let id = try await fixture.register()
        let minutes = try await fixture.store.rulebook().notices.retryMinutes
        for (index, wait) in minutes.enumerated() {
            // While it is being tried it is out on lease, for less than half a minute.
            try await eventually("attempt \(index + 1)") {
                try await fixture.number(
                    """
                    SELECT count(*) FROM jiesu.notice WHERE state = 'waiting' AND attempts = \(index + 1)
                        AND error = 'cannot connect' AND next_at > clock_timestamp() + interval '31 seconds'
                    """) == 1
            }
            let seconds = try await fixture.number(
                "SELECT round(extract(epoch FROM next_at - clock_timestamp()))::bigint FROM jiesu.notice")
            #expect((wait * 60 - 28...wait * 60).contains(seconds), "\(seconds) s for \(wait) min")
            try await fixture.hurry()
        }
        try await eventually("it is given up") {
            try await fixture.standing(id) == ["received failed \(minutes.count + 1) cannot connect"]
        }
        try await eventually("the gauge shows it") {
            fixture.metrics.text.contains("jiesu_notices_failed 1")
        }
        await fixture.stop()
        let before = try await fixture.texts("SELECT message::text FROM jiesu.notice")
        try await fixture.start(sms: try fixture.gateway.service())
        try await fixture.execute(
            """
            INSERT INTO jiesu.account (name, title, roles, password) VALUES ('agent', 'agent', '{callback_agent}', 'x')
            """)
        #expect(try await fixture.notices.again(id, 1, account: 1))
        try await eventually("it came") { try await fixture.standing(id) == ["received delivered 1"] }
        #expect(try await fixture.texts("SELECT message::text FROM jiesu.notice") != before, "a new message")
        #expect(try await !fixture.notices.again(id, 1, account: 1), "once delivered nobody is told again")
    }

    @Test func `killed between sending and writing it down, the next one sends the same message again`() async throws {
        let fixture = try await NoticeFixture()
        try await fixture.notices.announce(sends: true)
        let id = try await fixture.register()
        // One that dies: it takes the notice and sends it.
        let claims = try await fixture.notices.claim(8, lease: .milliseconds(500))
        #expect(claims.map(\.caseID) == [id] && claims[0].contact?.phone == NoticeFixture.phone)
        #expect(try await fixture.notices.claim(8, lease: .seconds(1)).isEmpty, "nobody else takes it meanwhile")
        let gateway = try fixture.gateway.service()
        let message = Gateway.Message(
            id: claims[0].message, address: NoticeFixture.phone, title: "", number: "", text: "x")
        guard case .taken = await gateway.send(message) else {
            Issue.record("not taken")
            return
        }
        try await fixture.start(sms: gateway)
        try await eventually("it is delivered") { try await fixture.standing(id) == ["received delivered 2"] }
        #expect(fixture.gateway.messages.map(\.id) == [claims[0].message, claims[0].message])
    }

    @Test func `two senders send each message once`() async throws {
        let fixture = try await NoticeFixture()
        try await fixture.start(sms: try fixture.gateway.service())
        try await fixture.start(sms: try fixture.gateway.service())
        for _ in 0..<40 { _ = try await fixture.register() }
        try await eventually("all came") {
            try await fixture.number("SELECT count(*) FROM jiesu.notice WHERE state = 'delivered' AND told") == 40
        }
        #expect(fixture.gateway.messages.count == 40)
        #expect(Set(fixture.gateway.messages.map(\.id)).count == 40)
    }

    @Test func `what came in a round that is over changes nothing in the next`() async throws {
        let fixture = try await NoticeFixture()
        try await fixture.start(sms: try fixture.gateway.service(), reports: true)
        let id = try await fixture.register()
        try await fixture.dispatch(id)
        try await eventually("sent") { try await fixture.standing(id).count { $0.contains(" sent ") } == 2 }
        try await fixture.execute("UPDATE jiesu.case_file SET round = 2 WHERE id = \(id)")
        for message in fixture.gateway.messages {
            #expect(try await fixture.notices.report(message.id, delivered: true, code: nil))
        }
        try await eventually("both are settled") {
            try await fixture.number("SELECT count(*) FROM jiesu.notice WHERE told") == 2
        }
        #expect(try await fixture.number("SELECT count(*) FROM jiesu.case_event WHERE kind = 'informed'") == 0)
    }
}
