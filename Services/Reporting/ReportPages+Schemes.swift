import CaseStore
import Casework
import HTTP
import Pages
import WorkPages

/// Each scheme by itself: its rates by its own limits, and the rates that it wants reached.
extension ReportPages {
    var schemes: Route {
        Route(
            .get, "\(site.prefix)/schemes", "各套办法各自的统计率和目标的页面", tags: ["pages"], parameters: Self.parameters,
            answers: [WorkSite.html]
        ) { request, _ in
            try await page(request) { visitor in
                let question = try await question(request)
                let rules = try await cases.rulebook()
                let form = Self.form(
                    question, rules, today: try await cases.now().day, "\(site.prefix)/schemes", isGrouped: false)
                guard let period = question.period else { return refused(question, visitor, form) }
                let rates = try await store.schemes(in: period)
                return site.frame(
                    "各套办法：\(period.from) 至 \(period.to)", for: visitor,
                    """
                    \(form)
                    <p class="hint">一件工单适用几套办法的，各计一次；每套只按自己的时限和自己的工单计，互不排名。</p>
                    \(Self.table(rates, rules))
                    \(Self.targets(rates, rules))
                    \(Self.definitions)
                    """
                ).response()
            }
        }
    }

    private static func title(of profile: String, _ rules: Rulebook) -> String {
        rules.profile(named: profile)?.title ?? profile
    }

    private static func table(_ schemes: [SchemeRates], _ rules: Rulebook) -> HTML {
        guard !schemes.isEmpty else { return "<p>这一期间没有工单。</p>" }
        let rows = schemes.map { scheme -> HTML in
            let cells = Measure.allCases.map { cell($0.title, scheme.all[$0]) }
            return "<tr><th scope='row'>\(title(of: scheme.profile, rules))</th>\(cells)</tr>"
        }
        let heads = Measure.allCases.map { measure -> HTML in "<th scope='col'>\(measure.title)</th>" }
        return """
            <table><thead><tr><th scope="col">办法</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private static func targets(_ schemes: [SchemeRates], _ rules: Rulebook) -> HTML {
        let none = Rate(numerator: 0, denominator: 0)
        let empty = Rates(closing: none, onTime: none, resolution: none, satisfaction: none)
        let rows = rules.newest.flatMap { policy in
            policy.targets.map { target -> HTML in
                let profile = policy.version.profile
                let scheme =
                    schemes.first { $0.profile == profile }
                    ?? SchemeRates(profile: profile, all: empty, supervised: empty)
                let rate = scheme[target]
                let result: HTML =
                    switch rate.reaches(target.least) {
                    case nil: "无数据"
                    case true?: "达到"
                    case false?: "<span class='late'>未达到</span>"
                    }
                return """
                    <tr><th scope="row">\(target.title)<span class="hint">（\(title(of: profile, rules))）</span></th>
                    <td data-label="目标">\(target.least) %</td>\(cell("实际", rate))<td data-label="结果">\(result)</td>
                    <td data-label="依据">\(target.source)</td></tr>
                    """
            }
        }
        guard !rows.isEmpty else { return "" }
        return """
            <h2>目标</h2>
            <p class="hint">督办工单的，只计曾被督办的，每件取最后一次有评价的轮次。</p>
            <table><thead><tr><th scope="col">指标</th><th scope="col">目标</th><th scope="col">实际</th><th scope="col">结果</th>
            <th scope="col">依据</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }
}
