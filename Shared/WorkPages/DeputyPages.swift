import Access
import HTTP
import JSON
import Pages
import WorkingTime

/// Who is away names somebody of the same place who approves meanwhile, with dates.
struct DeputyPages: Sendable {
    let site: WorkSite
    private let access: AccessStore

    init(site: WorkSite, access: AccessStore) {
        self.site = site
        self.access = access
    }

    var all: [Route] { [show, name, end] }
    private var path: String { "\(site.prefix)/deputies" }

    private var show: Route {
        Route(.get, path, "代行审批的页面", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await site.page(request) { try await page(for: $0).response() }
        }
    }

    private func page(
        for visitor: WorkSite.Visitor, _ answers: JSON = .null, _ faults: [(field: String, message: String)] = [],
        notice: String? = nil
    ) async throws -> Page {
        let deputies = try await access.withDeputies(visitor.token) { try await $0.all() }
        let rows = deputies.map { one -> HTML in
            let last = Moment(microseconds: one.until.microseconds - 1)
            return """
                <li class="card">\(one.absent.title)（\(one.absent.name)）不在岗时由 \(one.deputy.title)（\(one.deputy.name)）代行审批，\
                \(String(one.from.readable.prefix(10))) 至 \(String(last.readable.prefix(10)))
                <form method="post" action="\(path)/end">\(site.hidden(visitor))
                <input type="hidden" name="id" value="\("\(one.id)")">
                <button class="quiet">结束<span class="unseen">：\(one.absent.name) 由 \(one.deputy.name) 代行</span></button></form></li>
                """
        }
        func field(_ name: String, _ label: String, hint: String? = nil, _ kind: Field.Kind) -> HTML {
            Field(name, label, hint: hint, isRequired: true, kind)
                .html(answers[name]?.string ?? "", fault: faults.first { $0.field == name }?.message)
        }
        let isAdmin = visitor.session.organisation == nil && visitor.session.has(any: ["admin"])
        return site.frame(
            "代行审批", for: visitor,
            """
            \(notice.map { text -> HTML in "<div class='notice' role='status'>\(text)</div>" })
            \(summary(of: faults))
            <p>不在岗期间，由同一单位的一位同事代行批示、延期审批和办结。他办的每一件都记明是代谁办的；自己提出的延期申请，代行人也不能替您批准。</p>
            \(rows.isEmpty ? "<p>现在没有代行安排。</p>" : HTML("<ul class='plain'>\(rows)</ul>"))
            <h2>新的安排</h2>
            <form method="post" action="\(path)" class="card">\(site.hidden(visitor))
            \(isAdmin ? field("absent", "谁不在岗", hint: "用户名", .line()) : nil)
            \(field("deputy", "由谁代行", hint: "同一单位同事的用户名", .line()))
            \(field("from", "自", .line(type: "date")))
            \(field("until", "至", hint: "含当日，最长一年", .line(type: "date")))
            <button>安排</button>
            </form>
            """)
    }

    private var name: Route {
        let texts = ["deputy", "from", "until"].map { Schema.Field.required($0, .string(0...64), "内容") }
        return Route(
            .post, path, "安排代行审批", tags: ["pages"],
            body: .form(.object([WorkSite.formTokenField, .optional("absent", .string(0...64), "谁不在岗")] + texts)),
            answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                func refused(_ field: String, _ message: String) async throws -> Response {
                    try await page(for: visitor, answers, [(field, message)]).response(status: 422)
                }
                guard
                    let days = Days(from: answers["from"]?.string ?? "", until: answers["until"]?.string ?? "")
                else { return try await refused("from", "起止日须是日历上的日子，截止日不早于起始日，最长一年") }
                let absent = answers["absent"]?.string ?? visitor.session.name
                let outcome = try await access.withDeputies(visitor.token) {
                    try await $0.name(answers["deputy"]?.string ?? "", for: absent, from: days.from, until: days.until)
                }
                switch outcome {
                case .done: return .seeOther(path)
                case .unknownAbsent: return try await refused("absent", "没有这个用户名")
                case .unknownDeputy: return try await refused("deputy", "同一单位没有这个用户名")
                case .notAllowed: throw Problem(403, "not-allowed", "没有这项权限", detail: "只能为自己安排代行")
                }
            }
        }
    }

    private var end: Route {
        Route(
            .post, "\(path)/end", "结束一项代行安排", tags: ["pages"],
            body: .form(.object([WorkSite.formTokenField, .required("id", .integer(1...Int64.max), "编号")])),
            answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                let isEnded = try await access.withDeputies(visitor.token) {
                    try await $0.end(answers["id"]?.int ?? 0)
                }
                guard isEnded else {
                    return try await page(for: visitor, notice: "没有这项安排，或它已经结束。").response(status: 409)
                }
                return .seeOther(path)
            }
        }
    }
}
