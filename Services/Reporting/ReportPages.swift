import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import Pages
import WorkPages
import WorkingTime

/// The reports in a browser: rates and ranks as a table and as bars, with their definitions, the cases behind each figure, and the table
/// as a file.
struct ReportPages {
    let site: WorkSite
    let store: ReportStore
    let cases: CaseStore
    /// A case's own page, for reading.
    let file: CasePages
    /// Who may read reports.
    let readers: [Role]

    static let ways = [WorkSite.Way("/rates", "统计"), WorkSite.Way("/schemes", "各套办法")]

    init(access: AccessStore, store: ReportStore, cases: CaseStore, readers: [Role]) {
        site = WorkSite(prefix: "/reports", access: access, ways: Self.ways)
        file = CasePages(reading: site, book: CentreBook(pool: store.pool, store: cases), access: access)
        self.store = store
        self.cases = cases
        self.readers = readers
    }

    var all: [Route] { site.all + [Style.route, rates, table, schemes, behind, file.show] }

    static let parameters: [Parameter] = [
        .query("by", .choice(Grouping.allCases.map(\.rawValue)), "分组:主办单位或分类"),
        .query("within", .string(0...60), "只计这一分类(按主办单位分组时)或这一主办单位的(按分类分组时)"),
        .query("from", .string(0...10), "起始日(登记日,北京时间)"), .query("to", .string(0...10), "截止日,含当日"),
    ]

    /// What is asked for; without dates this month so far.
    struct Question {
        let grouping: Grouping
        let within: String?
        let from: String
        let to: String

        var period: Period? {
            guard let from = CivilDay(from), let to = CivilDay(to) else { return nil }
            return Period(from: from, to: to)
        }

        init(_ request: Request, today: String) {
            func given(_ name: String) -> String? { request.parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
            grouping = request.parameter("by").flatMap(Grouping.init) ?? .organisation
            within = given("within")
            to = given("to") ?? today
            from = given("from") ?? String(today.prefix(8) + "01")
        }

        init(_ question: Question, _ period: Period) {
            grouping = question.grouping
            within = question.within
            from = period.from.description
            to = period.to.description
        }

        /// As the query of an address. Only of what was understood: codes and days.
        var query: String { "by=\(grouping.rawValue)&within=\(within ?? "")&from=\(from)&to=\(to)" }
    }

    func question(_ request: Request) async throws -> Question {
        Question(request, today: String(try await cases.now().iso8601.prefix(10)))
    }

    /// What a page shows to who may read reports.
    func page(_ request: Request, _ body: (WorkSite.Visitor) async throws -> Response) async throws -> Response {
        try await site.page(request) { visitor in
            try visitor.session.require(any: readers)
            return try await body(visitor)
        }
    }

    /// A period that is none, said on a page that asks for another.
    func refused(_ question: Question, _ visitor: WorkSite.Visitor, _ form: HTML) -> Response {
        let fault = [("from", "没有这样的期间：起止日须是日历上的日子，且截止日不早于起始日")]
        return site.frame("统计", for: visitor, "\(summary(of: fault))\(form)").response(status: 422)
    }

