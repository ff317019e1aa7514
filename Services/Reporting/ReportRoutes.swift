import CaseAPI
import CaseStore
import HTTP
import JSON
import WorkingTime

/// The API of reports.
struct ReportRoutes {
    let store: ReportStore
    let cases: CaseStore
    /// Throws the problem of a request that may not read reports.
    let authorise: @Sendable (Request) async throws -> Void

    var all: [Route] { [rates, supervision] }

    private enum Format: String, CaseIterable {
        case json, csv
    }

    private var rates: Route {
        Route(
            .get, "/api/v1/reports/rates", "各单位或各分类的办结率、及时率、实际解决率和满意率", tags: ["reports"],
            parameters: [
                .query("by", .choice(Grouping.allCases.map(\.rawValue)), required: true, "分组:主办单位或分类"),
                .query("from", .string(10...10, .date), required: true, "起始日(登记日,北京时间)"),
                .query("to", .string(10...10, .date), required: true, "截止日,含当日"),
                .query("format", .choice(Format.allCases.map(\.rawValue)), "格式,默认 json"),
            ],
            answers: [
                .init(200, "统计结果", RatesDocument.schema),
                .init(200, "统计结果", .string(0...100_000_000), type: "text/csv"),
            ]
        ) { request, _ in
            try await authorise(request)
            let grouping = request.parameter("by").flatMap(Grouping.init) ?? .organisation
            let period = try Self.period(request)
            let report = try await store.rates(by: grouping, in: period)
            let rules = try await cases.rulebook()
            let title = { (code: String) in rules.title(of: code, grouping) }
            guard request.parameter("format") == Format.csv.rawValue else {
                return .json(RatesDocument(report, title: title).json)
            }
            return Spreadsheet.answer(report, title: title)
        }
    }

    private var supervision: Route {
        Route(
            .get, "/api/v1/reports/supervision", "各套办法当月的督办数与应督办数", tags: ["reports"],
            parameters: [.query("month", .string(7...7), required: true, "月份,如 2026-03(北京时间)")],
            answers: [.init(200, "督办比例", SupervisionDocument.schema)]
        ) { request, _ in
            try await authorise(request)
            guard let month = request.parameter("month").flatMap(Month.init), let before = month.before else {
                throw Problem.invalid([.init("month", "没有这个月")])
            }
            let rules = try await cases.rulebook()
            let quotas = rules.newest.compactMap { policy in
                policy.supervise?.quota.map { (profile: policy.version.profile, quota: $0) }
            }
            let shares = try await SupervisionShare.all(quotas, in: month, after: before, on: store.pool)
            return .json(SupervisionDocument(shares, in: month) { rules.profile(named: $0)?.title ?? $0 }.json)
        }
    }

    private static func period(_ request: Request) throws(Problem) -> Period {
        func day(_ name: String) -> CivilDay? { request.parameter(name).flatMap { CivilDay($0) } }
        var faults: [Problem.Field] = []
        for name in ["from", "to"] where day(name) == nil { faults.append(.init(name, "没有这一天")) }
        if let from = day("from"), let to = day("to") {
            if let period = Period(from: from, to: to) { return period }
            faults.append(.init("to", "不能早于起始日"))
        }
        throw Problem.invalid(faults)
    }
}

extension Rulebook {
    /// What people read for a group's code; the code itself where nobody has a name for it.
    func title(of code: String, _ grouping: Grouping) -> String {
        switch grouping {
        case .organisation: directory.organisations[code]?.title ?? code
        case .subject:
            newest.lazy.compactMap { profile(named: $0.version.profile)?.title(of: code) }.first ?? code
        }
    }
}
