import Access
import Casework
import CaseStore
import Postgres
import Support
import Testing

@testable import Intake

/// What an operator is told while the caller speaks.
@Suite struct SuggestionTests {
    private func registered(_ text: String, in intake: IntakeFixture, region: String? = nil) async throws -> Int64 {
        let outcomes = try await CaseStore(pool: intake.pool).register([
            Registration(
                key: IntakeFixture.key(), request: [], line: "12345", actor: .complainant, channel: "phone_hotline",
                identity: .anonymous, text: text, region: region)
        ])
        guard case .registered(let receipt) = outcomes[0] else { throw StoreError.unreadable("\(outcomes)") }
        return receipt.number.id
    }

    @Test(arguments: [true, false])
    func `urgent kinds are warned of and open cases of the same matter are shown and linked`(javaScript: Bool)
        async throws
    {
        let intake = try await IntakeFixture()
        let earlier = try await registered("槐荫里三号楼楼道煤气泄漏，气味很大，请马上派人", in: intake)
        let other = try await registered("公园里的长椅坏了，希望修理", in: intake)
        _ = try await intake.number("SELECT jiesu.index_texts(100)")
        let name = try await OperatorPagesTests().account(intake, "operator")
        let home = "http://127.0.0.1:\(intake.port)"
        let number = CaseNumber(id: earlier).description
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open(home + "/operator")
            try await browser.type(name, into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.type("煤气泄漏，槐荫里三号楼楼道里气味很大", into: "#text")
            if !javaScript { try await browser.follow("#ask") }
            #expect(try await browser.text(of: "#assist [role=alert]").contains("紧急事项（煤气泄漏"))
            #expect(try await browser.text(of: "#assist [role=alert]").contains("紧急事项答复时限：20"))
            #expect(try await browser.text(of: "#likely").contains(number))
            #expect(try await browser.text(of: "#likely").contains("“槐荫里三号楼楼道”"), "what both say")
            #expect(try await !browser.text(of: "#likely").contains(CaseNumber(id: other).description))
            #expect(try await browser.faults(of: "operator-suggestions", judged: javaScript) == [])
            if javaScript {
                try await browser.click("#likely button")
                #expect(
                    try await browser.run("arguments[0](document.getElementById('earlier').value)").string == number)
            } else {
                try await browser.follow("#likely button")
            }
            try await browser.click("#identity-1")
            try await browser.follow(OperatorPagesTests.send)
            let new = try #require(CaseNumber(try await browser.text(of: "#number")))
            #expect(
                try await intake.number(
                    "SELECT count(*) FROM jiesu.case_file WHERE id = \(new.id) AND earlier = \(earlier)")
                    == 1)
        }
        let looks = try await intake.number(
            "SELECT count(*) FROM jiesu.access_log WHERE case_id = \(earlier) AND purpose = 'likeness'")
        #expect(looks == 1, "on record, once an hour")
    }

    @Test func `no closed case, none of elsewhere and none about the operator's own organisation is likely`()
        async throws
    {
        let intake = try await IntakeFixture()
        let store = IntakeStore(pool: intake.pool)
        let text = "柳坝路路灯坏了十几盏，晚上看不见路"
        let ids = [
            try await registered(text, in: intake), try await registered(text, in: intake),
            try await registered(text, in: intake), try await registered(text, in: intake, region: "tongdu"),
        ]
        _ = try await intake.number("SELECT jiesu.index_texts(100)")
        try await intake.script(
            """
            UPDATE jiesu.case_file SET state = 'closed' WHERE id = \(ids[1]);
            UPDATE jiesu.case_file SET accused = '{city-hotline}' WHERE id = \(ids[2]);
            INSERT INTO jiesu.account (name, title, organisation, roles, password)
            VALUES ('hotline', '接线员', 'city-hotline', '{operator}', 'x');
            """)
        let account = Int64(try await intake.number("SELECT id FROM jiesu.account WHERE name = 'hotline'"))
        let session = Session(account: account, organisation: "city-hotline", roles: ["operator"])
        let rules = try await CaseStore(pool: intake.pool).rulebook()
        func like(_ regions: [String]?) async throws -> Set<Int64> {
            Set(try await store.cases(like: text, in: regions, for: session, rules).map(\.number.id))
        }
        #expect(try await like(nil) == [ids[0], ids[3]])
        #expect(try await like(["wangting"]) == [ids[0]])
        let little = try await store.cases(like: "路灯", in: nil, for: session, rules)
        #expect(little.isEmpty, "too little to be like anything")
        _ = try await intake.number("SELECT count(jiesu.drop_texts(0, 100))")
        #expect(try await intake.number("SELECT count(*) FROM jiesu.open_text") == 3, "what is closed is dropped")
    }
}
