import Casework
import HTTP
import JSON
import Support
import Telemetry
import Testing

@testable import Reporting

/// The API, behind a real server.
struct ReportRoutesTests {
    /// The fixture's routes, served until the last reference goes.
    final class Served: Sendable {
        let fixture: ReportingFixture
        private let port: Int
        private let serving: Task<Void, any Error>

        init(
            _ fixture: ReportingFixture, authorise: @escaping @Sendable (Request) async throws -> Void = { _ in }
        ) throws {
            self.fixture = fixture
            let routes = ReportRoutes(store: fixture.reports, cases: fixture.cases, authorise: authorise)
            let server = Server(name: "jiesu-reporting", listen: "127.0.0.1:0", routes: routes.all, log: .silent)
            try server.start()
            port = server.port ?? 0
            serving = Task { try await server.run() }
        }

        deinit { serving.cancel() }

        func get(_ target: String) async throws -> Client.Answer {
            try await Client(port: port, timeout: .seconds(240)).send("GET", target)
        }
    }

    private static let path = "/api/v1/reports/rates"
    private static let january = "from=1970-01-01&to=1970-01-31"

    private func served() async throws -> Served {
        let fixture = try await ReportingFixture()
        let handled: [Event] = [Life.classified("telecom"), Life.accepted, Life.dispatched("city-urban")]
        try await fixture.add(1, handled + [Life.replied, Life.rated(.satisfied), Life.closed])
        try await fixture.add(2, handled + [Life.missed("close")])
        try await fixture.add(3, [])
        try await fixture.makeAll()
        return try Served(fixture)
    }

    @Test func aReportSaysWhatItCountsAndOfWhom() async throws {
        let served = try await served()
        let answer = try await served.get("\(Self.path)?by=organisation&\(Self.january)")
        #expect(answer.status == 200)
        let json = try #require(answer.json)
        #expect(RatesDocument.schema.check(json) == [])
        #expect(json["by"] == "organisation" && json["from"] == "1970-01-01" && json["to"] == "1970-01-31")
        #expect(json["waiting"] == 0)
        #expect(json["definitions"]?["on_time"]?.string == Measure.onTime.definition)
        #expect(json["groups"]?.array?.map { $0["code"] } == ["city-urban", .null])
        let group = json["groups"]?[0]
        #expect(group?["title"] == "栖澜市城乡建设和城市管理局")
        #expect(group?["registered"] == 2)
        #expect(group?["on_time"] == ["numerator": 1, "denominator": 2, "percent": .double(50), "rank": 1])
        #expect(group?["satisfaction"] == ["numerator": 1, "denominator": 1, "percent": .double(100), "rank": 1])
        let none = json["groups"]?[1]
        #expect(none?["title"] == "未转办")
        #expect(none?["satisfaction"] == ["numerator": 0, "denominator": 0, "percent": .null, "rank": .null])
        #expect(none?["closing"] == ["numerator": 0, "denominator": 1, "percent": .double(0), "rank": .null])
        #expect(json["total"]?["closing"] == ["numerator": 1, "denominator": 3, "percent": .double(33.33)])
        #expect(answer.text.contains("33.33}"), "as it is written")
    }

    @Test func subjectsHaveTheirNames() async throws {
        let json = try await served().get("\(Self.path)?by=subject&format=json&\(Self.january)").json
        #expect(json?["groups"]?.array?.map { $0["code"] } == ["telecom", .null])
        #expect(json?["groups"]?.array?.map { $0["title"] } == ["信息通信", "未分类"])
    }

