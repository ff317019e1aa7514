import Access
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import Telemetry
import WorkingTime

/// What citizens see: complain, keep the receipt, look up, rate, apply for a review, take back. Pages of their own over the same steps as the
/// complaints API. There is no session: number and query code come with each form, in its body, so that no address holds them.
struct CitizenPages {
    let complaints: ComplaintRoutes
    let voice: VoiceRoutes
    let photos: PhotoStore
    let log: Logger

    var all: [Route] {
        [
            Style.route, PageScript.photos.route, home, complaintForm, complain, progressForm, progress, addPhotos,
            rating, review, withdrawal,
        ]
    }

    private static let html = Route.Answer(200, "网页", type: "text/html")

    private var home: Route {
        Route(.get, "/", "首页", tags: ["pages"], answers: [Self.html]) { _, _ in
            Page(
                "市民诉求",
                """
                <p>遇到问题，可以在这里反映，由负责的单位办理并答复。可以不留姓名。</p>
                <p><a class="button" href="/complaint">我要反映</a></p>
                <p><a class="button quiet" href="/progress">查询进度、评价、撤回</a></p>
                """
            ).response()
        }
    }

    // MARK: To complain

    private var complaintForm: Route {
        Route(.get, "/complaint", "反映问题的表单", tags: ["pages"], answers: [Self.html]) { _, _ in
            try await page(of: CitizenForm(rules: try await complaints.cases.rulebook())).response()
        }
    }

    private var complain: Route {
        Route(
            .post, "/complaint", "从网页登记一件诉求,可以附照片", tags: ["pages"],
            body: .form(.object(CitizenForm.fields + CitizenForm.photoFields), files: [PhotoParts.field]),
            answers: [Self.html]
        ) { request, answers in
            let form = CitizenForm(answers, rules: try await complaints.cases.rulebook())
            if let problem = try await photos.take(request, answers, of: form) {
                return try await page(of: form, problem).response(status: 422)
            }
            if form.isUnfinished { return try await page(of: form).response() }
            do {
                let receipt = try await complaints.receipt(for: try form.registration(line: complaints.line))
                return Self.receipt(receipt, hasPhotos: await adopt(form.photoKey, receipt)).response()
            } catch let problem as Problem where problem.status == 422 {
                return try await page(of: form, problem).response(status: 422)
            }
        }
    }

    private func page(of form: CitizenForm, _ problem: Problem? = nil) async throws -> Page {
        form.page(photos: try await photos.question(of: form, problem), problem)
    }

    /// The complaint stands already, so what goes wrong with its photos is said and takes nothing back.
    /// - Returns: whether all of them are with the case.
    private func adopt(_ form: String, _ receipt: Registration.Receipt) async -> Bool {
        do {
            if try await photos.photos(of: form).isEmpty { return true }
            try await photos.adopt(form, by: receipt.number, receipt.code)
            return true
        } catch {
            log.error("photos not kept with their case", ["case": receipt.number.id, "reason": error.loggable])
            return false
        }
    }

    private static func receipt(_ receipt: Registration.Receipt, hasPhotos: Bool) -> Page {
        let missing: HTML = """
            <div class="faults" role="alert"><p>照片没有保存成功，请点“查询进度”后再加一次；诉求已经登记，不受影响。</p></div>
            """
        return Page(
            "已登记",
            """
            \(hasPhotos ? nil : missing)
            <div class="notice">
            <dl>
            <dt>受理编号</dt><dd class="big" id="number">\(receipt.number.description)</dd>
            <dt>查询码</dt><dd class="big" id="code">\(receipt.code.description)</dd>
            </dl>
            <p>请记下或打印：两者一起才能查询、评价和撤回，不要给别人看。</p>
            </div>
            <form method="post" action="/progress">\(hidden(receipt.number, receipt.code))
            <button>查询进度</button></form>
            <p><a href="/">回到首页</a></p>
            """)
    }

    // MARK: To look up

    /// Wide bounds: what is wrong with number or code is said on the page.
    private static let key: [Schema.Field] = [
        .required("number", .string(0...200), "受理编号"), .required("code", .string(0...200), "查询码"),
    ]

    private var progressForm: Route {
        Route(.get, "/progress", "查询的表单", tags: ["pages"], answers: [Self.html]) { _, _ in
            Self.keyPage().response()
        }
    }

    private static func keyPage(_ problem: Problem? = nil, number: String = "") -> Page {
        let fault = problem.map { "\($0.title)，\($0.detail ?? "请再试")" }
        return Page(
            "查询进度",
            """
            \(summary(of: fault.map { [("number", $0)] } ?? []))
            <form method="post" action="/progress" class="card">
            \(Field("number", "受理编号", hint: "登记时给出的十位数字", isRequired: true).html(number, fault: fault))
            \(Field("code", "查询码", hint: "与编号一起给出，形如 XXXX-XXXX-XXXX-XXXX", isRequired: true).html())
            <button>查询</button>
            </form>
            """)
    }

