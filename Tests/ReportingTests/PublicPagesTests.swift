import CaseStore
import Casework
import HTTP
import Pages
import Policies
import Support
import Testing
import WorkingTime

@testable import Reporting

/// What the public reads: as the schemes say, and without what would point at somebody.
struct PublicPagesTests {
    private static let period = Period(from: CivilDay("2025-04-01")!, to: CivilDay("2026-03-31")!)!
    private static let least = 5

    private static func schemes() throws -> [(profile: String, openness: Openness)] {
        try Profile.shipped().map { ($0.name, $0.policy.openness) }
    }

    /// `count` closed cases of March 2026, `satisfied` of them satisfied, the others not.
    private static func fill(
        _ fixture: ReportingFixture, _ profiles: [String], _ lead: String, _ subject: String, _ count: Int,
        satisfied: Int, from first: Int
    ) async throws {
        try await fixture.execute(
            """
            INSERT INTO jiesu.report_fact (case_id, round, latest, state, lead, subject, registered_at, closed_at, limited,
                missed, resolved, satisfaction, supervised, profiles)
            SELECT n, 1, true, 'closed', \(lead), \(subject), '2026-03-10Z', '2026-03-12Z', true, '{}',
                n - \(first) < \(satisfied), CASE WHEN n - \(first) < \(satisfied) THEN 'satisfied' ELSE 'dissatisfied' END,
                false, \(profiles)
            FROM generate_series(\(first), \(first + count - 1)) AS n
            """)
    }

    /// A city where four schemes publish as they like, and one organisation and one subject have few cases.
    private static func city() async throws -> ReportingFixture {
        let fixture = try await ReportingFixture()
        try await fill(fixture, ["p000-06"], "city-urban", "telecom", 40, satisfied: 30, from: 1000)
        try await fill(fixture, ["p000-06", "p003-11"], "city-health", "health", 20, satisfied: 20, from: 2000)
        try await fill(fixture, ["p000-06"], "city-education", "education", 3, satisfied: 3, from: 3000)
        // Its scheme publishes, but not by organisation.
        try await fill(fixture, ["p004-08"], "city-offices-service", "conduct", 12, satisfied: 12, from: 4000)
        // Its scheme says nothing.
        try await fill(fixture, ["p004-03"], "city-commerce", "commerce", 50, satisfied: 50, from: 5000)
        // Facts of a program before this one.
        try await fill(fixture, [], "city-urban", "telecom", 50, satisfied: 50, from: 6000)
        return fixture
    }

    private static func lines(_ table: PublicReport.Table?) -> [String] {
        (table?.rows ?? []).map { row in
            let rate = row.rates[.satisfaction].map { "\($0.numerator)/\($0.denominator)" } ?? "hidden"
            return "\(row.code ?? "-") \(row.registered.map(String.init) ?? "hidden") \(rate)"
        }
    }

