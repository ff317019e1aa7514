import Access
import HTTP
import JSON
import Lifecycle
import Postgres

/// How long an officer waits for a page while 200 of one desk have live lists open: with nothing else to do, and while the pipeline
/// runs at half the load that is its target.
struct BenchPages {
    let stage: BenchStage
    let seconds: Int

    private static let officers = 200
    /// Complaints that are there before, so that a list is as long as a page shows.
    private static let before = 4000
    private static let account = "bench-officer"
    /// Milliseconds.
    private static let most: Double = 300

    func run() async throws -> [BenchFigure] {
        let limit = try await stage.limit(seconds: seconds / 2 + 1)
        try await stage.start(Suite.Part.all)
        let cases = BenchCases(stage: stage, pool: try stage.pool(size: BenchCases.lanes))
        try await cases.register(Self.before, prefix: "before-")
        try await cases.waitUntilNone(in: .registered)
        try await cases.waitUntilNone(in: .classified)

        let (organisation, listed) = try await busiest(cases.pool)
        guard listed >= 100 else { throw CommandFailure("the busiest desk has only \(listed) cases") }
        let desk = Suite.Part.desk(organisation)
        let password = try await settle(organisation, cases.pool)
        try await stage.start([desk])
        guard let port = stage.suite.port(of: desk) else { throw CommandFailure("the desk does not run") }
        let officers = BenchOfficers(port: port, tokens: try await logIns(port, password))

        // As long as each needs to have looked a few times.
        let length = Duration.seconds(2 * seconds)
        let load = BenchLoad(try Sample.dispatched(), port: stage.suite.port)
        let rate = limit * BenchPipeline.share / 2
        async let waits = officers.run(idle: length, byNews: length)
        await sleep(for: length)
        _ = try await load.run(.perSecond(rate), for: length)
        let (idle, busy) = (try await waits.idle, try await waits.byNews)
        try await stage.stop([desk])
        try await stage.stop()
        return try figures("a list's page, 200 officers with live lists, idle", idle)
            + figures("the same, pipeline at half the target's load", busy)
    }

    private func figures(_ name: String, _ took: [Duration]) throws -> [BenchFigure] {
        guard took.count >= Self.officers else { throw CommandFailure("\(name): only \(took.count) pages were due") }
        return [(0.5, "p50"), (0.99, "p99")].map { part, title in
            let duration = took[min(took.count - 1, Int(Double(took.count) * part))]
            return BenchFigure(
                name: "\(name), \(title)", measured: duration / .milliseconds(1), unit: "ms", target: .atMost(Self.most)
            )
        }
    }

    private func busiest(_ pool: Pool) async throws -> (organisation: String, cases: Int) {
        let row = try await pool.withConnection {
            try await $0.query(
                """
                SELECT lead, count(*) FROM jiesu.case_file WHERE state = 'dispatched' GROUP BY lead
                ORDER BY count(*) DESC, lead LIMIT 1
                """)
        }.only()
        return (try row.get(0), try row.get(1))
    }

    /// A login of the database for the desk's program, and an account for its officers.
    private func settle(_ organisation: String, _ pool: Pool) async throws -> String {
        let password = try await pool.withConnection { connection in
            _ = try await connection.query("SELECT jiesu.add_desk(\(organisation), \(String?.none))")
            return try await Accounts(on: connection).add(
                name: Self.account, title: Self.account, organisation: organisation, roles: ["officer"])
        }
        guard let password else { throw CommandFailure("there is an account \(Self.account) already") }
        return password
    }

    /// One account, 200 log-ins: a page costs the same whoever looks, and making passwords takes long by design.
    private func logIns(_ port: Int, _ password: String) async throws -> [String] {
        let client = Client(port: port)
        func logIn(_ password: String) async throws -> String {
            let answer = try await client.send(
                "POST", "/api/v1/log-in", json: ["name": .string(Self.account), "password": .string(password)])
            guard let token = answer.json?["token"]?.string else {
                throw CommandFailure("an officer cannot log in: \(answer.status) \(answer.text)")
            }
            return token
        }
        // A first password opens nothing else.
        let new = Password.random()
        let changed = try await client.send(
            "PUT", "/api/v1/password",
            headers: ["Content-Type": "application/json", "Authorization": "Bearer \(try await logIn(password))"],
            body: (["old": .string(password), "new": .string(new)] as JSON).bytes)
        guard changed.status == 204 else {
            throw CommandFailure("the officer cannot change the password: \(changed.status) \(changed.text)")
        }
        var tokens: [String] = []
        for _ in 0..<Self.officers { tokens.append(try await logIn(new)) }
        return tokens
    }
}
