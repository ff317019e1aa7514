import Casework
import HTTP
import JSON

/// The report as the API tells it.
struct RatesDocument {
    let json: JSON

    static let schema = Schema.object([
        .required("by", .choice(Grouping.allCases.map(\.rawValue)), "按什么分组"),
        .required("from", .string(10...10, .date), "起始日"),
        .required("to", .string(10...10, .date), "截止日,含当日"),
        .required("waiting", .integer(0...100_000), "有新进展而尚未计入的工单数,不限期间"),
        .required("definitions", definitions, "口径"),
        .required("groups", .array(of: group, count: 0...100_000), "各组,按代码排列;没有代码的一组在最后"),
        .required("total", .object(figures(ranked: false)), "合计"),
    ])

    private static let definitions = Schema.object(
        (Measure.allCases.map(\.rawValue) + ["registered", "common"]).map { .required($0, .string(1...1000), "") })

    private static let group = Schema.object(
        [
            .required("code", .nullable(.string(1...200)), "代码;尚未转办或尚未分类的为 null"),
            .required("title", .string(1...200), "名称"),
        ] + figures(ranked: true))

    private static func figures(ranked: Bool) -> [Schema.Field] {
        var rate: [Schema.Field] = [
            .required("numerator", .integer(0...Int64.max), "分子"),
            .required("denominator", .integer(0...Int64.max), "分母"),
            .required("percent", .nullable(.number(0...100)), "百分比,截至两位小数;无数据为 null"),
        ]
        if ranked { rate.append(.required("rank", .nullable(.integer(1...100_000)), "名次,并列者相同;无数据为 null")) }
        return [.required("registered", .integer(0...Int64.max), Measure.registered.title)]
            + Measure.allCases.map { .required($0.rawValue, .object(rate), $0.title) }
    }

    /// - Parameter title: what people read for a group's code.
    init(_ report: RatesReport, title: (String) -> String) {
        let ranks = Measure.allCases.map { (measure: $0, ranks: report.ranks(of: $0)) }
        let groups = report.groups.enumerated().map { index, group -> JSON in
            var members: JSONObject = [
                "code": group.code.map(JSON.string) ?? .null,
                "title": .string(group.code.map(title) ?? report.grouping.titleOfNone),
                "registered": .int(Int64(group.registered)),
            ]
            for (measure, ranks) in ranks {
                var rate = Self.rate(group.rates[measure])
                rate["rank"] = ranks[index].map { .int(Int64($0)) } ?? .null
                members[measure.rawValue] = .object(rate)
            }
            return .object(members)
        }
        var total: JSONObject = ["registered": .int(Int64(report.total.registered))]
        var definitions: JSONObject = ["registered": .string(Measure.registered.definition)]
        for measure in Measure.allCases {
            total[measure.rawValue] = .object(Self.rate(report.total.rates[measure]))
            definitions[measure.rawValue] = .string(measure.definition)
        }
        definitions["common"] = .string(Measure.common)
        json = [
            "by": .string(report.grouping.rawValue), "from": .string(report.period.from.description),
            "to": .string(report.period.to.description), "waiting": .int(Int64(report.waiting)),
            "definitions": .object(definitions), "groups": .array(groups), "total": .object(total),
        ]
    }

    private static func rate(_ rate: Rate) -> JSONObject {
        [
            "numerator": .int(Int64(rate.numerator)), "denominator": .int(Int64(rate.denominator)),
            // The nearest Double to a number with two digits is written with these two digits.
            "percent": rate.hundredths.map { .double(Double($0) / 100) } ?? .null,
        ]
    }
}
