import Casework

/// The report as a table for a spreadsheet, with period and definitions below it.
struct RatesTable {
    let rows: [[String]]

    private static let noData = "无数据"

    /// - Parameter title: what people read for a group's code.
    init(_ report: RatesReport, title: (String) -> String) {
        let ranks = Measure.allCases.map { report.ranks(of: $0) }
        var rows = [
            ["代码", report.grouping.title, Measure.registered.title]
                + Measure.allCases.flatMap { ["\($0.title)(%)", "\($0.title)分子", "\($0.title)分母", "\($0.title)名次"] }
        ]
        for (index, group) in report.groups.enumerated() {
            rows.append(
                [group.code ?? "", group.code.map(title) ?? report.grouping.titleOfNone]
                    + Self.figures(of: group, ranks: ranks.map { $0[index] }))
        }
        rows.append(["", "合计"] + Self.figures(of: report.total, ranks: ranks.map { _ in nil }))
        let width = rows[0].count
        let notes = [
            ["期间", "\(report.period.from) 至 \(report.period.to)"], ["未计入", "\(report.waiting) 件有新进展的工单尚未计入"],
            [Measure.registered.title, Measure.registered.definition],
        ]
        let definitions = Measure.allCases.map { [$0.title, $0.definition] } + [["说明", Measure.common]]
        rows += (notes + definitions).map { $0 + Array(repeating: "", count: width - $0.count) }
        self.rows = rows
    }

    private static func figures(of group: RatesReport.Group, ranks: [Int?]) -> [String] {
        ["\(group.registered)"]
            + zip(Measure.allCases, ranks).flatMap { measure, rank in
                let rate = group.rates[measure]
                return [
                    rate.percent ?? noData, "\(rate.numerator)", "\(rate.denominator)", rank.map { "\($0)" } ?? "",
                ]
            }
    }
}
