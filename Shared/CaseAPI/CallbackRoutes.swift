import Access
import Casework
import HTTP
import JSON
import WorkingTime

/// The list that whoever calls back works off: at the centre the line's, at a desk its own.
struct CallbackRoutes {
    let book: any CaseBook
    let access: AccessStore

    private static let task = Schema.object([
        .required("number", .string(10...20, .digits), "受理编号"),
        .required("round", .integer(1...1000), "办理轮次"),
        .required("attempts", .integer(0...100), "本轮已拨打次数"),
        .required("identity", .choice(Identity.allCases.map(\.rawValue)), "实名或要求保密"),
        .required("answered_at", .string(20...40, .dateTime), "何时答复"),
        .required("supervised", .boolean, "在督办中"),
    ])

    /// Whoever may be called now: supervised cases first, then named complainants, then who has waited longest.
    var list: Route {
        Route(
            .get, "/api/v1/callbacks", "现在可以回访的件,督办件、实名件在前", tags: ["callback"],
            parameters: [
                .query("after", .string(1...60, .code), required: false, "上一页的 next,接着往下列"),
                .query("limit", .integer(1...500), required: false, "至多多少件,缺省 100"),
            ],
            answers: [
                .init(
                    200, "回访单",
                    .object([
                        .required("callbacks", .array(of: Self.task, count: 0...500), "由先到后"),
                        .optional("next", .string(1...60, .code), "还有时,下一页的 after"),
                    ]))
            ]
        ) { request, _ in
            let rules = try await book.rulebook()
            let roles = rules.facts.duties.duties[.callBack]?.roles ?? []
            let session = try await access.authorised(request, any: roles.sorted().map(Role.init(code:)))
            let after = request.parameter("after").map(CallbackList.Key.init)
            if let after, after == nil { throw CaseRoutes.badAfter }
            let page = try await book.callbacks(
                CallbackList(after: after ?? nil, limit: Int(request.parameters["limit"]?.int ?? 100)),
                for: session.organisation)
            var answer: JSONObject = [
                "callbacks": .array(
                    try page.cases.map { view in
                        let file = view.row.file
                        let owed = callbacks(
                            of: file, under: try rules.policies(of: file), on: rules.calendar
                        ).first
                        let answered = file.moment(of: .event(.replied)) ?? view.row.changedAt
                        return [
                            "number": .string(CaseNumber(id: file.id).description),
                            "round": .int(Int64(file.round)),
                            "attempts": .int(Int64(owed?.attempts ?? 0)),
                            "identity": .string(file.identity.rawValue), "answered_at": .string(answered.iso8601),
                            "supervised": .bool(file.course.orders.contains { !$0.isEnded }),
                        ]
                    })
            ]
            answer["next"] = page.next.map { .string($0.text) }
            return .json(.object(answer), headers: ["Cache-Control": "no-store"])
        }
    }
}
