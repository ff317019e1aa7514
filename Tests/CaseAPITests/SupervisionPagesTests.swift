import CaseAPI
import CaseStore
import Casework
import Postgres
import Support
import Testing
import WorkingTime

/// Supervision where it is ordered and where it is answered.
@Suite struct SupervisionPagesTests {
    private static func give(_ orders: [Order], to id: Int64, in fixture: DeskFixture) async throws {
        for order in orders {
            let command = Command(
                id: TestBroker.uniqueName(), seen: .round(1), by: .service("test"), order: order)
            _ = try await fixture.store.perform([.init(caseID: id, command: command)])[0].get()
        }
    }

    /// Answered, called back on and satisfied: closed.
    private static let closing: [Order] = [
        .sign(Signed(organisation: "city-urban")),
        .reply(Replied(organisation: "city-urban", to: .complainant, form: "oral", outcome: "explained")),
        .callBack(
            CalledBack(by: .centre, form: "phone", outcome: .reached),
            Rated(by: .agent, resolved: true, satisfaction: .satisfied)),
    ]

    @Test func `an order that still runs is on the lists, also of a closed case, until it was found sufficient`()
        async throws
    {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(3)
        try await Self.give([.supervise(reason: "leader")], to: ids[0], in: fixture)
        try await Self.give([.supervise(reason: "leader")] + Self.closing, to: ids[1], in: fixture)
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        let (desk, other) = (try fixture.desk("city-urban"), try fixture.desk("city-health"))
        func listed() async throws -> [[Int64]] {
            [
                try await centre.supervised(for: nil, limit: 10),
                try await desk.supervised(for: "city-urban", limit: 10),
                try await other.supervised(for: "city-health", limit: 10),
            ].map { $0.map(\.row.file.id) }
        }
        #expect(try await listed() == [[ids[0], ids[1]], [ids[0], ids[1]], []])
        #expect(try await centre.view(ids[1], for: nil)?.row.file.state == .closed)
        // Answered it still runs; reviewed and sufficient it ends.
        try await Self.give(
            [.answerSupervision(SupervisionAnswered(organisation: "city-urban", order: 1))], to: ids[1], in: fixture)
        #expect(try await listed()[0] == [ids[0], ids[1]])
        try await Self.give([.reviewSupervision(SupervisionReviewed(order: 1))], to: ids[1], in: fixture)
        #expect(try await listed() == [[ids[0]], [ids[0]], []])
        // However many cases there are, the list is found by an index of its own.
        for query in [
            "EXPLAIN SELECT * FROM jiesu.case_file f WHERE f.supervised_until IS NOT NULL ORDER BY f.supervised_until LIMIT 10",
            "EXPLAIN SELECT * FROM jiesu.my_case f WHERE f.supervised_until IS NOT NULL ORDER BY f.supervised_until LIMIT 10",
        ] as [Query] {
            let plan: [String] = try await fixture.pool.transaction { connection in
                _ = try await connection.execute("SET LOCAL enable_seqscan = off")
                _ = try await connection.execute("SET LOCAL enable_bitmapscan = off")
                return try await connection.query(query).map { try $0.get(0) }
            }
            #expect(plan.contains { $0.contains("case_file_supervised") }, "\(plan)")
        }
    }

    @Test(arguments: [true, false])
    func `a supervisor sees what runs, what was escalated, and how many there should be before giving the order`(
        javaScript: Bool
    ) async throws {
        let site = try await WorkPagesTests.Site()
        let fixture = site.fixture
        let ids = try await fixture.dispatched(3)
        try await Self.give([.supervise(reason: "media")] + Self.closing, to: ids[0], in: fixture)
        // Three were accepted last month, so one should be supervised this month.
        _ = try await fixture.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.report_fact (case_id, round, latest, state, registered_at, accepted_at, limited, missed, supervised)
                SELECT id, 1, true, 'signed', now(), date_trunc('month', jiesu.clock() AT TIME ZONE 'Asia/Shanghai')
                    AT TIME ZONE 'Asia/Shanghai' - interval '9 days', true, '{}', false
                FROM unnest(\(ids)) AS id
                """)
        }
        let fired = Event.escalated(
            ClockFired(profile: "p000-06", clock: "supervision:1", step: 100, due: 0, to: "leader", act: .report))
        _ = try await fixture.pool.withConnection {
            try await $0.execute(
                """
                INSERT INTO jiesu.case_event (case_id, version, kind, command, actor, round, policy, at, told, payload, hash)
                VALUES (\(ids[1]), 99, 'escalated', 'test', 'service:test', 1, 'p000-06@1', jiesu.clock(), '{}', \(fired.payload), '')
                """)
        }
        try await Browser.with(javaScript: javaScript) { browser in
            let centre = "http://127.0.0.1:\(site.ports.centre)/dispatch"
            try await browser.open(centre)
            try await browser.type("supervisor", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.open("\(centre)/supervision")
            #expect(try await browser.text(of: "main").contains("已达到"))
            #expect(try await browser.text(of: "main").contains(CaseNumber(id: ids[0]).description))
            #expect(try await browser.text(of: "main").contains("媒体关注"))
            #expect(try await browser.faults(of: "supervision", judged: javaScript) == [])
            try await browser.open("\(centre)/escalations")
            #expect(try await browser.text(of: "tbody").contains("分管领导"))
            #expect(try await browser.faults(of: "escalations", judged: javaScript) == [])
            try await browser.follow("td a")
            try await browser.click("#supervise summary")
            #expect(try await browser.text(of: "#supervise .hint").contains("本月已督办 1 件，应不少于 1 件"))
            #expect(try await browser.text(of: "#supervise .hint").contains("已达到应督办数"))
            try await browser.type("领导要求", into: "#supervise-reason")
            try await browser.follow("#supervise button")
            try await browser.open("\(centre)/cases/\(CaseNumber(id: ids[2]))")
            try await browser.click("#supervise summary")
            #expect(try await browser.text(of: "#supervise .hint").contains("已超过应督办数"))
            #expect(try await browser.faults(of: "supervise", judged: javaScript) == [])
        }
    }
}
