import Casework
import Access
import CaseStore
import HTTP
import Pages
import WorkPages
import WorkingTime

/// The reports in a browser: rates and ranks as a table and as bars, with their definitions, and the table as a file.
struct ReportPages {
    let site: WorkSite
    let store: ReportStore
    let cases: CaseStore
    /// Who may read reports.
    let readers: [Role]

    static let ways = [(address: "/rates", title: "统计")]

    var all: [Route] { site.all + [Style.route, rates, table] }

    private static let parameters: [Parameter] = [
        .query("by", .choice(Grouping.allCases.map(\.rawValue)), "分组:主办单位或分类"),
        .query("from", .string(0...10), "起始日(登记日,北京时间)"), .query("to", .string(0...10), "截止日,含当日"),
    ]

    /// What is asked for; without dates this month so far.
    private struct Question {
        let grouping: Grouping
        let from: String
        let to: String

        var period: Period? {
            guard let from = CivilDay(from), let to = CivilDay(to) else { return nil }
            return Period(from: from, to: to)
        }

        init(_ request: Request, today: String) {
            func given(_ name: String) -> String? { request.parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
            grouping = request.parameter("by").flatMap(Grouping.init) ?? .organisation
            to = given("to") ?? today
            from = given("from") ?? String(today.prefix(8) + "01")
        }
    }

    private func question(_ request: Request) async throws -> Question {
        Question(request, today: String(try await cases.now().iso8601.prefix(10)))
    }

    /// What a page shows to who may read reports.
    private func page(_ request: Request, _ body: (WorkSite.Visitor) async throws -> Response) async throws -> Response
    {
        try await site.page(request) { visitor in
            guard visitor.session.has(any: readers) else {
                let wanted = readers.map(\.title).joined(separator: "、")
                throw Problem(403, "role-required", "没有这项权限", detail: "需要以下角色之一：\(wanted)")
            }
            return try await body(visitor)
        }
    }

    private var rates: Route {
        Route(
            .get, "\(site.prefix)/rates", "各项统计率的页面", tags: ["pages"], parameters: Self.parameters,
            answers: [WorkSite.html]
        ) { request, _ in
            try await page(request) { visitor in
                let question = try await question(request)
                guard let period = question.period else {
                    let fault = [("from", "没有这样的期间：起止日须是日历上的日子，且截止日不早于起始日")]
                    return site.frame("统计", for: visitor, "\(summary(of: fault))\(Self.form(question, site.prefix))")
                        .response(status: 422)
                }
                let report = try await store.rates(by: question.grouping, in: period)
                let rules = try await cases.rulebook()
                let title = { (code: String) in rules.title(of: code, question.grouping) }
                return site.frame(
                    "统计：\(period.from) 至 \(period.to)", for: visitor,
                    """
                    \(Self.form(question, site.prefix))
                    \(Self.table(report, title))
                    \(Measure.allCases.compactMap { Self.chart($0, report, title) })
                    \(Self.notes(report))
                    """
                ).response()
            }
        }
    }

    private var table: Route {
        Route(
            .get, "\(site.prefix)/rates.csv", "各项统计率的表格,可用电子表格打开", tags: ["pages"], parameters: Self.parameters,
            answers: [.init(200, "表格", .string(0...100_000_000), type: "text/csv")]
        ) { request, _ in
            try await page(request) { _ in
                let question = try await question(request)
                guard let period = question.period else { throw Problem.invalid([.init("from", "没有这样的期间")]) }
                let report = try await store.rates(by: question.grouping, in: period)
                let rules = try await cases.rulebook()
                return Spreadsheet.answer(report) { rules.title(of: $0, question.grouping) }
            }
        }
    }

    private static func form(_ question: Question, _ prefix: String) -> HTML {
        let choices = Grouping.allCases.map { one -> HTML in
            "<option value='\(one.rawValue)'\(one == question.grouping ? " selected" : nil)>\(one.title)</option>"
        }
        return """
            <form method="get" action="\(prefix)/rates" class="card">
            <div class="field"><label for="by">按什么分组</label><select id="by" name="by">\(choices)</select></div>
            \(Field("from", "起始日", hint: "按登记日，北京时间", .line(type: "date")).html(question.from))
            \(Field("to", "截止日", hint: "含当日", .line(type: "date")).html(question.to))
            <button>统计</button>
            <a href="\(prefix)/rates.csv?by=\(question.grouping.rawValue)&amp;from=\(question.from)&amp;to=\(question.to)">下载表格</a>
            </form>
            """
    }

    private static func name(_ group: RatesReport.Group, _ report: RatesReport, _ title: (String) -> String) -> String {
        group.code.map(title) ?? report.grouping.titleOfNone
    }

    private static func table(_ report: RatesReport, _ title: (String) -> String) -> HTML {
        let ranks = Measure.allCases.map { report.ranks(of: $0) }
        func cells(_ group: RatesReport.Group, _ ranks: [Int?]) -> [HTML] {
            zip(Measure.allCases, ranks).map { measure, rank -> HTML in
                let rate = group.rates[measure]
                let place = rank.map { "，第 \($0) 名" } ?? ""
                return """
                    <td data-label="\(measure.title)">\(rate.percent.map { "\($0) %" } ?? "无数据") \
                    <span class="hint">\(rate.numerator)/\(rate.denominator)\(place)</span></td>
                    """
            }
        }
        let rows = report.groups.enumerated().map { index, group -> HTML in
            """
            <tr><th scope="row">\(name(group, report, title))</th><td data-label="登记数">\(group.registered)</td>
            \(cells(group, ranks.map { $0[index] }))</tr>
            """
        }
        let heads = Measure.allCases.map { measure -> HTML in "<th scope='col'>\(measure.title)</th>" }
        return """
            <table><thead><tr><th scope="col">\(report.grouping.title)</th><th scope="col">登记数</th>\(heads)</tr></thead>
            <tbody>\(rows)
            <tr><th scope="row">合计</th><td data-label="登记数">\(report.total.registered)</td>
            \(cells(report.total, ranks.map { _ in nil }))</tr></tbody></table>
            """
    }

    private static func chart(_ measure: Measure, _ report: RatesReport, _ title: (String) -> String) -> HTML? {
        Chart.bars(
            measure.title,
            report.groups.compactMap { group in
                group.rates[measure].hundredths.map { (name: name(group, report, title), value: $0) }
            }, full: 10_000)
    }

    /// Numerators and denominators in words (R-CB-31).
    static var definitions: HTML {
        let words =
            ([(Measure.registered.title, Measure.registered.definition)]
            + Measure.allCases.map { ($0.title, $0.definition) } + [("说明", Measure.common)])
            .map { term, words -> HTML in "<dt>\(term)</dt><dd>\(words)</dd>" }
        return "<details class='card'><summary>口径</summary><dl>\(words)</dl></details>"
    }

    private static func notes(_ report: RatesReport) -> HTML {
        return """
            \(Self.definitions)
            \(report.waiting == 0 ? nil : HTML("<p class='hint'>\(report.waiting) 件有新进展的工单尚未计入。</p>"))
            """
    }
}
