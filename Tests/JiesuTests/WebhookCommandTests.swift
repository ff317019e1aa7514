import Casework
import Support
import Testing

/// `jiesu webhook` as it is typed.
@Suite struct WebhookCommandTests {
    private static func webhook(_ words: [String], in city: City) async throws -> BuiltProgram.Output {
        try await BuiltProgram.jiesu(["webhook"] + words + ["--data", city.folder.url.path])
    }

    @Test func `a webhook is made, shown, changed and taken away; its secret is shown once`() async throws {
        let city = try await City()
        func webhook(_ words: String...) async throws -> BuiltProgram.Output { try await Self.webhook(words, in: city) }
        #expect(try await webhook("list").lines == ["nobody has a webhook"])
        let made = try await webhook("add", "wangting-urban", "--url", "https://desk.example.cn/jiesu")
        #expect(made.status == 0 && made.lines.count == 2, "\(made)")
        #expect(made.lines[0] == "webhook\twangting-urban\thttps://desk.example.cn/jiesu")
        #expect(made.lines[1].wholeMatch(of: /secret\twhsec_[A-Za-z0-9+\/]{43}=\tshown once/) != nil)
        #expect(try await city.texts("SELECT code FROM jiesu.organisation WHERE hooked") == ["wangting-urban"])

        let moved = try await webhook("add", "wangting-urban", "--url", "http://desk.example.cn/")
        #expect(moved.lines == ["webhook\twangting-urban\thttp://desk.example.cn/"])
        let renewed = try await webhook("add", "wangting-urban", "--url", "http://desk.example.cn/", "--new-secret")
        #expect(renewed.lines.count == 2 && renewed.lines[1] != made.lines[1])
        let listed = try await webhook("list")
        #expect(
            listed.lines.count == 1 && listed.out.hasPrefix("wangting-urban\thttp://desk.example.cn/\t"), "\(listed)")
        #expect(listed.out.hasSuffix("\t0\t0\n") && !listed.out.contains("whsec"))

        #expect(try await webhook("remove", "wangting-urban").lines == ["removed"])
        #expect(try await webhook("remove", "wangting-urban").status == 1)
        #expect(
            try await city.texts("SELECT act FROM jiesu.administration ORDER BY id") == [
                "webhook_put", "webhook_put", "webhook_put", "webhook_removed",
            ])
    }

    @Test func `what was given up is listed, sent again, or dropped`() async throws {
        let city = try await City()
        func webhook(_ words: String...) async throws -> BuiltProgram.Output { try await Self.webhook(words, in: city) }
        #expect(try await webhook("add", "wangting-urban", "--url", "http://desk.example.cn/").status == 0)
        _ = try await city.pool.withConnection { connection in
            try await connection.execute(
                """
                INSERT INTO jiesu.webhook_delivery (organisation, case_id, version, state, attempts, error, next_at) VALUES
                    ('wangting-urban', 1, 3, 'dead', 8, 'status 500', NULL), ('wangting-urban', 1, 4, 'waiting', 0, NULL, NULL),
                    ('wangting-urban', 0, 7, 'dead', 8, 'timed out', NULL), ('wangting-urban', 2, 3, 'dead', 8, 'status 410', NULL)
                """)
        }
        let dead = try await webhook("dead", "wangting-urban")
        #expect(
            dead.lines.map { $0.split(separator: "\t").dropFirst().dropLast().joined(separator: " ") } == [
                "digest 7 8 timed out", "0000000014 3 8 status 500", "\(CaseNumber(id: 2)) 3 8 status 410",
            ], "\(dead)")
        #expect(try await webhook("dead", "city-health").lines == ["nothing was given up"])
        #expect(try await webhook("drop", "wangting-urban", "0000000014", "3").lines == ["dropped"])
        #expect(try await webhook("drop", "wangting-urban", "digest", "7").lines == ["dropped"])
        #expect(try await webhook("drop", "wangting-urban", "digest", "7").status == 1)
        #expect(
            try await webhook("retry", "wangting-urban").lines == ["2 are sent now, each followed by what it held up"])
        #expect(try await webhook("retry", "city-health").status == 1)
        #expect(
            try await city.texts(
                """
                SELECT concat_ws(' ', case_id, version, state, attempts, next_at <= clock_timestamp())
                FROM jiesu.webhook_delivery ORDER BY case_id
                """) == ["1 4 waiting 0 t", "2 3 waiting 0 t"])
    }

    @Test(arguments: [
        ["add", "wangting-urban"], ["add", "wangting-urban", "--url", "ftp://x"],
        ["add", "wangting-urban", "--url", "https://user:password@x/"],
        ["add", "wangting-urben", "--url", "http://x/"],
        ["list", "x"], ["drop", "wangting-urban", "1", "1"], ["drop", "wangting-urban", "0000000014", "x"], ["shout"],
        ["remove", "wangting-urban", "--url", "http://x/"],
    ])
    func `what is typed wrongly is 2`(words: [String]) async throws {
        let outcome = try await Self.webhook(words, in: try await City.shared())
        #expect(outcome.status == 2 && outcome.err.hasPrefix("jiesu: "), "\(outcome)")
    }
}
