import Access
import Casework
import HTTP
import JSON
import Pages
import Policies
import WorkPages

/// The page of what was not delivered, for whoever sees to it: sent again, or told by other means.
struct NoticePages: Sendable {
    let site: WorkSite
    let list: NoticeList

    static let way = WorkSite.Way("/notices", "告知")

    var all: [Route] { [show, again] }

    private var path: String { site.prefix + Self.way.address }
    private static let listed = 100

    private func mustWatch(_ visitor: WorkSite.Visitor) async throws {
        try visitor.session.require(any: try await list.watchers())
    }

    private var show: Route {
        Route(
            .get, path, "没有送达当事人的告知的页面", tags: ["pages"],
            parameters: [
                .query("state", .choice(NoticeState.allCases.map(\.rawValue)), required: false, "只列这一状态的"),
                .query("done", .string(0...20, .digits), required: false, "刚才再发的编号"),
            ], answers: [WorkSite.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                try await mustWatch(visitor)
                let state = request.parameter("state").flatMap(NoticeState.init) ?? .failed
                let entries = try await list.entries(state, for: visitor.session.organisation, limit: Self.listed)
                let options = NoticeState.allCases.map { one -> HTML in
                    "<option value='\(one.rawValue)'\(one == state ? " selected" : nil)>\(one.title)</option>"
                }
                let done = request.parameter("done").flatMap(CaseNumber.init)
                return site.frame(
                    "\(state.title)的告知", for: visitor,
                    """
                    \(done.map { number -> HTML in "<div class='notice' role='status'>\(number.description) 的告知会再发一次。</div>" })
                    <form method="get" action="\(path)" class="field"><label for="state">状态</label>
                    <select id="state" name="state">\(options)</select>
                    <button class="quiet">筛选</button></form>
                    \(entries.isEmpty ? "<p>没有这样的告知。</p>" : table(entries, visitor))
                    \(entries.count == Self.listed ? "<p class='hint'>只列出 \(Self.listed) 条。</p>" : nil)
                    <p class="hint">发不到的，请用别的方式告知当事人，并在工单里记“告知当事人”：有记录，告知的时限才算完成。</p>
                    """
                ).response()
            }
        }
    }

    private func table(_ entries: [NoticeList.Entry], _ visitor: WorkSite.Visitor) -> HTML {
        let rows = entries.map { entry -> HTML in
            let number = entry.number.description
            return """
                <tr><td data-label="受理编号"><a href="\(site.prefix)/cases/\(number)">\(number)</a></td>
                <td data-label="告知什么">\(entry.title)\(entry.means.map { "（\(KnownCodes.title(of: $0))）" } ?? "")</td>
                <td data-label="应当告知">\(entry.madeAt.readable)</td>
                <td data-label="已试">\(entry.attempts) 次</td>
                <td data-label="原因">\(Self.words(entry))</td>
                <td data-label="办理">\(button(entry, number, visitor))</td></tr>
                """
        }
        return """
            <table><thead><tr><th scope="col">受理编号</th><th scope="col">告知什么</th><th scope="col">应当告知</th>
            <th scope="col">已试</th><th scope="col">原因</th><th scope="col">办理</th></tr></thead>
            <tbody>\(rows)</tbody></table>
            """
    }

    /// Only what failed is sent again by hand; what waits is tried again by itself.
    private func button(_ entry: NoticeList.Entry, _ number: String, _ visitor: WorkSite.Visitor) -> HTML {
        guard entry.state == .failed else {
            return "\(entry.nextAt.map { "\(entry.state == .sent ? "最迟" : "下次") \($0.readable)" } ?? "")"
        }
        return """
            <form method="post" action="\(path)/again">\(site.hidden(visitor))
            <input type="hidden" name="number" value="\(number)"><input type="hidden" name="version" value="\(entry.version)">
            <button class="quiet" aria-label="再发一次 \(number) 的\(entry.title)">再发一次</button></form>
            """
    }

    private static func words(_ entry: NoticeList.Entry) -> String {
        switch entry.error {
        case nil: entry.attempts == 0 ? "还没有试" : ""
        case "no means": "没有能用的联系方式"
        case "no words": "没有这种告知的文字"
        case "no report": "没有等到送达回执"
        case "no mail address": "电子邮箱写得不对"
        case "timed out": "网关没有及时回答"
        case "cannot connect": "连不上网关"
        case "connection closed", "malformed answer", "no such address": "网关没有好好回答（\(entry.error ?? "")）"
        case let error?:
            Self.beginnings.lazy.filter { error.hasPrefix($0.said) }
                .map { "\($0.title)\(error.dropFirst($0.said.count))" }.first ?? error
        }
    }

    private static let beginnings: [(said: String, title: String)] = [
        ("status ", "网关回答 "), ("smtp ", "邮件服务器回答 "), ("reported: ", "网关回报没有送达："),
        ("not accepted: ", "网关没有收下："), ("an answer ", "网关答非所问："),
    ]

    private var again: Route {
        Route(
            .post, "\(path)/again", "从网页再发一次没有送达的告知", tags: ["pages"],
            body: .form(
                .object([
                    WorkSite.formTokenField, .required("number", .string(1...20, .digits), "受理编号"),
                    .required("version", .integer(1...1_000_000), "所说的事件"),
                ])), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                try await mustWatch(visitor)
                guard let number = answers["number"]?.string.flatMap(CaseNumber.init),
                    let version = answers["version"]?.int,
                    try await list.again(number, Int(version), by: visitor.session)
                else { throw NoticeRoutes.unknown }
                return .seeOther("\(path)?done=\(number)")
            }
        }
    }
}