    @Test func aSpreadsheetCanOpenIt() async throws {
        let served = try await served()
        try await served.fixture.execute(
            "UPDATE jiesu.organisation SET title = '=cmd|''/c calc''!A1,\"市\"' WHERE code = 'city-urban'")
        try await served.fixture.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        let answer = try await served.get("\(Self.path)?by=organisation&format=csv&\(Self.january)")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "text/csv; charset=utf-8")
        #expect(
            answer.headers["Content-Disposition"]
                == "attachment; filename=\"rates-by-organisation-1970-01-01-1970-01-31.csv\"")
        #expect(answer.body.starts(with: [0xEF, 0xBB, 0xBF]))
        let lines = answer.text.split(separator: "\r\n").map(String.init)
        #expect(
            lines[0].hasSuffix(
                "代码,主办单位,登记数,办结率(%),办结率分子,办结率分母,办结率名次,"
                    + "及时率(%),及时率分子,及时率分母,及时率名次,实际解决率(%),实际解决率分子,实际解决率分母,实际解决率名次,"
                    + "满意率(%),满意率分子,满意率分母,满意率名次"))
        #expect(
            lines[1]
                == #"city-urban,"'=cmd|'/c calc'!A1,""市""",2,50.00,1,2,1,50.00,1,2,1,100.00,1,1,1,100.00,1,1,1"#)
        #expect(lines[2] == ",未转办,1,0.00,0,1,,无数据,0,0,,无数据,0,0,,无数据,0,0,")
        #expect(lines[3] == ",合计,3,33.33,1,3,,50.00,1,2,,100.00,1,1,,100.00,1,1,")
        #expect(lines[4].hasPrefix("期间,1970-01-01 至 1970-01-31,"))
        for measure in Measure.allCases {
            #expect(lines.contains { $0.hasPrefix("\(measure.title),\"\(measure.definition)\",") }, "\(measure)")
        }
        let commas = lines.map { $0.replacing(/"([^"]|"")*"/, with: "").count { $0 == "," } }
        #expect(Set(commas) == [18], "a table is rectangular")
    }

    @Test(arguments: [
        ("from=2026-01-01&to=2026-01-31", ["by"]), ("by=officer&from=2026-01-01&to=2026-01-31", ["by"]),
        ("by=subject", ["from", "to"]), ("by=subject&from=2026-02-29&to=2026-03-01", ["from"]),
        ("by=subject&from=20260201&to=heute", ["from", "to"]), ("by=subject&from=0000-01-01&to=2026-03-01", ["from"]),
        ("by=subject&from=2026-03-02&to=2026-03-01", ["to"]),
        ("by=subject&from=2026-03-01&from=2026-03-01&to=2026-03-02", ["from"]),
        ("by=subject&from=2026-03-01&to=2026-03-02&format=xls", ["format"]),
        ("by='%20OR%201=1&from=2026-03-01&to=2026-03-02", ["by"]),
    ])
    func badInputIsToldByName(query: String, names: [String]) async throws {
        let served = try await Self.shared.value
        let answer = try await served.get("\(Self.path)?\(query)")
        #expect(answer.status == 422)
        #expect(answer.headers["Content-Type"] == "application/problem+json")
        #expect(answer.json?["code"] == "invalid-fields")
        #expect(answer.json?["fields"]?.array?.compactMap { $0["name"]?.string } == names)
    }
    private static let shared = Task { try Served(try await ReportingFixture()) }

    @Test func whoMayNotReadIsToldSoAndNothingIsRead() async throws {
        let fixture = try await ReportingFixture()
        let served = try Served(fixture) { request in
            guard request.header("Authorization") != nil else { throw Problem(401, "log-in-required", "请先登录") }
        }
        try await fixture.execute("ALTER TABLE jiesu.report_fact RENAME TO elsewhere")
        let answer = try await served.get("\(Self.path)?by=subject&\(Self.january)")
        #expect(answer.status == 401)
        #expect(answer.json?["code"] == "log-in-required")
    }

    @Test func theDocumentDescribesBothFormats() async throws {
        let document = try await Self.shared.value.get("/openapi.json").json
        let get = document?["paths"]?[Self.path]?["get"]
        #expect(get?["parameters"]?.array?.map { $0["name"]?.string } == ["by", "from", "to", "format"])
        #expect(get?["parameters"]?.array?.map { $0["required"]?.bool } == [true, true, true, false])
        let content = get?["responses"]?["200"]?["content"]?.object
        #expect(content?.keys == ["application/json", "text/csv"])
    }
}
