import Postgres
import Support
import Testing

@testable import Routing

/// What is deleted when it is old enough, and what of it stays: by the functions of the database, as the service's own role.
@Suite struct CleaningTests {
    private let city: City
    private let cleaning: Cleaning

    init() async throws {
        city = try await City()
        cleaning = Cleaning(pool: try city.pool(as: "jiesu_routing"), log: .silent)
    }

    /// Case 1 is at its end with all that is owed to it done; case 2 is open.
    private func cases() async throws {
        try await run(
            """
            INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, accused, helpers,
                course, registered_at, changed_at, head, reported)
            SELECT n.id, 1, n.state, 1, 'web_portal', 'named', '{}', '{}', '{}', '{}', '{}', '{}', now(), now(), '', 1
            FROM (VALUES (1, 'closed'), (2, 'signed')) AS n (id, state)
            """)
    }

    private func run(_ query: Query) async throws {
        _ = try await city.pool.withConnection { try await $0.execute(query) }
    }

    private func account() async throws -> Int {
        try await city.number(
            "INSERT INTO jiesu.account (name, title, roles, password) VALUES ('x', 'x', '{admin}', 'x') RETURNING id")
    }

    @Test func `log-ins that ended a month ago go, the others stay`() async throws {
        let account = try await account()
        for (number, (ended, expires)) in [
            ("31 days", "1 day"), ("29 days", "1 day"), ("-", "31 days"), ("-", "29 days"), ("-", "-1 days"),
        ].enumerated() {
            try await run(
                """
                INSERT INTO jiesu.log_in (hash, account, kind, ended_at, expires_at) VALUES (\([UInt8(number)]), \(account),
                    'session', now() - nullif(\(ended), '-')::interval, now() - \(expires)::interval)
                """)
        }
        #expect(try await cleaning.purge("log_ins") == 2)
        #expect(try await cleaning.purge("log_ins") == 0)
        #expect(try await city.number("SELECT count(*) FROM jiesu.log_in") == 3)
    }

