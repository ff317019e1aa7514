import CaseStore
import Casework
import HTTP
import Pages
import Policies
import WorkPages
import WorkingTime

/// What everybody may read, without a log-in: figures of the whole months that are over, without anybody's identity.
struct PublicPages: Sendable {
    let figures: PublicFigures
    let cases: CaseStore

    init(figures: PublicFigures, cases: CaseStore) {
        self.figures = figures
        self.cases = cases
    }

    init(store: ReportStore, cases: CaseStore, rules: Publication) {
        self.cases = cases
        figures = PublicFigures(interval: .seconds(60 * rules.minutes)) {
            let today = try await cases.now().day
            guard let period = Period(months: rules.months, before: today) else { throw PublicFigures.NotYet() }
            let schemes = try await cases.rulebook().newest.map { ($0.version.profile, $0.openness) }
            return try await store.open(schemes, in: period, least: rules.least)
        }
    }

    var all: [Route] { [page, table] }

    private static let address = "/reports/public"
    /// Others may keep a page as long; it is the same for everybody.
    private static let keep: Headers = ["Cache-Control": "public, max-age=300"]

    private func report() async throws -> (report: PublicReport, rules: Rulebook) {
        do {
            return (try await figures.report(), try await cases.rulebook())
        } catch is PublicFigures.NotYet {
            throw Problem(
                503, "no-figures", "统计数据暂时没有", detail: "请过一会儿再来", headers: ["Retry-After": "10"])
        }
    }

    private var page: Route {
        Route(.get, Self.address, "公开的统计数据的页面,不须登录", tags: ["public"], answers: [WorkSite.html]) { _, _ in
            let (report, rules) = try await report()
            let months =
                report[.month]?.rows.map { (name: String(($0.code ?? "").dropFirst(2)), value: $0.registered) } ?? []
            let organisations = report[.organisation]?.rows ?? []
            let charts = Measure.allCases.compactMap { measure in
                Chart.bars(
                    "各单位\(measure.title)",
                    organisations.compactMap { row in
                        row.rates[measure]?.hundredths.flatMap { value in
                            row.code.map { (name: rules.title(of: $0, .organisation), value: value) }
                        }
                    }, full: 10_000)
            }
            let tables = report.tables.map { Self.table($0, report.total, rules) }
            return Page(
                "公开的统计数据", home: Self.address,
                """
                <p>\(report.period.from.description) 至 \(report.period.to.description)（整月，北京时间）登记的投诉举报的数量和办理情况，不含任何人的信息。\
                各套办法规定公开的才计入。</p>
                <p class="hint">为保护个人，1 至 \(report.least - 1) 的数不公布，写作“\(Self.hidden)”；为使它不能由合计推算，\
                必要时另隐去一个较大的数。排名只在公布了的之间排。</p>
                \(Chart.columns("每月登记数", months))
                \(tables)
                \(charts)
                \(ReportPages.definitions)
                """
            ).response(headers: Self.keep)
        }
    }

    private static let hidden = "不公布"

    static func name(_ row: PublicReport.Row, _ grouping: PublicReport.Grouping, _ rules: Rulebook) -> String {
        guard let code = row.code else { return grouping.titleOfNone }
        return switch grouping {
        case .month: code
        case .subject: rules.title(of: code, .subject)
        case .organisation: rules.title(of: code, .organisation)
        }
    }

