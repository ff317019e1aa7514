import Postgres
import Support
import Testing

/// Likely duplicates (`jiesu.like_cases`) among real messages, where they are at hand.
@Suite struct DuplicatesTests {
    @Test(.enabled(if: SharedData.file("duplicates_dev.csv") != nil, "no ../shared/data"))
    func `among real messages 90 of 100 that have a duplicate are shown one, and 80 of 100 shown are duplicates`()
        async throws
    {
        let database = try await TestDatabase.installed()
        let connection = try await database.connection()
        let messages = try Shipped.table("messages_dev.csv")
        var texts: [String: String] = [:]
        for row in messages { texts[row["id"] ?? ""] = (row["title"] ?? "") + "\n" + (row["text"] ?? "") }
        let ids = messages.map { Int64($0["id"] ?? "") ?? 0 }
        try await connection.script(
            "INSERT INTO jiesu.account (name, title, roles, password) VALUES ('measure', '接线员', '{operator}', 'x')")
        do {
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.open_text SELECT n.id, jiesu.grams(jiesu.plain(n.text))
                FROM unnest(\(ids), \(ids.map { texts[String($0)] ?? "" })) AS n (id, text)
                """)
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, accused, helpers,
                    registered_at, changed_at, head)
                SELECT id, 1, 'dispatched', 1, 'web_portal', 'named', '{p000-06@1}', '{}', '{}', '{}', '{}', now(), now(), ''
                FROM unnest(\(ids)) AS n (id)
                """)
            try await connection.script("ANALYZE jiesu.open_text")
        }
        var groups: [String: Set<Int64>] = [:]
        var related: Set<Int64> = []
        for row in try Shipped.table("duplicates_dev.csv") {
            guard let id = Int64(row["id"] ?? ""), let group = row["group_id"] else { continue }
            if row["relation"] == "same" { groups[group, default: []].insert(id) } else { related.insert(id) }
        }
        var (asked, helped, shown, right) = (0, 0, 0, 0)
        var slowest = Duration.zero
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) where group.count > 1 {
            for id in group.sorted().prefix(1) {
                let start = ContinuousClock.now
                let found = try await connection.query(
                    """
                    SELECT l.case_id FROM jiesu.account a, jiesu.like_cases(a.id, \(texts[String(id)] ?? ""), NULL, 6) l
                    WHERE a.name = 'measure'
                    """
                ).map { try $0.get(0, as: Int64.self) }.filter { $0 != id && !related.contains($0) }.prefix(5)
                slowest = max(slowest, ContinuousClock.now - start)
                asked += 1
                shown += found.count
                right += found.filter(group.contains).count
                if found.contains(where: group.contains) { helped += 1 }
            }
        }
        print("duplicates_dev: \(helped) of \(asked) shown one, \(right) of \(shown) shown right, slowest \(slowest)")
        #expect(asked > 100)
        #expect(Double(helped) >= 0.9 * Double(asked))
        #expect(Double(right) >= 0.8 * Double(shown))
    }
}
