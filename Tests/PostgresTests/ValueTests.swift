import Postgres
import Support
import Testing

@Suite struct ValueTests {
    static let oddTexts = [
        "", " ", "plain", "it's", "a \"quoted\" word", "back\\slash", "comma, brace {x}", "{", "}", "NULL", "null",
        "\\x41",
        "line\nbreak\ttab\r", "投诉：三十个工作日", "👩‍👩‍👧‍👦🇨🇳", "e\u{301}", "\u{10FFFF}", "$1", "'; DROP TABLE x; --",
    ]

    @Test func numbersComeBackAsTheyWent() async throws {
        let c = try await TestDatabase.fresh().connection()
        for n in [Int64.min, -1, 0, 1, .max] {
            #expect(try await c.query("SELECT \(n)").only().get(0) == n)
            #expect(try await c.query("SELECT \(Int(n))").only().get(0) == Int(n))
        }
        for n in [Int32.min, 0, .max] { #expect(try await c.query("SELECT \(n)").only().get(0) == n) }
        for n in [Int16.min, 0, .max] { #expect(try await c.query("SELECT \(n)").only().get(0) == n) }
        for x in [0.1, -0.0, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity] {
            #expect(try await c.query("SELECT \(x)").only().get(0) == x)
        }
        #expect(try await c.query("SELECT \(Double.nan)").only().get(0, as: Double.self).isNaN)
        for truth in [true, false] { #expect(try await c.query("SELECT \(truth)").only().get(0) == truth) }
    }

    @Test(arguments: oddTexts) func textsComeBackAsTheyWent(_ text: String) async throws {
        let c = try await ValueTests.shared.connection()
        let row = try await c.query("SELECT \(text), \([text]), \([nil, text, nil])").only()
        #expect(try row.get(0) == text)
        #expect(try row.get(1) == [text])
        #expect(try row.get(2) == [nil, text, nil])
        await c.close()
    }

    @Test func largeValuesComeBackAsTheyWent() async throws {
        let c = try await TestDatabase.fresh().connection()
        let text = String(repeating: "字\"\\", count: 1 << 18)
        let bytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761) }
        let row = try await c.query("SELECT \(text), \(bytes), \([text, text]), \([bytes])").only()
        #expect(try row.get(0) == text)
        #expect(try row.get(1) == bytes)
        #expect(try row.get(2) == [text, text])
        #expect(try row.get(3) == [bytes])
    }

    @Test func bytesComeBackAsTheyWent() async throws {
        let c = try await TestDatabase.fresh().connection()
        let all = (0...255).map { UInt8($0) }
        let row = try await c.query("SELECT \([] as [UInt8]), \(all), \([all, []]), \([nil, all])").only()
        #expect(try row.get(0) == [] as [UInt8])
        #expect(try row.get(1) == all)
        #expect(try row.get(2) == [all, []])
        #expect(try row.get(3) == [nil, all])
    }

    @Test func arraysComeBackAsTheyWent() async throws {
        let c = try await TestDatabase.fresh().connection()
        let row = try await c.query(
            """
            SELECT \([1, -2, 3]), \([Int64.min, .max]), \([Int32(7)]), \([Int16(-7)]), \([0.5, -.infinity]),
                \([true, false]), \([] as [Int]), \([] as [String]), \([nil, 2] as [Int64?]),
                \([nil, true] as [Bool?]), \([nil, 0.5] as [Double?])
            """
        ).only()
        #expect(try row.get(0) == [1, -2, 3])
        #expect(try row.get(1) == [Int64.min, .max])
        #expect(try row.get(2) == [Int32(7)])
        #expect(try row.get(3) == [Int16(-7)])
        #expect(try row.get(4) == [0.5, -.infinity])
        #expect(try row.get(5) == [true, false])
        #expect(try row.get(6) == [] as [Int])
        #expect(try row.get(7) == [] as [String])
        #expect(try row.get(8) == [nil, 2] as [Int64?])
        #expect(try row.get(9) == [nil, true] as [Bool?])
        #expect(try row.get(10) == [nil, 0.5] as [Double?])
    }

    @Test func nilIsNullOfEachType() async throws {
        let c = try await TestDatabase.fresh().connection()
        let row = try await c.query(
            """
            SELECT \(nil as Int?), \(nil as Double?), \(nil as Bool?), \(nil as String?), \(nil as [UInt8]?),
                \(nil as [String?]?), pg_typeof(\(nil as Int?)), pg_typeof(\(nil as [UInt8]?)),
                pg_typeof(\(nil as [String?]?))
            """
        ).only()
        #expect(try row.get(0, as: Int?.self) == nil)
        #expect(try row.get(3, as: String?.self) == nil)
        #expect(try row.get(4, as: [UInt8]?.self) == nil)
        #expect(try row.get(5, as: [String]?.self) == nil)
        #expect(try (6...8).map { try row.get($0) } == ["bigint", "bytea", "text[]"])
    }

    @Test func arraysUnnestWithoutCasts() async throws {
        let c = try await TestDatabase.fresh().connection()
        let ids = Array(0..<1000)
        let texts = ids.map { "t\($0)" }
        let bytes = ids.map { [UInt8($0 % 256)] }
        let rows = try await c.query("SELECT a, b, c FROM unnest(\(ids), \(texts), \(bytes)) AS u (a, b, c)")
        #expect(rows.count == 1000)
        #expect(try rows[999].get(1) == "t999")
        #expect(try rows[999].get(2) == [UInt8(999 % 256)])
    }

    @Test func aNULIsRefusedBeforeItIsSent() async throws {
        let c = try await TestDatabase.fresh().connection()
        try await c.script("CREATE TABLE t (x text)")
        let bad = "cut\0here"
        for query in ["INSERT INTO t VALUES (\(bad))", "INSERT INTO t SELECT unnest(\(["a", bad]))"] as [Query] {
            let error = await #expect(throws: PostgresError.self) { try await c.execute(query) }
            #expect(error?.code == .value)
            #expect(error?.sqlState == nil)
        }
        let error = await #expect(throws: PostgresError.self) {
            try await c.pipeline(["INSERT INTO t VALUES (\("a"))", "INSERT INTO t VALUES (\(bad))"])
        }
        #expect(error?.failedQuery == 1)
        await #expect(throws: PostgresError.self) { try await c.script("SELECT 1\0; DROP TABLE t") }
        #expect(try await c.query("SELECT count(*) FROM t").only().get(0) == 0)
    }

