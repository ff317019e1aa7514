import Access
import CaseStore
import Casework
import Foundation
import Postgres
import Support
import Testing
import WorkingTime

/// Who may name deputies, and from when until when they are ones.
@Suite struct DeputyTests {
    private typealias Person = (id: Int64, name: String, password: String)

    private func standsIn(_ person: Person, _ fixture: AccessFixture) async throws -> [Command.Absent] {
        let json: String = try await fixture.pool.withConnection { connection in
            try await connection.query("SELECT jiesu.stands_in(\(person.id))").only().get(0)
        }
        return try Command.Absent.list(json)
    }

    private func moments(_ hours: ClosedRange<Int64>) -> (Moment, Moment) {
        func moment(_ hours: Int64) -> Moment {
            Moment(microseconds: (Int64(Date().timeIntervalSince1970) + hours * 3600) * 1_000_000)
        }
        return (moment(hours.lowerBound), moment(hours.upperBound))
    }

    @Test func `a leader names a colleague, who stands in between the two days and not before or after`() async throws {
        let fixture = try await AccessFixture.shared()
        let store = try await fixture.deskStore("city-urban")
        let leader = try await fixture.account(of: "city-urban", roles: ["leader"])
        let officer = try await fixture.account(of: "city-urban")
        let token = try #require(try await store.logIn(name: leader.name, password: leader.password)).token
        for (hours, isNow) in [(Int64(-2)...Int64(-1), false), (1...2, false), (-1...1, true)] {
            let (from, until) = moments(hours)
            let outcome = try await store.withDeputies(token) {
                try await $0.name(officer.name, for: leader.name, from: from, until: until)
            }
            #expect(outcome == .done)
            let expected = isNow ? [Command.Absent(account: leader.id, roles: ["leader"])] : []
            #expect(try await standsIn(officer, fixture) == expected, "\(hours)")
        }
        // Sent again it is the same one; what is over is not shown.
        let (from, until) = moments(-1...1)
        for _ in 0..<2 {
            _ = try await store.withDeputies(token) {
                try await $0.name(officer.name, for: leader.name, from: from, until: until)
            }
        }
        let all = try await store.withDeputies(token) { try await $0.all() }
        #expect((2...3).contains(all.count) && all.allSatisfy { $0.isMine && $0.deputy.name == officer.name })
        for one in all { #expect(try await store.withDeputies(token) { try await $0.end(one.id) }) }
        #expect(try await standsIn(officer, fixture).isEmpty)
        #expect(try await store.withDeputies(token) { try await $0.end(all[0].id) } == false, "it has ended")
    }

    @Test func `nobody names a deputy for somebody else but an administrator of the centre, and none from elsewhere`()
        async throws
    {
        let fixture = try await AccessFixture.shared()
        let centre = try fixture.store(as: "jiesu_routing")
        let leader = try await fixture.account(of: "city-urban", roles: ["leader"])
        let officer = try await fixture.account(of: "city-urban")
        let stranger = try await fixture.account(of: "city-health", roles: ["leader", "admin"])
        let admin = try await fixture.account(of: nil, roles: ["admin"])
        let (from, until) = moments(-1...1)
        func named(_ deputy: Person, for absent: String, by person: Person) async throws -> Deputies.Outcome {
            let token = try #require(try await centre.logIn(name: person.name, password: person.password)).token
            return try await centre.withDeputies(token) {
                try await $0.name(deputy.name, for: absent, from: from, until: until)
            }
        }
        #expect(try await named(officer, for: leader.name, by: officer) == .notAllowed)
        #expect(try await named(officer, for: leader.name, by: stranger) == .notAllowed)
        #expect(try await named(officer, for: "nobody", by: officer) == .notAllowed, "names are not told")
        #expect(try await named(stranger, for: leader.name, by: admin) == .unknownDeputy)
        #expect(try await named(leader, for: leader.name, by: admin) == .unknownDeputy)
        #expect(try await named(officer, for: "nobody", by: admin) == .unknownAbsent)
        #expect(try await named(officer, for: leader.name, by: admin) == .done)
        #expect(try await standsIn(officer, fixture).map(\.account) == [leader.id])
        // Whoever may not log in any more has no deputy either.
        _ = try await fixture.pool.withConnection { try await Accounts(on: $0).disable(leader.name) }
        #expect(try await standsIn(officer, fixture).isEmpty)
    }

    @Test func `an order keeps for whom its sender stood in when it was given`() async throws {
        let fixture = try await AccessFixture()
        let leader = try await fixture.account(of: "city-urban", roles: ["leader"])
        let officer = try await fixture.account(of: "city-urban")
        let desk = try await fixture.desk("city-urban")
        let id = try await fixture.newCase(lead: "city-urban")
        let (from, until) = moments(-1...1)
        let outcome = try await fixture.pool.withConnection { connection in
            try await Deputies(on: connection, token: nil).name(
                officer.name, for: leader.name, from: from, until: until)
        }
        #expect(outcome == .done)
        try await desk.script(
            "INSERT INTO jiesu.command (case_id, id, kind, round, account, payload) VALUES (\(id), '1', 'x', 1, \(officer.id), '{}')"
        )
        try await fixture.execute("UPDATE jiesu.deputy SET ended_at = jiesu.clock()")
        try await desk.script(
            "INSERT INTO jiesu.command (case_id, id, kind, round, account, payload) VALUES (\(id), '3', 'x', 1, \(officer.id), '{}')"
        )
        let kept = try await fixture.pool.withConnection { connection in
            try await connection.query(
                """
                SELECT jiesu.stood_in(c.account, jiesu.given_at(c.received_at, c.xmin), c.xmin) FROM jiesu.command c ORDER BY id
                """)
        }.map { try Command.Absent.list(try $0.get(0)).map(\.account) }
        #expect(kept == [[leader.id], []])
    }
}
