import Access
import Casework
import HTTP
import JSON
import WorkingTime

/// Who read what, for programs of leaders and auditors.
struct ReadRoutes: Sendable {
    let access: AccessStore

    private static let read = Schema.object([
        .required("id", .integer(1...Int64.max), "记录编号,翻页时作 before"),
        .required("at", .string(20...40, .dateTime), "何时"), .required("number", .string(1...20), "受理编号"),
        .required("purpose", .string(1...40), "查阅目的的代码"), .required("account", .integer(1...Int64.max), "账号编号"),
        .required("name", .string(1...64), "用户名"), .required("title", .string(0...200), "姓名"),
        .optional("organisation", .string(1...60), "哪个单位;没有则为中心"),
    ])

    var list: Route {
        Route(
            .get, "/api/v1/reads", "谁查阅了原文和联系方式,由近到远:领导看本单位工单的,审计人员看全部", tags: ["cases"],
            parameters: [
                .query("number", .string(1...40), required: false, "只看这一件"),
                .query("account", .integer(1...Int64.max), required: false, "只看这一账号"),
                .query("from", .string(10...10), required: true, "起始日"),
                .query("until", .string(10...10), required: true, "截止日,含当日,最长一年"),
                .query("before", .integer(1...Int64.max), required: false, "只列比这一条更早的"),
                .query("limit", .integer(1...500), required: false, "至多多少条,缺省 100"),
            ],
            answers: [
                .init(200, "查阅记录", .object([.required("reads", .array(of: Self.read, count: 0...500), "由近到远")]))
            ]
        ) { request, _ in
            _ = try await access.authorised(request, any: AccessStore.readersOfReads)
            var id: Int64?
            if let number = request.parameter("number") {
                guard let known = CaseNumber(number) else { throw Problem.invalid([.init("number", "不是受理编号")]) }
                id = known.id
            }
            guard let days = Days(from: request.parameter("from") ?? "", until: request.parameter("until") ?? "") else {
                throw Problem.invalid([.init("from", Self.periodFault)])
            }
            let question = ReadQuestion(
                caseID: id, account: request.parameters["account"]?.int, from: days.from, until: days.until,
                before: request.parameters["before"]?.int)
            let reads = try await access.reads(
                question, for: AccessStore.token(of: request) ?? "", limit: Int(request.parameters["limit"]?.int ?? 100)
            )
            return .json(
                ["reads": .array(reads.map(Self.document))], headers: ["Cache-Control": "no-store"])
        }
    }

    private static func document(_ read: Read) -> JSON {
        var members: JSONObject = [
            "id": .int(read.id), "at": .string(read.at.iso8601),
            "number": .string(CaseNumber(id: read.caseID).description), "purpose": .string(read.purpose),
            "account": .int(read.account), "name": .string(read.name), "title": .string(read.title),
        ]
        members["organisation"] = read.organisation.map(JSON.string)
        return .object(members)
    }

    static let periodFault = "起止日须是日历上的日子，截止日不早于起始日，最长一年"
}
