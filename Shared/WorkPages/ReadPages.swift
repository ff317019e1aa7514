import Access
import CaseAPI
import CaseStore
import Casework
import Foundation
import HTTP
import Pages
import Policies
import WorkingTime

/// Who read what people wrote: for leaders of their organisation's cases, for auditors of all.
struct ReadPages: Sendable {
    let site: WorkSite
    let book: any CaseBook
    let access: AccessStore

    static let way = WorkSite.Way("/reads", "查阅记录", for: AccessStore.readersOfReads)
    /// Rows on one page.
    private static let listed = 100
    /// Days, today counted, if nobody says otherwise.
    private static let usual = 30

    /// What is asked for. No name in it: addresses are kept by browsers and proxies.
    private struct Question {
        var number = ""
        var account: Int64?
        let from: String
        let until: String

        func address(_ path: String, before: Int64? = nil) -> String {
            let parts = [
                number.isEmpty ? nil : "number=\(number)", account.map { "account=\($0)" }, "from=\(from)",
                "until=\(until)", before.map { "before=\($0)" },
            ]
            return "\(path)?" + parts.compactMap(\.self).joined(separator: "&")
        }
    }

    private var path: String { "\(site.prefix)/reads" }

    var show: Route {
        Route(
            .get, path, "查阅记录的页面", tags: ["pages"],
            parameters: [
                .query("number", .string(0...40), required: false, "受理编号"),
                .query("account", .string(0...20), required: false, "账号编号"),
                .query("from", .string(0...10), required: false, "起始日"),
                .query("until", .string(0...10), required: false, "截止日,含当日"),
                .query("before", .integer(1...Int64.max), required: false, "只列比这一条更早的"),
            ], answers: [WorkSite.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                try visitor.session.require(any: AccessStore.readersOfReads)
                func given(_ name: String) -> String? { request.parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
                let today = Self.today
                var question = Question(
                    from: given("from") ?? today.advanced(by: 1 - Self.usual).description,
                    until: given("until") ?? today.description)
                let number = given("number").map { ($0, CaseNumber($0)) }
                question.number = number?.1?.description ?? ""
                question.account = given("account").flatMap(Int64.init)
                let typed = (number: number?.0 ?? "", account: given("account") ?? "")
                let days = Days(from: question.from, until: question.until)
                var faults: [(field: String, message: String)] = []
                if let number, number.1 == nil { faults.append(("number", "不是受理编号")) }
                if given("account") != nil, question.account == nil { faults.append(("account", "账号编号是一个整数")) }
                if days == nil { faults.append(("from", "起止日须是日历上的日子，截止日不早于起始日，最长一年")) }
                guard faults.isEmpty, let days else {
                    return site.frame("查阅记录", for: visitor, form(question, typed, faults)).response(status: 422)
                }
                let reads = try await access.reads(
                    ReadQuestion(
                        caseID: number?.1?.id, account: question.account, from: days.from, until: days.until,
                        before: request.parameters["before"]?.int), for: visitor.token, limit: Self.listed)
                let rules = try await book.rulebook()
                let next = reads.count == Self.listed ? reads.last.map { question.address(path, before: $0.id) } : nil
                return site.frame(
                    "查阅记录", for: visitor,
                    """
                    \(form(question, typed, []))
                    \(reads.isEmpty ? "<p>这段时间没有查阅。</p>" : table(reads, question, rules))
                    \(next.map { address -> HTML in "<p><a href='\(address)'>更早的</a></p>" })
                    """
                ).response()
            }
        }
    }

    /// Of the machine, by which reading is recorded.
    private static var today: CivilDay {
        let now = Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        return CivilDay(String(now.iso8601.prefix(10))) ?? CivilDay(number: 0)
    }

    private func form(
        _ question: Question, _ typed: (number: String, account: String), _ faults: [(field: String, message: String)]
    ) -> HTML {
        func field(_ name: String, _ label: String, _ value: String, hint: String? = nil, _ kind: Field.Kind) -> HTML {
            Field(name, label, hint: hint, kind).html(value, fault: faults.first { $0.field == name }?.message)
        }
        return """
            \(summary(of: faults))
            <form method="get" action="\(path)" class="card">
            \(field("number", "受理编号", typed.number, .line()))
            \(field("account", "账号编号", typed.account, hint: "在下表中每个人的后面", .line()))
            \(field("from", "起始日", question.from, .line(type: "date")))
            \(field("until", "截止日", question.until, hint: "含当日", .line(type: "date")))
            <button>查询</button></form>
            """
    }

    private func table(_ reads: [Read], _ question: Question, _ rules: Rulebook) -> HTML {
        let rows = reads.map { read -> HTML in
            let number = CaseNumber(id: read.caseID).description
            var (same, hers) = (question, question)
            same.number = number
            hers.account = read.account
            let place = read.organisation.map { rules.directory.organisations[$0]?.title ?? $0 } ?? "中心"
            return """
                <tr><td data-label="时间"><time datetime="\(read.at.iso8601)">\(read.at.readable)</time></td>
                <td data-label="受理编号">\(read.caseID == 0 ? "无" : HTML("<a href='\(same.address(path))'>\(number)</a>"))</td>
                <td data-label="谁">\(read.title)（\(read.name)，<a href="\(hers.address(path))">账号 \("\(read.account)")</a>）</td>
                <td data-label="单位">\(place)</td>
                <td data-label="目的">\(KnownCodes.title(of: read.purpose))</td></tr>
                """
        }
        return """
            <table><thead><tr><th scope="col">时间</th><th scope="col">受理编号</th><th scope="col">谁</th>
            <th scope="col">单位</th><th scope="col">目的</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }
}