    private var progress: Route {
        Route(
            .post, "/progress", "凭编号和查询码看进度", tags: ["pages"], body: .form(.object(Self.key)), answers: [Self.html]
        ) { _, form in
            try await Self.withKey(form) { number, code in
                guard let progress = try await complaints.store.progress(of: number, code: code) else {
                    throw Problem.unknownCase
                }
                return try await page(progress, code)
            }
        }
    }

    private var addPhotos: Route {
        Route(
            .post, "/progress/photos", "从网页补充照片", tags: ["pages"],
            body: .form(.object(Self.key), files: [PhotoParts.field]), answers: [Self.html]
        ) { request, form in
            try await Self.withKey(form) { number, code in
                var unfit: [Unfit] = request.files.isEmpty ? [Unfit("还没有选照片")] : []
                for file in request.files {
                    do {
                        guard try await photos.attach(file, to: number, code) != nil else { throw Problem.unknownCase }
                    } catch let error as Unfit {
                        unfit.append(error)
                    }
                }
                guard let progress = try await complaints.store.progress(of: number, code: code) else {
                    throw Problem.unknownCase
                }
                return try await page(
                    progress, code, notice: unfit.isEmpty ? "已加上照片。" : nil, photoFault: unfit.first?.message)
            }
        }
    }

    private var rating: Route {
        let answers: [Schema.Field] = [
            .required("resolved", .boolean, "问题是否实际解决"),
            .required("satisfaction", .choice(Satisfaction.allCases.map(\.rawValue)), "五级满意程度"),
        ]
        return Route(
            .post, "/progress/rating", "从网页评价答复", tags: ["pages"], body: .form(.object(Self.key + answers)),
            answers: [Self.html]
        ) { _, form in
            guard let satisfaction = form["satisfaction"]?.string.flatMap(Satisfaction.init),
                let resolved = form["resolved"]?.bool
            else { throw Problem(422, "invalid-fields", "请选择是否解决和满意程度") }
            let rated = Rated(by: .complainant, resolved: resolved, satisfaction: satisfaction)
            return try await Self.withKey(form) { number, code in
                try await page(try await voice.rate(rated, number, code), code, notice: "已记下您的评价，谢谢。")
            }
        }
    }

    private var review: Route {
        Route(
            .post, "/progress/review", "从网页申请复核", tags: ["pages"],
            body: .form(.object(Self.key + [VoiceRoutes.reason])),
            answers: [Self.html]
        ) { _, form in
            try await Self.withKey(form) { number, code in
                let progress = try await voice.applyForReview(because: form["reason"]?.string ?? "", number, code)
                return try await page(progress, code, notice: "已申请复核。")
            }
        }
    }

    private var withdrawal: Route {
        Route(
            .post, "/progress/withdrawal", "从网页撤回诉求", tags: ["pages"],
            body: .form(.object(Self.key + [.required("sure", .choice(["yes"]), "确认撤回")])), answers: [Self.html]
        ) { _, form in
            try await Self.withKey(form) { number, code in
                try await page(try await voice.withdraw(number, code), code, notice: "已撤回。")
            }
        }
    }

    /// Asks for number and code again if they do not belong to a case.
    private static func withKey(
        _ form: JSON, _ body: (CaseNumber, QueryCode) async throws -> Page
    ) async throws -> Response {
        let (number, code) = (form["number"]?.string ?? "", form["code"]?.string ?? "")
        do {
            guard let number = CaseNumber(number), let code = QueryCode(code) else { throw Problem.unknownCase }
            return try await body(number, code).response()
        } catch let problem as Problem where problem.status == 404 {
            return keyPage(problem, number: number).response(status: 404)
        }
    }

    private static func hidden(_ number: CaseNumber, _ code: QueryCode) -> HTML {
        """
        <input type="hidden" name="number" value="\(number.description)">
        <input type="hidden" name="code" value="\(code.description)">
        """
    }

