import Access
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import Telemetry
import WorkPages

/// Where an operator registers what comes by telephone, letter, visit or any other way, while the caller speaks. The questions are the
/// citizens' (`CitizenForm`), and how it came and who brought it.
struct OperatorPages {
    let site: WorkSite
    let complaints: ComplaintRoutes
    private let photos: PhotoStore
    private let log: Logger
    private let assist: OperatorAssist

    init(site: WorkSite, complaints: ComplaintRoutes, photos: PhotoStore, log: Logger) {
        self.site = site
        self.complaints = complaints
        self.photos = photos
        self.log = log
        assist = OperatorAssist(complaints: complaints)
    }

    static let ways = [WorkSite.Way("", "登记"), WorkSite.Way("/correction", "更正登记")]
    private static let role = Role(code: "operator")

    var all: [Route] {
        site.all + [PageScript.suggestions.route, form, again, suggestions, register]
            + OperatorCorrection(pages: self).all
    }

    func page(_ request: Request, _ body: (WorkSite.Visitor) async throws -> Response) async throws -> Response {
        try await site.page(request) { try await allowed($0, body) }
    }

    func allowed(
        _ visitor: WorkSite.Visitor, _ body: (WorkSite.Visitor) async throws -> Response
    ) async throws -> Response {
        try visitor.session.require(any: [Self.role])
        return try await body(visitor)
    }

    private var form: Route {
        Route(
            .get, site.prefix, "登记来电、来信、来访等的表单", tags: ["pages"],
            // The telephone system opens the page so (issue 5); nothing logs an address, and no page keeps it.
            parameters: [
                .query("caller", .string(0...40), required: false, "来电号码,话务系统打开本页时带上"),
                .query("call", .string(0...200), required: false, "通话编号,同上"),
            ],
            answers: [WorkSite.html]
        ) { request, _ in
            try await page(request) { visitor in
                var answers: JSONObject = ["channel": "phone_hotline"]
                answers["phone"] = request.parameter("caller").map(JSON.string)
                answers["person_call"] = request.parameter("call").map(JSON.string)
                return try await page(of: filled(.object(answers)), .object(answers), for: visitor).response()
            }
        }
    }

    private func filled(_ answers: JSON) async throws -> CitizenForm {
        CitizenForm(answers, rules: try await complaints.cases.rulebook(), operatorsLine: complaints.line)
    }

    private func page(
        of form: CitizenForm, _ answers: JSON, for visitor: WorkSite.Visitor, _ problem: Problem? = nil
    ) async throws -> Page {
        let rules = try await complaints.cases.rulebook()
        let help = try await assist.html(answers, for: visitor)
        let chosen = try await photos.question(of: form, problem)
        let earlier = try await complaints.store.cases(
            of: answers["phone"]?.string ?? "", for: visitor.session, rules)
        let lines = earlier.map { one -> HTML in
            let subject = one.subject.map { rules.profile(named: one.policy.profile)?.title(of: $0) ?? $0 } ?? "未分类"
            return "<li>\(one.number.description)：\(one.registered.readable) \(subject)，\(one.state.title)</li>"
        }
        return site.frame(
            "登记", for: visitor, scripts: [.suggestions, .photos],
            """
            \(lines.isEmpty ? nil : HTML("<div class='notice'><h2>此号码此前的工单</h2><ul id='earlier-cases'>\(lines)</ul></div>"))
            <div class="beside">
            \(form.html(
                action: "\(site.prefix)/complaint", site.hidden(visitor), photos: chosen, problem,
                assist: " data-assist='\(site.prefix)/suggestions'",
                more: " <button class='quiet' id='ask' formaction='\(site.prefix)/form' formnovalidate>查找相似工单</button>"))
            <div class="assist" id="assist" role="region" aria-label="建议" aria-live="polite">\(help)</div>
            </div>
            """)
    }

    private static let fields =
        CitizenForm.fields + CitizenForm.particulars + CitizenForm.photoFields + [WorkSite.formTokenField]
    private static let taken = Schema.Field.optional("take", .string(0...40), "与之关联的工单")

    /// The form once more, as it was filled in, with what is suggested for it.
    private var again: Route {
        Route(
            .post, "\(site.prefix)/form", "登记表单,连同建议和相似的工单", tags: ["pages"],
            body: .form(.object(Self.fields + [Self.taken]), files: [PhotoParts.field]), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                try await allowed(visitor) { visitor in
                    var members = answers.object ?? JSONObject()
                    if let taken = members["take"] { members["earlier"] = taken }
                    let form = try await filled(.object(members))
                    let problem = try await photos.take(request, answers, of: form)
                    return try await page(of: form, .object(members), for: visitor, problem)
                        .response(status: problem?.status ?? 200)
                }
            }
        }
    }

    /// What is suggested for the form as it stands, for the page's script.
    private var suggestions: Route {
        Route(
            .post, "\(site.prefix)/suggestions", "对所填内容的建议和相似的工单,是网页的一段", tags: ["pages"],
            body: .form(.object(Self.fields)), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                try await allowed(visitor) { visitor in
                    .html(try await assist.html(answers, for: visitor).text, headers: ["Cache-Control": "no-store"])
                }
            }
        }
    }

    private var register: Route {
        Route(
            .post, "\(site.prefix)/complaint", "由接线员登记一件诉求", tags: ["pages"],
            body: .form(.object(Self.fields), files: [PhotoParts.field]), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                try await allowed(visitor) { visitor in
                    let form = try await filled(answers)
                    if let problem = try await photos.take(request, answers, of: form) {
                        return try await page(of: form, answers, for: visitor, problem).response(status: 422)
                    }
                    if form.isUnfinished { return try await page(of: form, answers, for: visitor).response() }
                    let actor = Actor.account(
                        visitor.session.account, organisation: visitor.session.organisation,
                        roles: Set(visitor.session.roles.map(\.code)))
                    do {
                        let registration = try form.registration(line: complaints.line, actor: actor)
                        let receipt = try await complaints.receipt(for: registration)
                        let isAnswered = registration.answer != nil
                        let hasPhotos = await adopt(form.photoKey, receipt.number, visitor.session)
                        return site.frame(
                            "已登记", for: visitor,
                            """
                            \(hasPhotos ? nil : Self.withoutPhotos)
                            <div class="notice" role="status"><dl>
                            <dt>受理编号</dt><dd class="big" id="number">\(receipt.number.description)</dd>
                            <dt>查询码</dt><dd class="big" id="code">\(receipt.code.description)</dd>
                            </dl><p>\(isAnswered ? "答复已记下，本件已办结。" : nil)请告诉来电人：两者一起才能查询、评价和撤回。</p></div>
                            <p><a class="button" href="\(site.prefix)">登记下一件</a></p>
                            """
                        ).response()
                    } catch let problem as Problem where problem.status == 422 {
                        return try await page(of: form, answers, for: visitor, problem).response(status: 422)
                    }
                }
            }
        }
    }

    private static let withoutPhotos: HTML = """
        <div class="faults" role="alert"><p>照片和文件没有全部保存；诉求已经登记，不受影响。请来电人凭编号和查询码补充照片。</p></div>
        """

    /// The complaint stands already, so what goes wrong with its photos is said and takes nothing back.
    private func adopt(_ form: String, _ number: CaseNumber, _ session: Session) async -> Bool {
        do {
            if try await photos.adopt(form, by: number, asOperator: session.account) { return true }
            log.error("photos not kept with their case", ["case": number.id, "reason": "full, or another's case"])
        } catch {
            log.error("photos not kept with their case", ["case": number.id, "reason": error.loggable])
        }
        return false
    }
}
