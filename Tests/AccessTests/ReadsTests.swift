import Access
import Casework
import Foundation
import Postgres
import Support
import Testing
import WorkingTime

/// Who may see who read what.
@Suite struct ReadsTests {
    private static let period = ReadQuestion(
        from: Moment(microseconds: 0), until: Moment(iso8601: "2999-01-01T00:00:00+08:00")!)

    private func token(_ store: AccessStore, _ account: (id: Int64, name: String, password: String)) async throws
        -> String
    {
        try #require(try await store.logIn(name: account.name, password: account.password)).token
    }

    @Test
    func
        `leaders see what was read of their cases, auditors of all, others nothing; and never of a complaint about them`()
        async throws
    {
        let fixture = try await AccessFixture()
        let (desk, other) = (try await fixture.deskStore("city-urban"), try await fixture.deskStore("city-health"))
        let centre = try fixture.store(as: "jiesu_routing")
        let officer = try await fixture.account(of: "city-urban")
        let dispatcher = try await fixture.account(of: nil, roles: ["dispatcher"])
        let leader = try await fixture.account(of: "city-urban", roles: ["leader"])
        let cases = [
            try await fixture.newCase(lead: "city-urban"), try await fixture.newCase(lead: "city-health"),
            try await fixture.newCase(lead: "city-health", helpers: ["city-urban"]),
            try await fixture.newCase(lead: "city-urban", accused: ["city-urban"]),
        ]
        func read(_ id: Int64, _ account: Int64, _ store: AccessStore, of organisation: String?) async throws {
            let session = Session(account: account, organisation: organisation, roles: [])
            _ = try #require(try await store.ticket(for: session, case: id, purpose: "handling"))
        }
        try await read(cases[0], officer.id, desk, of: "city-urban")
        for id in cases { try await read(id, dispatcher.id, centre, of: nil) }

        func seen(_ account: (id: Int64, name: String, password: String), _ store: AccessStore) async throws -> [Int64]
        {
            try await store.reads(Self.period, for: try await token(store, account), limit: 100).map(\.caseID).sorted()
        }
        #expect(try await seen(leader, desk) == [cases[0], cases[0], cases[2]])
        #expect(try await seen(officer, desk) == [])
        #expect(
            try await seen(try await fixture.account(of: "city-health", roles: ["leader"]), other) == [
                cases[1], cases[2],
            ])
        #expect(try await seen(try await fixture.account(of: nil, roles: ["auditor"]), centre).count == 5)
        #expect(try await seen(try await fixture.account(of: nil, roles: ["admin", "operator"]), centre) == [])
        // An organisation's auditor at the centre sees all but what is about it, at its desk what it has a part in.
        let auditor = try await fixture.account(of: "city-urban", roles: ["auditor"])
        #expect(try await seen(auditor, centre) == [cases[0], cases[0], cases[1], cases[2]])
        #expect(try await seen(auditor, desk) == [cases[0], cases[0], cases[2]])
        let newcomer = try await fixture.account(of: nil, roles: ["auditor"], isNew: true)
        #expect(try await seen(newcomer, centre) == [], "with a first password nothing is seen")
        #expect(try await desk.reads(Self.period, for: "nonsense", limit: 100).isEmpty)

        let rows = try await desk.reads(Self.period, for: try await token(desk, leader), limit: 100)
        let mine = try #require(rows.first { $0.account == officer.id })
        #expect(mine.name == officer.name && mine.title == "测试员" && mine.organisation == "city-urban")
        #expect(mine.purpose == "handling" && mine.caseID == cases[0])
    }

    @Test func `pages follow each other without a gap, and case, account and period narrow them`() async throws {
        let fixture = try await AccessFixture()
        let store = try fixture.store(as: "jiesu_routing")
        let people = [
            try await fixture.account(of: nil, roles: ["dispatcher"]),
            try await fixture.account(of: nil, roles: ["dispatcher"]),
        ]
        let auditor = try await fixture.account(of: nil, roles: ["auditor"])
        let cases = [try await fixture.newCase(lead: nil), try await fixture.newCase(lead: nil)]
        for number in 0..<23 {
            let session = Session(account: people[number % 2].id, organisation: nil, roles: [])
            _ = try await store.ticket(for: session, case: cases[number % 3 == 0 ? 0 : 1], purpose: "handling")
        }
        let token = try await token(store, auditor)
        var all: [Int64] = []
        var question = Self.period
        while true {
            let page = try await store.reads(question, for: token, limit: 5)
            guard let last = page.last else { break }
            all += page.map(\.id)
            question.before = last.id
        }
        #expect(all.count == 23 && all == all.sorted(by: >))
        var narrow = Self.period
        narrow.caseID = cases[0]
        #expect(try await store.reads(narrow, for: token, limit: 100).count == 8)
        narrow.account = people[0].id
        #expect(try await store.reads(narrow, for: token, limit: 100).count == 4)
        var past = Self.period
        past.until = Moment(microseconds: Int64(Date.now.timeIntervalSince1970 - 3600) * 1_000_000)
        #expect(try await store.reads(past, for: token, limit: 100).isEmpty)
    }
}