    @Test func `what a scheme does not publish is not counted, and what it keeps secret is not told apart`()
        async throws
    {
        let fixture = try await Self.city()
        let report = try await fixture.reports.open(try Self.schemes(), in: Self.period, least: 1)
        #expect(
            Self.lines(report[.organisation]) == [
                "city-education 3 3/3", "city-health 20 20/20", "city-urban 40 30/40", "- 12 12/12",
            ])
        #expect(
            Self.lines(report[.subject]) == [
                "conduct 12 12/12", "education 3 3/3", "health 20 20/20", "telecom 40 30/40",
            ])
        #expect(Self.lines(report[.month]).filter { !$0.hasSuffix(" 0 0/0") } == ["2026-03 75 65/75"])
        #expect(report[.month]?.rows.count == 12 && report.total.registered == 75)
        // A second scheme that governs the case and keeps something secret has the last word.
        var strict = try Self.schemes()
        let index = try #require(strict.firstIndex { $0.profile == "p003-11" })
        strict[index].openness = Openness(secret: [.organisation, .rates])
        let kept = try await fixture.reports.open(strict, in: Self.period, least: 1)
        #expect(
            Self.lines(kept[.organisation]) == ["city-education 3 3/3", "city-urban 40 30/40", "- 32 12/12"])
        #expect(Self.lines(kept[.subject]).contains("health 20 0/0"))
    }

    @Test func `few are hidden, with as many as it takes, in every table`() async throws {
        let fixture = try await Self.city()
        let report = try await fixture.reports.open(try Self.schemes(), in: Self.period, least: Self.least)
        #expect(
            Self.lines(report[.organisation]) == [
                "city-education hidden hidden", "city-health 20 20/20", "city-urban 40 30/40", "- hidden hidden",
            ])
        #expect(
            Self.lines(report[.subject]) == [
                "conduct hidden hidden", "education hidden hidden", "health 20 20/20", "telecom 40 30/40",
            ])
        #expect(
            report.total.registered == 75 && report.total.rates[.satisfaction] == Rate(numerator: 65, denominator: 75))
        // Ranked among what is seen, so that no rank tells of what is not; months are no competitors.
        #expect(report[.organisation]?.ranks(of: .satisfaction) == [nil, 1, 2, nil])
        #expect(report[.month]?.ranks(of: .satisfaction).allSatisfy { $0 == nil } == true)
    }

    private final class Served: Sendable {
        let port: Int
        let fixture: ReportingFixture
        private let serving: Task<Void, any Error>

        init() async throws {
            let fixture = try await PublicPagesTests.city()
            self.fixture = fixture
            let schemes = try PublicPagesTests.schemes()
            let pages = PublicPages(
                figures: PublicFigures(interval: .seconds(3600)) {
                    try await fixture.reports.open(schemes, in: PublicPagesTests.period, least: PublicPagesTests.least)
                }, cases: fixture.cases)
            let server = Server(
                name: "reports", listen: "127.0.0.1:0", routes: pages.all + [Style.route],
                problemPage: { Page.problem($0) }, log: .silent)
            try server.start()
            port = server.port ?? 0
            serving = Task { try await server.run() }
        }

        deinit { serving.cancel() }

        func get(_ target: String) async throws -> Client.Answer {
            try await Client(port: port).send("GET", target, headers: ["Accept": "text/html"])
        }
    }

    @Test func `everybody reads them without a log-in, and a spreadsheet opens them`() async throws {
        let served = try await Served()
        let page = try await served.get("/reports/public")
        #expect(page.status == 200 && page.headers["Cache-Control"]?.hasPrefix("public") == true)
        #expect(page.text.contains("75.00 %") && page.text.contains("30/40") && page.text.contains("不公布"))
        #expect(page.text.contains(Measure.satisfaction.definition) && !page.text.contains("<script"))
        #expect(!page.text.contains("city-offices-service") && !page.text.contains("city-commerce"))
        for grouping in PublicReport.Grouping.allCases {
            let file = try await served.get("/reports/public.csv?by=\(grouping.rawValue)")
            #expect(file.headers["Content-Type"]?.hasPrefix("text/csv") == true)
            #expect(file.body.starts(with: [0xEF, 0xBB, 0xBF]) && file.text.contains("合计,75,"))
        }
        let file = try await served.get("/reports/public.csv?by=organisation")
        #expect(file.text.contains("city-education,") && !file.text.contains(",3,"))
        #expect(try await served.get("/reports/public.csv?by=case").status == 422)
    }

    @Test func `without the database the figures that were computed are shown on`() async throws {
        let served = try await Served()
        _ = try await served.get("/reports/public")
        try await served.fixture.execute("ALTER TABLE jiesu.report_fact RENAME TO elsewhere")
        #expect(try await served.get("/reports/public").status == 200)
    }

    @Test(arguments: [true, false])
    func `a citizen reads them in a browser`(javaScript: Bool) async throws {
        let served = try await Served()
        try await Browser.with(javaScript: javaScript) { browser in
            try await browser.open("http://127.0.0.1:\(served.port)/reports/public")
            #expect(try await browser.text(of: "h1") == "公开的统计数据")
            #expect(try await browser.text(of: "table").contains("75"))
            #expect(try await browser.faults(of: "reports-public", judged: javaScript) == [])
        }
    }
}