    private func page(
        _ progress: Progress, _ code: QueryCode, notice: String? = nil, photoFault: String? = nil
    ) async throws -> Page {
        let rules = try await complaints.cases.rulebook()
        let document = ProgressDocument(progress, rules: rules).json
        let all = try await photos.photos(of: progress.number, code)
        let added = all.filter(\.isComplainants)
        let answered = all.filter { !$0.isComplainants }
        let bounds = try await photos.bounds()
        let isFull = added.count >= bounds.ofComplainant
        let offices = (document["handled_by"]?.array ?? []).map(Self.office)
        let steps = progress.steps.compactMap { step in
            step.event.toldToComplainant.map { told -> HTML in
                "<li><time datetime='\(step.at.iso8601)'>\(step.at.readable)</time> \(told)</li>"
            }
        }
        let isOpen = !progress.state.isFinal && progress.state != .replied
        return Page(
            "办理进度", scripts: [.photos],
            """
            \(summary(of: photoFault.map { [(PhotoParts.field, $0)] } ?? []))
            \(notice.map { text -> HTML in "<div class='notice' role='status'>\(text)</div>" })
            <dl class="card">
            <dt>受理编号</dt><dd>\(progress.number.description)</dd>
            <dt>状态</dt><dd id="state">\(progress.state.title)</dd>
            \(isOpen ? progress.limit.map { limit -> HTML in "<dt>下一个期限</dt><dd>\(limit.readable)</dd>" } : nil)
            \(offices.isEmpty ? nil : HTML("<dt>办理单位</dt><dd>\(offices)</dd>"))
            \((document["notice"]?.string).map { text -> HTML in "<dt>说明</dt><dd>\(text)</dd>" })
            \(document["go_to"].map { office -> HTML in "<dt>请联系</dt><dd>\(Self.office(office))</dd>" })
            </dl>
            \(progress.answer.map { text -> HTML in "<h2>答复</h2><div class='card answer'>\(text)</div>" })
            \(PhotoParts.list(answered, title: "随答复的照片和文件"))
            \(Self.review(progress, rules).map { text -> HTML in "<p class='hint' id='review'>\(text)</p>" })
            <h2>经过</h2>
            <ol class="steps">
            \(steps)
            </ol>
            \(PhotoParts.list(added, title: "我的照片"))
            \(progress.state.isFinal || isFull
                ? nil : PhotoParts.form(Self.hidden(progress.number, code), bounds, fault: photoFault))
            \(progress.isRatable ? Self.ratingForm(progress.number, code) : nil)
            \(progress.isReviewable(rules.profiles[progress.policy]?.policy.review) ? Self.reviewForm(progress.number, code) : nil)
            \(progress.state.isFinal ? nil : Self.withdrawalForm(progress.number, code))
            <p><a href="/">回到首页</a></p>
            """)
    }

    /// What is left to who is dissatisfied, by the policy of the case; `nil` where it says nothing, or nothing is answered yet.
    private static func review(_ progress: Progress, _ rules: Rulebook) -> String? {
        guard [.replied, .closed].contains(progress.state),
            let review = rules.profiles[progress.policy]?.policy.review
        else { return nil }
        // Another round comes by rating or on request; where there is only one, what is left lies elsewhere.
        let isThere =
            review.rounds == 1 || progress.isReviewable(review)
            || !review.onRequest && progress.isRatable && review.allows(roundAfter: progress.round)
        return !isThere ? nil : KnownCodes.choices("reviews").first { $0.code == review.kind }?.title
    }

    private static func office(_ office: JSON) -> HTML {
        "<div>\(office["title"]?.string ?? "") \(office["contact"]?.string ?? "")</div>"
    }

    private static func ratingForm(_ number: CaseNumber, _ code: QueryCode) -> HTML {
        """
        <h2>评价</h2>
        <form method="post" action="/progress/rating" class="card">\(hidden(number, code))
        \(Field("resolved", "问题解决了吗？", isRequired: true, .choice([("true", "已解决"), ("false", "没有解决")])).html())
        \(Field(
            "satisfaction", "对办理满意吗？", isRequired: true, .choice(Satisfaction.allCases.map { ($0.rawValue, $0.title) })
        ).html())
        <button>提交评价</button>
        </form>
        """
    }

    private static func reviewForm(_ number: CaseNumber, _ code: QueryCode) -> HTML {
        """
        <details class="card" id="apply"><summary>申请复核</summary>
        <form method="post" action="/progress/review">\(hidden(number, code))
        \(Field("reason", "申请复核的理由", hint: "只有办理和复核的人看得到", isRequired: true, .lines(rows: 5)).html())
        <button>提交申请</button>
        </form></details>
        """
    }

    private static func withdrawalForm(_ number: CaseNumber, _ code: QueryCode) -> HTML {
        """
        <details class="card"><summary>不再需要办理</summary>
        <form method="post" action="/progress/withdrawal">\(hidden(number, code))
        <label class="option"><input type="checkbox" name="sure" value="yes" required> 确认撤回，撤回后不再办理</label>
        <button class="quiet">撤回诉求</button>
        </form></details>
        """
    }
}

extension Event {
    /// What the complainant reads of it; `nil` for what concerns only those who work on it.
    fileprivate var toldToComplainant: String? {
        switch self {
        case .registered: "已登记"
        case .corrected: "登记内容已更正"
        case .judgementRequested: "由人工研判"
        case .accepted: "已受理"
        case .dispatched: "已转办理单位"
        case .handedOver: "办理单位变更，已移交"
        case .redirected: "已告知其他途径"
        case .refused: "不予受理"
        case .signed: "办理单位已签收"
        case .returned: "办理单位退回，重新研判"
        case .disputed: "权属有争议，由上级决定"
        case .contacted: "办理单位联系当事人"
        case .visited: "已到现场核查"
        case .extensionGranted: "已同意延期"
        case .replied: "已答复"
        case .calledBack: "已回访"
        case .rated: "已评价"
        case .closed: "已办结"
        case .reopened: "重新办理"
        case .withdrawn: "已撤回"
        case .classified, .linked, .repeated, .submitted, .instructed, .noted, .informed, .extensionAsked,
            .extensionRefused,
            .limitSet, .warned, .targetPassed, .missed, .escalated, .supervised, .supervisionAnswered,
            .supervisionReviewed:
            nil
        }
    }
}