    @Test func whatAColumnDoesNotHoldIsAnErrorAndNoTrap() async throws {
        let c = try await TestDatabase.fresh().connection()
        let row = try await c.query("SELECT NULL, 'x', 9223372036854775808, 40000, '{{1,2},{3,4}}'::int[], 'secret'")
            .only()
        func refused<T: ColumnValue>(_ column: Int, as type: T.Type) {
            let error = #expect(throws: PostgresError.self) { try row.get(column, as: type) }
            #expect(error?.code == .misuse)
            #expect(error.map { !"\($0)".contains("secret") } ?? false)
        }
        refused(0, as: String.self)
        refused(0, as: [UInt8].self)
        refused(1, as: Int.self)
        refused(1, as: Bool.self)
        refused(1, as: [UInt8].self)
        refused(1, as: [Int].self)
        refused(2, as: Int64.self)
        refused(3, as: Int16.self)
        refused(4, as: [Int].self)
        refused(5, as: Double?.self)
        refused(6, as: String.self)
        refused(-1, as: String.self)
    }

    @Test func aQueryShowsItsTextAndNoValue() {
        let query: Query = "SELECT \("secret"), \(raw: "1")"
        var dumped = ""
        dump(query, to: &dumped)
        #expect("\(query)" == "SELECT $1, 1")
        #expect(!(dumped + String(reflecting: query)).contains("secret"))
    }

    private static let sharedTask = Task { try await TestDatabase.fresh() }
    private static var shared: TestDatabase { get async throws { try await sharedTask.value } }
}
