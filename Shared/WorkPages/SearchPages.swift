import Access
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Pages

/// Search by number, telephone, name, words and place, also for closed cases. What is asked is sent in the body of the form, so that no
/// address, and no list of pages visited, holds it.
extension CasePages {
    /// Cases on one page.
    private static let shown = 20

    var search: Route {
        Route(.get, "\(prefix)/search", "检索的表单", tags: ["pages"], answers: [Self.html]) { request, _ in
            try await site.page(request) { visitor in
                let rules = try await searcher(visitor)
                let isAuditor =
                    visitor.session.organisation == nil
                    && visitor.session.has(
                        any: rules.facts.duties.audit.map(Role.init(code:)))
                return site.frame(
                    "检索", for: visitor,
                    """
                    \(form(.null, visitor))
                    \(isAuditor ? HTML("<p><a href='\(prefix)/searches'>谁检索了什么</a></p>") : nil)
                    """
                ).response()
            }
        }
    }

    var searched: Route {
        Route(
            .post, "\(prefix)/search", "检索的结果;谁检索了什么先记录在案", tags: ["pages"],
            body: .form(
                .object(
                    SearchQuestion.schema + [
                        WorkSite.formTokenField, .optional("before", .string(0...40), "只列早于此受理编号的"),
                    ])), answers: [Self.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                let rules = try await searcher(visitor)
                let question: SearchQuestion
                do throws(Problem) {
                    question = try SearchQuestion(reading: answers)
                } catch {
                    let faults = error.fields.map { (field: $0.name, message: $0.message) }
                    return site.frame(
                        "检索", for: visitor, "\(summary(of: faults))\(form(answers, visitor, faults))"
                    ).response(status: 422)
                }
                guard
                    let found = try await book.found(
                        question, for: visitor.session, before: answers["before"]?.string.flatMap(CaseNumber.init)?.id,
                        limit: Self.shown, on: access)
                else { return .seeOther("\(prefix)/log-in") }
                let now = try await book.now()
                let rows = try found.cases.map { try row($0, rules, now) }
                return site.frame(
                    "检索", for: visitor,
                    """
                    <h2 id="found">查到的工单</h2>
                    \(rows.isEmpty ? "<p>没有查到。</p>" : table(rows))
                    \(found.last.map { next(after: $0, answers, visitor) })
                    <h2>再检索</h2>
                    \(form(answers, visitor))
                    """
                ).response()
            }
        }
    }

    /// For auditors, at the centre: who searched for what.
    package var searches: Route {
        Route(
            .get, "\(prefix)/searches", "谁检索了什么;查阅本页也留有记录", tags: ["pages"],
            parameters: [.query("before", .integer(1...Int64.max), required: false, "只列更早的记录")], answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let rules = try await allowed(visitor, \.audit)
                // It holds what everybody sought, so it is not for an organisation's own auditors.
                guard visitor.session.organisation == nil else {
                    throw Problem(403, "centre-only", "没有这项权限", detail: "只有中心的审计人员可以查阅")
                }
                let searches = try await access.searches(
                    for: visitor.session, before: request.parameters["before"]?.int, limit: Self.listed)
                let rows = searches.map { one -> HTML in
                    let question = one.question
                    let parts =
                        [question.number.map { CaseNumber(id: $0).description }, question.phone, question.name]
                        .compactMap(\.self) + question.words + [question.place].compactMap(\.self)
                    let whose = one.organisation.map { rules.directory.organisations[$0]?.title ?? $0 } ?? "中心"
                    return """
                        <tr><td data-label="何时">\(one.at.readable)</td><td data-label="谁">\(one.who)（\(whose)）</td>
                        <td data-label="检索了什么">\(parts.joined(separator: "；"))</td></tr>
                        """
                }
                let last = searches.count == Self.listed ? searches.last?.id : nil
                return site.frame(
                    "检索记录", for: visitor,
                    """
                    <p class="hint">查阅本页也留有记录。</p>
                    <table><thead><tr><th scope="col">何时</th><th scope="col">谁</th><th scope="col">检索了什么</th></tr></thead>
                    <tbody>\(rows)</tbody></table>
                    \(last.map { id -> HTML in "<p><a href='\(prefix)/searches?before=\("\(id)")'>更早的</a></p>" })
                    """
                ).response()
            }
        }
    }

    /// - Throws: 403 for who may not search.
    private func searcher(_ visitor: Visitor) async throws -> Rulebook { try await allowed(visitor, \.search) }

    private func allowed(_ visitor: Visitor, _ duty: KeyPath<Duties, Set<String>>) async throws -> Rulebook {
        let rules = try await book.rulebook()
        let roles = rules.facts.duties[keyPath: duty].sorted().map(Role.init(code:))
        try visitor.session.require(any: roles)
        return rules
    }

    private static let questions = [
        Field("number", "受理编号"), Field("phone", "电话", hint: "至少七位数字", .line(type: "tel")),
        Field("name", "姓名", hint: "须完整"), Field("words", "原文中的字词", hint: "以空格分开，都须出现；每个至少两个字"),
        Field("place", "地点", hint: "至少两个字"),
    ]

    private func form(
        _ answers: JSON, _ visitor: Visitor, _ faults: [(field: String, message: String)] = []
    ) -> HTML {
        let fields = Self.questions.map { question in
            question.html(
                answers[question.name]?.string ?? "", fault: faults.first { $0.field == question.name }?.message)
        }
        return """
            <form method="post" action="\(prefix)/search" class="card">\(site.hidden(visitor))
            <p class="hint">所填各项须同时符合，已办结的也会查到。检索了什么、看到了哪些工单，都留有记录。</p>
            \(fields)
            <button>检索</button></form>
            """
    }

    private func next(after id: Int64, _ answers: JSON, _ visitor: Visitor) -> HTML {
        let fields = Self.questions.compactMap { question -> HTML? in
            answers[question.name]?.string.map { "<input type='hidden' name='\(question.name)' value='\($0)'>" }
        }
        return """
            <form method="post" action="\(prefix)/search">\(site.hidden(visitor))\(fields)
            <input type="hidden" name="before" value="\(CaseNumber(id: id).description)">
            <button class="quiet" id="next">更早的</button></form>
            """
    }
}