    private static func table(_ table: PublicReport.Table, _ total: PublicReport.Row, _ rules: Rulebook) -> HTML {
        let ranks = Measure.allCases.map { table.ranks(of: $0) }
        func cells(_ row: PublicReport.Row, _ ranks: [Int?]) -> [HTML] {
            zip(Measure.allCases, ranks).map { measure, rank -> HTML in
                let place = rank.map { "，第 \($0) 名" } ?? ""
                let value: HTML? = row.rates[measure].map { rate in
                    rate.percent.map { percent -> HTML in
                        "\(percent) % <span class='hint'>\(rate.numerator)/\(rate.denominator)\(place)</span>"
                    } ?? "无数据"
                }
                return "<td data-label='\(measure.title)'>\(value ?? "\(Self.hidden)")</td>"
            }
        }
        func line(_ name: String, _ row: PublicReport.Row, _ ranks: [Int?]) -> HTML {
            """
            <tr><th scope="row">\(name)</th>\
            <td data-label="\(Measure.registered.title)">\(row.registered.map { "\($0)" } ?? Self.hidden)</td>
            \(cells(row, ranks))</tr>
            """
        }
        let rows = table.rows.enumerated().map { index, row in
            line(name(row, table.grouping, rules), row, ranks.map { $0[index] })
        }
        let heads = Measure.allCases.map { measure -> HTML in "<th scope='col'>\(measure.title)</th>" }
        return """
            <h2>按\(table.grouping.title)</h2>
            <p><a href="\(address).csv?by=\(table.grouping.rawValue)">下载按\(table.grouping.title)的表格</a></p>
            <table><thead><tr><th scope="col">\(table.grouping.title)</th><th scope="col">\(Measure.registered.title)</th>\(heads)</tr></thead>
            <tbody>\(rows)
            \(line("合计", total, ranks.map { _ in nil }))</tbody></table>
            """
    }

    private var table: Route {
        Route(
            .get, "\(Self.address).csv", "公开的统计数据的表格,可用电子表格打开,不须登录", tags: ["public"],
            parameters: [
                .query("by", .choice(PublicReport.Grouping.allCases.map(\.rawValue)), required: true, "按月份、分类或主办单位")
            ],
            answers: [.init(200, "表格", .string(0...100_000_000), type: "text/csv")]
        ) { request, _ in
            let (report, rules) = try await report()
            let grouping = request.parameter("by").flatMap(PublicReport.Grouping.init) ?? .month
            return Spreadsheet.answer(
                Self.rows(of: report, by: grouping, rules),
                name: "public-by-\(grouping.rawValue)-\(report.period.from)-\(report.period.to).csv", headers: Self.keep
            )
        }
    }

    /// A hidden figure is an empty field.
    private static func rows(of report: PublicReport, by grouping: PublicReport.Grouping, _ rules: Rulebook)
        -> [[String]]
    {
        let table = report[grouping]
        let ranks = Measure.allCases.map { table?.ranks(of: $0) ?? [] }
        func figures(_ row: PublicReport.Row, _ ranks: [Int?]) -> [String] {
            [row.registered.map { "\($0)" } ?? ""]
                + zip(Measure.allCases, ranks).flatMap { measure, rank -> [String] in
                    guard let rate = row.rates[measure] else { return ["", "", "", ""] }
                    return [
                        rate.percent ?? "无数据", "\(rate.numerator)", "\(rate.denominator)", rank.map { "\($0)" } ?? "",
                    ]
                }
        }
        var rows = [
            ["代码", grouping.title, Measure.registered.title]
                + Measure.allCases.flatMap { ["\($0.title)(%)", "\($0.title)分子", "\($0.title)分母", "\($0.title)名次"] }
        ]
        for (index, row) in (table?.rows ?? []).enumerated() {
            rows.append([row.code ?? "", name(row, grouping, rules)] + figures(row, ranks.map { $0[index] }))
        }
        rows.append(["", "合计"] + figures(report.total, ranks.map { _ in nil }))
        let notes = [
            ["期间", "\(report.period.from) 至 \(report.period.to)"],
            ["说明", "空白的数不公布：1 至 \(report.least - 1) 的数,以及为使它不能由合计推算而隐去的"],
        ]
        let definitions = Measure.allCases.map { [$0.title, $0.definition] } + [["口径", Measure.common]]
        return rows
            + (notes + definitions).map { $0 + Array(repeating: "", count: rows[0].count - $0.count) }
    }
}
