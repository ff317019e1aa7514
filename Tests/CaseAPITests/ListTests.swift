import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Postgres
import Support
import Testing

/// Lists that go on: by key, so that nothing is passed over or shown twice.
struct ListTests {
    private func pages(_ book: any CaseBook, _ list: CaseList) async throws -> [[Int64]] {
        var (list, pages) = (list, [[Int64]]())
        repeat {
            let page = try await book.cases(list, for: nil)
            pages.append(page.cases.map(\.row.file.id))
            list.after = page.next.flatMap { CaseList.Key($0.text) }
        } while list.after != nil && pages.count < 20
        return pages
    }

    @Test func `every case stands on exactly one page, those without an end last`() async throws {
        let fixture = try await DeskFixture()
        let ids = try await fixture.dispatched(7).sorted()
        // Two due at the same moment, three without an end.
        for (index, id) in ids.enumerated() {
            let due: Int64? = index < 4 ? Int64(max(1, index)) * 1_000_000 : nil
            _ = try await fixture.pool.withConnection {
                try await $0.execute("UPDATE jiesu.case_file SET limit_at = jiesu.moment(\(due)) WHERE id = \(id)")
            }
        }
        let books: [any CaseBook] = [
            CentreBook(pool: fixture.pool, store: fixture.store), try fixture.desk("city-urban"),
        ]
        for book in books {
            #expect(try await pages(book, CaseList(limit: 3)).flatMap(\.self) == ids)
            #expect(try await pages(book, CaseList(limit: 7)) == [ids], "a full page that is the last says so")
            #expect(try await pages(book, CaseList(lead: "city-health", limit: 3)) == [[]])
        }
        // What comes to the front meanwhile moves nothing.
        let centre = CentreBook(pool: fixture.pool, store: fixture.store)
        let first = try await centre.cases(CaseList(limit: 3), for: nil)
        _ = try await fixture.dispatched(1)
        _ = try await fixture.pool.withConnection {
            try await $0.execute(
                "UPDATE jiesu.case_file SET limit_at = to_timestamp(0) WHERE id = (SELECT max(id) FROM jiesu.case_file)"
            )
        }
        let second = try await centre.cases(CaseList(after: first.next, limit: 3), for: nil)
        #expect(second.cases.map(\.row.file.id) == Array(ids[3..<6]))
        for text in ["", "x", "1", "1-x", "none-", "-1-1", "none--1"] { #expect(CaseList.Key(text) == nil, "\(text)") }
    }

    @Test func `the centre's list is read from its index in order`() async throws {
        let fixture = try await DeskFixture()
        _ = try await fixture.dispatched(3)
        let connection = try await fixture.database.connection()
        try await connection.script("SET enable_seqscan = off; SET enable_sort = off")
        let plan = try await connection.query(
            """
            EXPLAIN SELECT f.id FROM jiesu.case_file f WHERE f.state NOT IN ('closed', 'withdrawn', 'redirected', 'refused')
            AND (coalesce(f.limit_at, 'infinity'), f.id) > ('2026-01-01'::timestamptz, 1) ORDER BY coalesce(f.limit_at, 'infinity'), f.id
            LIMIT 100
            """
        ).map { try $0.get(0, as: String.self) }.joined(separator: "\n")
        #expect(plan.contains("case_file_open") && plan.contains("Index Cond") && !plan.contains("Sort"), "\(plan)")
        await connection.close()
    }

    @Test(arguments: [true, false])
    func `what the rules would not decide a dispatcher decides with two keys`(javaScript: Bool) async throws {
        let site = try await WorkPagesTests.Site()
        let outcomes = try await site.fixture.store.register([
            Registration(
                key: "doubt", request: [], line: "12345", actor: .complainant, channel: "phone_hotline",
                identity: .anonymous, text: "路灯和公交站")
        ])
        guard case .registered(let receipt) = outcomes[0] else {
            Issue.record("\(outcomes)")
            return
        }
        let finding = Finding(
            nature: "complaint", subject: nil, urgency: "ordinary",
            reasons: [
                .init(about: "subject", code: "urban_construction", score: 3, words: ["路灯"]),
                .init(about: "subject", code: "transport", score: 2.5, words: ["公交"]),
            ])
        _ = try await site.fixture.store.perform([
            .init(
                caseID: receipt.number.id,
                command: Command(
                    id: "doubt", seen: .version(1), by: .service("classification"),
                    order: .requestJudgement(.init(reason: "close_subjects", finding: finding))))
        ])
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(site.ports.centre)/dispatch")
            try await browser.type("dispatcher", into: "#name")
            try await browser.type("a good password", into: "#password")
            try await browser.follow("main button")
            try await browser.follow(".ways a")
            #expect(try await browser.faults(of: "dispatch-doubtful", judged: javaScript) == [])
            try await browser.follow("td a")
            #expect(try await browser.text(of: "#proposal").contains("有两个分类同样可能"))
            #expect(try await browser.text(of: "#proposal").contains("交通运输（公交）"))
            #expect(try await browser.faults(of: "dispatch-proposal", judged: javaScript) == [])
            try await browser.click("#dispatch summary")
            try await browser.click("#dispatch details summary")
            #expect(try await browser.faults(of: "dispatch-organisations", judged: javaScript) == [])
            try await browser.open(try await browser.address())
            // An arrow chooses the second, Enter decides.
            try await browser.press("\u{E015}\u{E007}")
            #expect(try await browser.text(of: "[role=status]") == "已办：重新分类。")
        }
        let subject = try await site.fixture.number(
            "SELECT count(*) FROM jiesu.case_file WHERE id = \(receipt.number.id) AND subject = 'transport'")
        #expect(subject == 1)
    }
}
