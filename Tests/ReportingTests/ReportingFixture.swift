import Casework
import Postgres
import Support
import Testing
import WorkingTime

@testable import CaseStore
@testable import Reporting

/// A database with the shipped city and the scheme of `Life`, and reporting logged in as its own role.
struct ReportingFixture: Sendable {
    let database: TestDatabase
    /// The administrator's.
    let pool: Pool
    let service: Pool
    let cases: CaseStore
    let reports: ReportStore

    init() async throws {
        database = try await TestDatabase.installed()
        pool = try database.pool(size: 10)
        service = Pool(try database.settings(as: "jiesu_reporting"), size: 6, log: .silent)
        cases = CaseStore(pool: service)
        reports = ReportStore(pool: service)
        try await execute(
            "INSERT INTO jiesu.policy (profile, version, document) VALUES ('life', 1, \(Self.scheme))")
        try await execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
    }

    /// `Life.policy` as a profile; one that joins needs no words.
    private static let scheme = """
        {"profile": "life", "version": 1, "title": "测试", "source": {"file": "000", "scheme": "000-00"},
        "effective": "2026-01-01", "author": "test", "joins": {"profiles": ["life"], "source": "test"}, "clocks": [
            {"name": "close", "title": "办结", "step": "close", "source": "test", "unless": {"subject": ["health"]},
                "from": "accepted", "until": ["replied"], "limit": "7wd", "again": true},
            {"name": "first", "title": "首轮", "step": "close", "source": "test", "when": {"subject": ["environment"]},
                "from": "accepted", "until": ["replied"], "limit": "3wd"},
            {"name": "at_once", "title": "立即", "step": "close", "source": "test", "from": "accepted",
                "until": ["replied"], "limit": "now"},
            {"name": "wish", "title": "目标", "step": "close", "source": "test", "from": "registered",
                "until": ["replied"], "target": "1wd"},
            {"name": "own", "title": "个案", "step": "close", "source": "test", "when": {"subject": ["health"]},
                "from": "dispatched", "until": ["replied"], "manual": true},
            {"name": "tell", "title": "告知", "step": "result_notice", "source": "test", "from": "concluded",
                "until": ["informed:result"], "limit": "2cd"}]}
        """

    func execute(_ query: Query) async throws {
        _ = try await pool.withConnection { try await $0.execute(query) }
    }

    func number(_ query: Query) async throws -> Int {
        try await pool.withConnection { try await $0.query(query) }.only().get(0)
    }

    func texts(_ query: Query) async throws -> [String] {
        try await pool.withConnection { try await $0.query(query) }.map { try $0.get(0) }
    }

    /// A case with these events after its registration, written past all rules, and the row that they add up to. Days are
    /// those of `Life`.
    func add(_ id: Int64, _ events: [Event], registered: Moment = Life.day(0)) async throws {
        try await execute(
            """
            INSERT INTO jiesu.case_file (id, version, state, round, channel, identity, policies, also, flags, accused,
                helpers, registered_at, changed_at, head)
            VALUES (\(id), 0, 'registered', 1, 'phone_hotline', 'named', '{life@1}', '{}', '{}', '{}', '{}', now(),
                now(), '')
            """)
        try await append([.registered(Life.registered)] + events, to: id, registered: registered)
    }

    /// Further events of the case, one each day.
    func append(_ events: [Event], to id: Int64, registered: Moment = Life.day(0)) async throws {
        try await pool.transaction { connection in
            try await Self.append(events, to: id, registered: registered, on: connection)
        }
    }

    static func append(
        _ events: [Event], to id: Int64, registered: Moment = Life.day(0), on connection: Connection
    ) async throws {
        let version: Int = try await connection.query(
            "SELECT version FROM jiesu.case_file WHERE id = \(id) FOR NO KEY UPDATE"
        ).only().get(0)
        let versions = events.indices.map { version + 1 + $0 }
        _ = try await connection.execute(
            """
            INSERT INTO jiesu.case_event (case_id, version, kind, command, actor, round, policy, at, told, payload,
                hash)
            SELECT \(id), n.version, n.kind, 'test', 'service:test', 1, 'life@1', jiesu.moment(n.at), '{}',
                n.payload, ''
            FROM unnest(\(versions), \(events.map(\.kind.rawValue)), \(events.map(\.payload)),
                \(versions.map { registered.microseconds + Int64($0 - 1) * 86_400_000_000 }))
                AS n (version, kind, payload, at)
            """)
        let stored = try await connection.query(
            "SELECT kind, payload, jiesu.micros(at) FROM jiesu.case_event WHERE case_id = \(id) ORDER BY version")
        var file: Case?
        for row in stored {
            let kind = try #require(Event.Kind(rawValue: try row.get(0)))
            let event = try Event(kind: kind, payload: try row.get(1))
            let at = Moment(microseconds: try row.get(2))
            if file == nil, case .registered(let registered) = event {
                file = Case(id: id, registered: registered, at: at)
            } else {
                file?.apply(event, at: at)
            }
        }
        let row = try #require(file)
        // A round wider than the column is another fault than the one that a test is after.
        _ = try await connection.execute(
            """
            UPDATE jiesu.case_file SET version = \(row.version), state = \(row.state.rawValue),
                round = \(min(row.round, Int(Int16.max))), policies = \(row.policies.map(\.stored)),
                nature = \(row.nature), subject = \(row.subject), also = \(row.also), urgency = \(row.urgency),
                flags = \(row.flags), region = \(row.region), accused = \(row.accused), lead = \(row.lead),
                helpers = \(row.helpers), course = \(row.course.stored),
                registered_at = jiesu.moment(\(registered.microseconds)) WHERE id = \(id)
            """)
    }

    /// Makes everything that is owed.
    func makeAll() async throws {
        while case let ids = try await owed(), !ids.isEmpty { _ = try await FactMaking().work(on: ids, in: cases) }
    }

    func owed() async throws -> [Int64] { try await cases.owed(to: FactMaking(), after: 0, limit: 500) }

    /// The stored facts of a case, written as `Fact.text` is.
    func facts(of id: Int64) async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', round || CASE WHEN latest THEN '*' ELSE '' END, state, coalesce(lead, '-'),
                coalesce(subject, '-'), 'r' || jiesu.micros(registered_at) / 86400000000,
                'a' || jiesu.micros(accepted_at) / 86400000000, 'd' || jiesu.micros(dispatched_at) / 86400000000,
                'p' || jiesu.micros(replied_at) / 86400000000, 'c' || jiesu.micros(closed_at) / 86400000000,
                CASE WHEN limited THEN 'limited' END,
                CASE WHEN missed <> '{}' THEN 'late:' || array_to_string(missed, ',') END,
                CASE resolved WHEN true THEN 'resolved' WHEN false THEN 'unresolved' END, satisfaction,
                CASE WHEN supervised THEN 'supervised' END)
            FROM jiesu.report_fact WHERE case_id = \(id) ORDER BY round
            """)
    }

    /// Where each stored fact stands and who wrote it last; another writing is another place.
    func places() async throws -> [String] {
        try await texts(
            "SELECT case_id || '/' || round || ' ' || ctid || ' ' || xmin FROM jiesu.report_fact ORDER BY 1")
    }
}