    @Test func `old keys go; not of an open case, nor of an imported row`() async throws {
        try await cases()
        try await run(
            """
            INSERT INTO jiesu.idempotency (key, request, case_id, kept_at) VALUES ('old', '', 1, now() - interval '401 days'),
                ('young', '', 1, now() - interval '399 days'), ('open', '', 2, now() - interval '401 days'),
                ('import:csv:1', '', 1, now() - interval '401 days')
            """)
        #expect(try await cleaning.purge("keys") == 1)
        #expect(try await cleaning.purge("keys") == 0)
        #expect(
            try await city.texts("SELECT key FROM jiesu.idempotency ORDER BY key") == ["import:csv:1", "open", "young"])
    }

    /// Purposes name the rows.
    private func reads() async throws -> [String] {
        try await city.texts("SELECT purpose FROM jiesu.access_log ORDER BY purpose")
    }

    @Test
    func `who read is kept for three years and while the case is open, and who owns the tables cannot shorten it`()
        async throws
    {
        try await cases()
        let account = try await account()
        let (old, young) = ("3 years 1 day", "2 years 364 days")
        for (purpose, id, age) in [("a", 1, old), ("b", 1, young), ("c", 2, old), ("d", 0, old)] {
            try await run(
                """
                INSERT INTO jiesu.access_log (account, case_id, purpose, at)
                VALUES (\(account), \(id), \(purpose), now() - \(age)::interval)
                """)
        }
        for (words, age) in [("旧", old), ("新", young)] {
            try await run(
                """
                INSERT INTO jiesu.search_log (account, words, at) VALUES (\(account), \([words]), now() - \(age)::interval)
                """)
        }
        try await run("UPDATE jiesu.setting SET value = 1 WHERE name = 'access_log_years'")
        #expect(try await cleaning.purge("access_log") == 2)
        #expect(try await cleaning.purge("search_log") == 1)
        #expect(try await reads() == ["b", "c"])
        #expect(try await city.texts("SELECT words[1] FROM jiesu.search_log") == ["新"])
        for table in ["access_log", "search_log"] {
            let owner = try await city.database.connection()
            for change in ["DELETE FROM jiesu.\(table)", "UPDATE jiesu.\(table) SET at = now() - interval '9 years'"] {
                await #expect { try await owner.script(change) } throws: { ($0 as? PostgresError)?.sqlState == "42501" }
            }
        }
        try await run("UPDATE jiesu.setting SET value = 4 WHERE name = 'access_log_years'")
        try await run("UPDATE jiesu.case_file SET state = 'closed'")
        #expect(try await cleaning.purge("access_log") == 0)
        #expect(try await reads() == ["b", "c"])
    }

    /// What each statement does to case 1, whose parked row stays then.
    private static let owed: [Query] = [
        "UPDATE jiesu.case_file SET state = 'signed' WHERE id = 1",
        "UPDATE jiesu.case_file SET version = 2 WHERE id = 1",
        "UPDATE jiesu.case_file SET callback_at = now(), callback_by = 'centre' WHERE id = 1",
        """
        INSERT INTO jiesu.clock (case_id, profile, rule, step, shard, uncounted) VALUES (1, 'p', 'r', 's', 1, false)
        """,
        "INSERT INTO jiesu.notice (case_id, version, round, kind, state) VALUES (1, 1, 1, 'result', 'delivered')",
    ]

    @Test func `of what was parked goes what nobody owes a case any more`() async throws {
        try await cases()
        try await run(
            """
            INSERT INTO jiesu.parked (service, case_id, reason, detail, parked_at)
            SELECT n.service, n.id, 'r', 'd', now() - n.age::interval FROM (VALUES ('old message', NULL, '91 days'),
                ('young message', NULL, '89 days'), ('no such case', 9, '91 days'), ('open', 2, '91 days'),
                ('over', 1, '91 days')) AS n (service, id, age)
            """)
        let connection = try await city.database.connection()
        for owed in Self.owed {
            try await connection.script("BEGIN")
            _ = try await connection.execute(owed)
            _ = try await connection.query("SELECT jiesu.purge_parked(1000)")
            let left = try await connection.query("SELECT service FROM jiesu.parked ORDER BY id").map {
                try $0.get(0, as: String.self)
            }
            #expect(left == ["young message", "open", "over"], "\(owed)")
            try await connection.script("ROLLBACK")
        }
        #expect(try await cleaning.purge("parked") == 3)
        #expect(try await city.texts("SELECT service FROM jiesu.parked ORDER BY id") == ["young message", "open"])
    }

    @Test func `what is old is found by indexes, a batch at a time`() async throws {
        let account = try await account()
        let connection = try await city.database.connection()
        try await connection.script(
            """
            INSERT INTO jiesu.log_in (hash, account, kind, ended_at, expires_at) SELECT int4send(n), \(account), 'session',
                now() - CASE WHEN n % 10 = 0 THEN interval '40 days' ELSE interval '1 day' END, now() FROM generate_series(1, 20000) AS n;
            INSERT INTO jiesu.idempotency (key, request, case_id, kept_at) SELECT n, '', n,
                now() - CASE WHEN n % 10 = 0 THEN interval '500 days' ELSE interval '1 day' END FROM generate_series(1, 20000) AS n;
            INSERT INTO jiesu.access_log (account, case_id, purpose, at) SELECT \(account), n, 'x',
                now() - CASE WHEN n % 10 = 0 THEN interval '4 years' ELSE interval '1 day' END FROM generate_series(1, 20000) AS n;
            INSERT INTO jiesu.search_log (account, words, at) SELECT \(account), '{x}',
                now() - CASE WHEN n % 10 = 0 THEN interval '4 years' ELSE interval '1 day' END FROM generate_series(1, 20000) AS n;
            INSERT INTO jiesu.parked (service, case_id, reason, detail, parked_at) SELECT 'x', n, 'r', 'd',
                now() - CASE WHEN n % 10 = 0 THEN interval '100 days' ELSE interval '1 day' END FROM generate_series(1, 20000) AS n;
            ANALYZE jiesu.log_in, jiesu.idempotency, jiesu.access_log, jiesu.search_log, jiesu.parked
            """)
        try await connection.script("BEGIN")
        for kind in Cleaning.kinds {
            let gone: Int = try await connection.query("SELECT jiesu.purge_\(raw: kind)(100)").only().get(0)
            #expect(gone == 100, "\(kind)")
        }
        let scanned = try await connection.query(
            """
            SELECT relname::text FROM pg_stat_xact_user_tables WHERE seq_scan > 0
                AND relname IN ('log_in', 'idempotency', 'access_log', 'search_log', 'parked')
            """
        ).map { try $0.get(0, as: String.self) }
        #expect(scanned == [])
        try await connection.script("ROLLBACK")
    }
}
