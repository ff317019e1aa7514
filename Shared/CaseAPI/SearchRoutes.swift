import Access
import CaseStore
import Casework
import HTTP
import JSON

/// Looks for cases by number, telephone, name, words and place. A question is the body of a request, never a part of an address.
struct SearchRoutes {
    let book: any CaseBook
    let access: AccessStore

    var search: Route {
        Route(
            .post, "/api/v1/searches", "检索,含已办结的;谁检索了什么先记录在案", tags: ["cases"],
            body: .json(
                .object(
                    SearchQuestion.schema + [
                        .optional("before", .string(10...40), "只列早于此受理编号的,即上一页的 next"),
                        .optional("limit", .integer(1...100), "至多多少件,缺省 20"),
                    ])),
            answers: [
                .init(
                    200, "查到的件",
                    .object([
                        .required("cases", .array(of: CaseDocument.summary, count: 0...100), "新的在前"),
                        .optional("next", .string(10...40, .digits), "还有更早的时,下一页的 before"),
                    ]))
            ]
        ) { request, body in
            let rules = try await book.rulebook()
            let session = try await access.authorised(
                request, any: rules.facts.duties.search.sorted().map(Role.init(code:)))
            let question: SearchQuestion
            do throws(Problem) {
                question = try SearchQuestion(reading: body)
            } catch {
                throw Problem.invalid(error.fields.map { .init("/\($0.name)", $0.message) })
            }
            let before = body["before"]?.string.map(CaseNumber.init)
            if let before, before == nil { throw Problem.invalid([.init("/before", "受理编号有误")]) }
            guard
                let found = try await book.found(
                    question, for: session, before: before??.id, limit: Int(body["limit"]?.int ?? 20), on: access)
            else { throw Problem(401, "log-in-required", "请先登录") }
            var answer: JSONObject = ["cases": .array(try found.cases.map { try CaseDocument.summary($0, rules) })]
            answer["next"] = found.last.map { .string(CaseNumber(id: $0).description) }
            return .json(.object(answer), headers: ["Cache-Control": "no-store"])
        }
    }
}