    private var rates: Route {
        Route(
            .get, "\(site.prefix)/rates", "各项统计率的页面", tags: ["pages"], parameters: Self.parameters,
            answers: [WorkSite.html]
        ) { request, _ in
            try await page(request) { visitor in
                let question = try await question(request)
                let rules = try await cases.rulebook()
                let form = Self.form(question, rules, today: try await cases.now().day, "\(site.prefix)/rates")
                guard let period = question.period else { return refused(question, visitor, form) }
                let report = try await store.rates(by: question.grouping, within: question.within, in: period)
                let title = { (code: String) in rules.title(of: code, question.grouping) }
                return site.frame(
                    "统计：\(period.from) 至 \(period.to)", for: visitor,
                    """
                    \(form)
                    <p><a href="\(site.prefix)/rates.csv?\(question.query)">下载表格</a></p>
                    \(table(report, question, title))
                    \(Self.origins(try await store.origins(in: period), isNarrowed: question.within != nil))
                    \(Measure.allCases.compactMap { Self.chart($0, report, title) })
                    \(Self.definitions)
                    \(report.waiting == 0 ? nil : HTML("<p class='hint'>\(report.waiting) 件有新进展的工单尚未计入。</p>"))
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
                let report = try await store.rates(by: question.grouping, within: question.within, in: period)
                let rules = try await cases.rulebook()
                return Spreadsheet.answer(report) { rules.title(of: $0, question.grouping) }
            }
        }
    }

    // MARK: What is asked for

    /// - Parameters:
    ///   - address: of the page that answers.
    ///   - isGrouped: whether it asks for groups too, or for a period alone.
    static func form(
        _ question: Question, _ rules: Rulebook, today: CivilDay, _ address: String, isGrouped: Bool = true
    ) -> HTML {
        let choices = Grouping.allCases.map { one -> HTML in
            "<option value='\(one.rawValue)'\(one == question.grouping ? " selected" : nil)>\(one.title)</option>"
        }
        let other: Grouping = question.grouping == .organisation ? .subject : .organisation
        let codes = rules.codes(of: other).map { (value: $0, title: rules.title(of: $0, other)) }
        let groups: HTML = """
            <div class="field"><label for="by">按什么分组</label><select id="by" name="by">\(choices)</select></div>
            \(Field("within", "只看一个\(other.title)", .list(codes)).html(question.within ?? ""))
            """
        let periods = Period.usual(on: today).map { name, period -> HTML in
            "<a href='\(address)?\(Question(question, period).query)'>\(name)</a>"
        }
        return """
            <form method="get" action="\(address)" class="card">
            <p class='ways'>\(periods)</p>
            \(isGrouped ? groups : nil)
            \(Field("from", "起始日", hint: "按登记日，北京时间", .line(type: "date")).html(question.from))
            \(Field("to", "截止日", hint: "含当日", .line(type: "date")).html(question.to))
            <button>统计</button>
            </form>
            """
    }

    // MARK: What is answered

    static func name(_ group: RatesReport.Group, _ report: RatesReport, _ title: (String) -> String) -> String {
        group.code.map(title) ?? report.grouping.titleOfNone
    }

    private func table(_ report: RatesReport, _ question: Question, _ title: (String) -> String) -> HTML {
        let ranks = Measure.allCases.map { report.ranks(of: $0) }
        func line(_ name: String, _ figures: RatesReport.Group, _ group: Figure.Group, _ ranks: [Int?]) -> HTML {
            func link(_ number: Int, _ measure: Measure?, _ part: Figure.Part) -> HTML {
                let figure = Figure(measure: measure, part: part, group: group)
                return number == 0
                    ? "0"
                    : "<a href='\(address(of: figure, question))' title='\(name)：\(figure.title)'>\(number)</a>"
            }
            let cells = zip(Measure.allCases, ranks).map { measure, rank -> HTML in
                let rate = figures.rates[measure]
                return """
                    <td data-label="\(measure.title)">\(rate.percent.map { "\($0) %" } ?? "无数据") \
                    <span class="hint">\(link(rate.numerator, measure, .counted))/\(link(rate.denominator, measure, .whole))\
                    \(rank.map { "，第 \($0) 名" } ?? "")</span></td>
                    """
            }
            return """
                <tr><th scope="row">\(name)</th>\
                <td data-label="\(Measure.registered.title)">\(link(figures.registered, nil, .whole))</td>
                \(cells)</tr>
                """
        }
        let rows = report.groups.enumerated().map { index, group in
            line(
                Self.name(group, report, title), group, group.code.map(Figure.Group.code) ?? .none,
                ranks.map { $0[index] })
        }
        let heads = Measure.allCases.map { measure -> HTML in "<th scope='col'>\(measure.title)</th>" }
        return """
            <table><thead><tr><th scope="col">\(report.grouping.title)</th><th scope="col">\(Measure.registered.title)</th>\(heads)</tr></thead>
            <tbody>\(rows)
            \(line("合计", report.total, .all, ranks.map { _ in nil }))</tbody></table>
            """
    }

    private static func chart(_ measure: Measure, _ report: RatesReport, _ title: (String) -> String) -> HTML? {
        Chart.bars(
            measure.title,
            report.groups.compactMap { group in
                group.rates[measure].hundredths.map { (name: name(group, report, title), value: $0) }
            }, full: 10_000)
    }

    /// A cell with a rate that is about its whole population.
    static func cell(_ label: String, _ rate: Rate) -> HTML {
        """
        <td data-label="\(label)">\(rate.percent.map { "\($0) %" } ?? "无数据") \
        <span class="hint">\(rate.numerator)/\(rate.denominator)</span></td>
        """
    }

    /// - Parameter isNarrowed: whether the page shows less than the whole period, of which this table is.
    private static func origins(_ origins: [OriginRates], isNarrowed: Bool) -> HTML {
        let rows = origins.map { one -> HTML in
            let name =
                switch one.origin {
                case .complainant: "当事人自己评价"
                case .agent: "中心回访"
                case .handler: "办理单位自己回访"
                }
            return """
                <tr><th scope="row">\(name)</th>\(cell(Measure.resolution.title, one.resolution))
                \(cell(Measure.satisfaction.title, one.satisfaction))</tr>
                """
        }
        return """
            <h2>评价从何而来\(isNarrowed ? "（期间内全部）" : "")</h2>
            <p class="hint">办理单位自己回访所得的，与他人所得的分开看：自己问自己办的，须由他方抽查。</p>
            <table><thead><tr><th scope="col">来源</th><th scope="col">\(Measure.resolution.title)</th>
            <th scope="col">\(Measure.satisfaction.title)</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    /// Numerators and denominators in words (R-CB-31).
    static var definitions: HTML {
        let words =
            ([(Measure.registered.title, Measure.registered.definition)]
            + Measure.allCases.map { ($0.title, $0.definition) } + [("说明", Measure.common)])
            .map { term, words -> HTML in "<dt>\(term)</dt><dd>\(words)</dd>" }
        return "<details class='card'><summary>口径</summary><dl>\(words)</dl></details>"
    }
}

extension Rulebook {
    /// What cases may be grouped by: organisations that lead, or the subjects of all schemes.
    func codes(of grouping: Grouping) -> [String] {
        switch grouping {
        case .organisation: directory.organisations.values.filter(\.hasInbox).map(\.code).sorted()
        case .subject:
            Set(newest.flatMap { profile(named: $0.version.profile)?.classification?.subjects.map(\.code) ?? [] })
                .sorted()
        }
    }
}
