import Access
import Attachments
import CaseAPI
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import WorkingTime

/// Lists, one case with what may be ordered now, and its text: at a desk or at the centre.
package struct CasePages: Sendable {
    package let site: WorkSite
    let book: any CaseBook
    let access: AccessStore
    let supervision: CentreBook?
    private let events: String?
    /// Orders and texts are for others.
    private let isForReading: Bool

    /// - Parameters:
    ///   - supervision: the centre's, where supervisors work: escalations and how many cases should be supervised.
    ///   - events: the address of server-sent events that tell of cases; without one lists look again every half minute.
    ///   - more: ways to pages that one service has beside these.
    package init(
        prefix: String, book: any CaseBook, access: AccessStore, supervision: CentreBook? = nil,
        events: String? = nil, also more: [WorkSite.Way] = []
    ) {
        site = WorkSite(
            prefix: prefix, access: access,
            ways: [WorkSite.Way("/cases", "工单"), WorkSite.Way("/callbacks", "回访"), WorkSite.Way("/supervision", "督办")]
                + (supervision == nil ? [] : [WorkSite.Way("/escalations", "升级")])
                + [WorkSite.Way("/search", "检索"), WorkSite.Way("/deputies", "代行"), ReadPages.way] + more)
        self.book = book
        self.access = access
        self.supervision = supervision
        self.events = events
        isForReading = false
    }

    /// `show` alone, beside the pages of `site`: what happened, without its text and without orders.
    package init(reading site: WorkSite, book: any CaseBook, access: AccessStore) {
        self.site = site
        self.book = book
        self.access = access
        supervision = nil
        events = nil
        isForReading = true
    }

    package var all: [Route] {
        site.all + [
            Style.route, PageScript.live.route, cases, open, callbacks, supervised, search, searched, show, text,
            attachment,
            print, give,
        ] + (supervision == nil ? [] : [escalations]) + DeputyPages(site: site, access: access).all
            + [ReadPages(site: site, book: book, access: access).show]
    }

    typealias Visitor = WorkSite.Visitor
    static let html = WorkSite.html
    var prefix: String { site.prefix }

    // MARK: Lists

    /// Cases on one page: what is due next comes first, so the rest can wait.
    static let listed = 100

    var cases: Route {
        Route(
            .get, "\(prefix)/cases", "待办件的页面,最先到期的在前", tags: ["pages"],
            parameters: [
                .query("state", .string(0...40), required: false, "只列这一状态的;空为所有未结的"),
                .query("lead", .string(0...40), required: false, "只列由这一单位主办的;空为所有单位"),
                .query("after", .string(0...60), required: false, "上一页之后"),
            ],
            answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let state = request.parameter("state").flatMap(State.init)
                let (rules, now) = (try await book.rulebook(), try await book.now())
                let lead = request.parameter("lead").flatMap { rules.directory.organisations[$0] }
                let after = request.parameter("after").flatMap(CaseList.Key.init)
                let page = try await book.cases(
                    CaseList(
                        states: Set([state].compactMap(\.self)), lead: lead?.code, after: after, limit: Self.listed),
                    for: visitor.session.organisation)
                let rows = try page.cases.map { try row($0, rules, now) }
                let filters = State.allCases.map { one -> HTML in
                    "<option value='\(one.rawValue)'\(one == state ? " selected" : nil)>\(one.title)</option>"
                }
                let organisations = rules.directory.organisations.values.filter(\.hasInbox).sorted { $0.code < $1.code }
                    .map { one -> HTML in
                        "<option value='\(one.code)'\(one.code == lead?.code ? " selected" : nil)>\(one.title)</option>"
                    }
                // What waits for somebody at the centre has a way of its own.
                let ways = State.allCases.filter(State.undecided.contains).map { one -> HTML in
                    "<a href='\(prefix)/cases?state=\(one.rawValue)'>\(one.title)</a>"
                }
                let filtered = "state=\(state?.rawValue ?? "")&lead=\(lead?.code ?? "")"
                let more = page.next.map { key -> HTML in
                    "<p><a id='next' href='\(prefix)/cases?\(filtered)&amp;after=\(key.text)'>下一页</a></p>"
                }
                return site.frame(
                    state.map { "\($0.title)的工单" } ?? "待办工单", for: visitor, isLive: true,
                    """
                    \(visitor.session.has(any: ["dispatcher"]) ? HTML("<p class='ways'>待中心决定：\(ways)</p>") : nil)
                    <form method="get" action="\(prefix)/cases" class="field"><label for="state">状态</label>
                    <select id="state" name="state"><option value="">所有未结</option>\(filters)</select>
                    <label for="lead">主办单位</label>
                    <select id="lead" name="lead"><option value="">所有单位</option>\(organisations)</select>
                    <button class="quiet">筛选</button></form>
                    <form method="get" action="\(prefix)/case" class="field"><label for="number">受理编号</label>
                    <input id="number" name="number" inputmode="numeric"> <button class="quiet">打开</button></form>
                    \(live(rows.isEmpty ? "<p>没有工单。</p>" : table(rows), now))
                    \(more)
                    """
                ).response()
            }
        }
    }

    /// From a number that somebody reads from a paper to its page.
    var open: Route {
        Route(
            .get, "\(prefix)/case", "凭编号打开一件", tags: ["pages"],
            parameters: [.query("number", .string(0...40), required: true, "受理编号")], answers: [Self.html]
        ) { request, _ in
            guard let number = request.parameter("number").flatMap(CaseNumber.init) else { throw Self.unknown }
            return .seeOther("\(prefix)/cases/\(number)")
        }
    }

    /// What our script keeps up to date; without it the list is as it was when the page was opened.
    func live(_ list: HTML, _ now: Moment) -> HTML {
        let feed: HTML =
            events.map { address -> HTML in
                "data-events='\(address)' data-kinds='\(Event.Kind.allCases.map(\.rawValue).joined(separator: " ")) reset' data-every='60'"
            } ?? "data-every='30'"
        return "<div id='live' data-now='\(now.iso8601)' \(feed)>\(list)</div>"
    }

    /// - Parameter more: the head of a further column.
    func table(_ rows: [HTML], more: String? = nil) -> HTML {
        """
        <table><thead><tr><th scope="col">受理编号</th><th scope="col">下一个期限</th><th scope="col">状态</th>
        <th scope="col">分类</th><th scope="col">主办单位</th>\(more.map { head -> HTML in "<th scope='col'>\(head)</th>" })</tr></thead>
        <tbody>\(rows)</tbody></table>
        """
    }

    func row(_ view: CaseView, _ rules: Rulebook, _ now: Moment, more: HTML? = nil) throws -> HTML {
        let file = view.row.file
        let number = CaseNumber(id: file.id).description
        let limit = clocks(of: file, under: try rules.policies(of: file), on: rules.calendar).compactMap(\.limit).min()
        return """
            <tr><td data-label="受理编号"><a href="\(prefix)/cases/\(number)">\(number)</a></td>
            <td data-label="下一个期限">\(limit.map { Self.due($0, now) } ?? "无")</td>
            <td data-label="状态">\(file.state.title)</td>
            <td data-label="分类">\(Self.title(ofSubject: file, rules))</td>
            <td data-label="主办单位">\(Self.title(of: file.lead, rules))</td>\(more)</tr>
            """
    }

    static func due(_ limit: Moment, _ now: Moment) -> HTML {
        limit < now
            ? "<span class='late'>\(limit.readable) 已超期</span>"
            : "<time class='limit' datetime='\(limit.iso8601)'>\(limit.readable)</time>"
    }

    static func title(ofSubject file: Case, _ rules: Rulebook) -> String {
        file.subject.map { subject in (try? rules.profile(of: file).title(of: subject)) ?? subject } ?? "未分类"
    }

    static func title(of organisation: String?, _ rules: Rulebook) -> String {
        organisation.map { rules.directory.organisations[$0]?.title ?? $0 } ?? "未转办"
    }

    var callbacks: Route {
        Route(
            .get, "\(prefix)/callbacks", "现在可以回访的件的页面", tags: ["pages"],
            parameters: [.query("after", .string(0...60), required: false, "上一页之后")], answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let rules = try await book.rulebook()
                let roles = (rules.facts.duties.duties[.callBack]?.roles ?? []).map(Role.init(code:))
                let after = request.parameter("after").flatMap(CallbackList.Key.init)
                let page =
                    visitor.session.has(any: roles)
                    ? try await book.callbacks(
                        CallbackList(after: after, limit: Self.listed), for: visitor.session.organisation) : nil
                let views = page?.cases ?? []
                let more = page?.next.map { key -> HTML in
                    "<p><a id='next' href='\(prefix)/callbacks?after=\(key.text)'>下一页</a></p>"
                }
                let now = try await book.now()
                return site.frame(
                    "待回访工单", for: visitor, isLive: true,
                    """
                    \(live(
                        views.isEmpty ? "<p>现在没有要回访的。</p>"
                            : table(
                                try views.map { try row($0, rules, now, more: Self.attempts($0, visitor, rules)) },
                                more: "已拨打"), now))
                    \(more)
                    """
                ).response()
            }
        }
    }

    // MARK: One case

    static var unknown: Problem { Problem(404, "unknown-case", "没有查到", detail: "请核对受理编号") }

    private func view(_ request: Request, for visitor: Visitor) async throws -> CaseView {
        guard let number = request.parameter("number").flatMap(CaseNumber.init),
            let view = try await book.view(number.id, for: visitor.session.organisation)
        else { throw Self.unknown }
        return view
    }

    private func desk(_ view: CaseView, _ visitor: Visitor) async throws -> OrderForm.Desk {
        let rules = try await book.rulebook()
        var desk = OrderForm.Desk(
            file: view.row.file, policies: try rules.policies(of: view.row.file), rules: rules,
            session: visitor.session,
            now: max(try await book.now(), view.row.changedAt))
        desk.shares = try await shares(for: desk)
        return desk
    }

    package var show: Route {
        Route(
            .get, "\(prefix)/cases/{number}", "一件的页面", tags: ["pages"],
            parameters: [.query("done", .string(0...60, .code), required: false, "刚办了什么")], answers: [Self.html]
        ) { request, _ in
            try await site.page(request) { visitor in
                let view = try await view(request, for: visitor)
                let done = request.parameter("done").flatMap(Order.Kind.init).flatMap { kind in
                    OrderForm.all.first { $0.kind == kind }
                }
                return casePage(
                    view, try await desk(view, visitor), visitor, notice: done.map { "已办：\($0.title)。" }
                ).response()
            }
        }
    }

    /// An order that was refused, with what was answered.
    private struct Refused {
        let form: OrderForm
        let answers: JSON
        let faults: [(field: String, message: String)]
    }

    private func casePage(
        _ view: CaseView, _ desk: OrderForm.Desk, _ visitor: Visitor, notice: String? = nil, refused: Refused? = nil
    ) -> Page {
        let (file, rules) = (view.row.file, desk.rules)
        let number = CaseNumber(id: file.id).description
        let running = clocks(of: file, under: desk.policies, on: rules.calendar)
            .sorted { ($0.limit ?? $0.target ?? desk.now) < ($1.limit ?? $1.target ?? desk.now) }
        let limits = running.map { clock -> HTML in
            let rule = desk.policies.first { $0.version.profile == clock.profile }?.clocks.first {
                $0.name == clock.rule
            }
            let end = clock.limit.map { Self.due($0, desk.now) } ?? clock.target.map { "目标 \($0.readable)" } ?? "即办"
            return "<li>\(rule?.title ?? "督办")：\(end)</li>"
        }
        let steps = view.steps.map { step -> HTML in
            "<li><time datetime='\(step.at.iso8601)'>\(step.at.readable)</time> \(step.event.kind.title)\(Self.details(step.event)) <span class='hint'>\(Self.actor(step.actor, rules))</span></li>"
        }
        let mayRead = visitor.session.has(any: rules.facts.duties.read.map(Role.init(code:)))
        let forms = isForReading ? [] : OrderForm.offered(desk).map { form($0, desk, visitor, number, refused) }
        return site.frame(
            "工单 \(number)", for: visitor,
            """
            \(notice.map { text -> HTML in "<div class='notice' role='status'>\(text)</div>" })
            \(summary(of: refused?.faults ?? []))
            <dl class="card">
            <dt>状态</dt><dd id="state">\(file.state.title)</dd>
            <dt>分类</dt><dd>\(Self.title(ofSubject: file, rules))</dd>
            <dt>身份</dt><dd id="identity">\(Self.title(of: file.identity))</dd>
            <dt>登记</dt><dd>\(view.registeredAt.readable)，第 \(file.round) 轮</dd>
            \(file.region.map { code -> HTML in "<dt>行政区域</dt><dd>\(rules.directory.regions[code]?.title ?? code)</dd>" })
            <dt>主办单位</dt><dd>\(Self.title(of: file.lead, rules))</dd>
            \(file.helpers.isEmpty ? nil : HTML("<dt>协办单位</dt><dd>\(file.helpers.map { Self.title(of: $0, rules) }.joined(separator: "、"))</dd>"))
            <dt>适用办法</dt><dd>\(file.policies.map { rules.profile(named: $0.profile)?.title ?? $0.profile }.joined(separator: "、"))</dd>
            \(limits.isEmpty ? nil : HTML("<dt>期限</dt><dd><ul>\(limits)</ul></dd>"))
            </dl>
            \(isForReading || !mayRead ? nil : textButton(number, visitor))
            \(isForReading ? nil : Self.callbackCard(desk))
            \(isForReading ? nil : proposal(view, desk, visitor, id: Self.newID()))
            \(forms.isEmpty ? nil : HTML("<h2>办理</h2>\(forms)"))
            <h2>经过</h2>
            <ol class="steps">\(steps)</ol>
            """)
    }

    private func textButton(_ number: String, _ visitor: Visitor) -> HTML {
        """
        <form method="post" action="\(prefix)/cases/\(number)/text">\(site.hidden(visitor))
        <button class="quiet">查阅原文和联系方式（留有记录）</button>
        <button class="quiet" formaction="\(prefix)/cases/\(number)/print">打印工单（留有记录）</button></form>
        """
    }

    private func form(
        _ form: OrderForm, _ desk: OrderForm.Desk, _ visitor: Visitor, _ number: String, _ refused: Refused?
    ) -> HTML {
        let mine = refused.flatMap { $0.form.kind == form.kind ? $0 : nil }
        return """
            <details class="card" id="\(form.kind.rawValue)"\(mine == nil ? nil : " open")><summary>\(form.title)</summary>
            <form method="post" action="\(prefix)/cases/\(number)/orders"\(form.files == nil ? nil : " enctype='multipart/form-data'")>\
            \(site.hidden(visitor))
            <input type="hidden" name="kind" value="\(form.kind.rawValue)">
            <input type="hidden" name="id" value="\(mine?.answers["id"]?.string ?? Self.newID())">
            <input type="hidden" name="round" value="\(desk.file.round)">
            \(form.kind == .supervise ? Self.shareNotes(desk) : [])
            \(form.fields(desk, mine?.answers ?? .null))
            <button>\(form.title)</button>
            </form></details>
            """
    }

    /// Made anew with each form, so that a form that is sent twice is one order.
    private static func newID() -> String { "page-" + String(UInt64.random(in: 0 ... .max), radix: 36) }

    static func title(of identity: Identity) -> String {
        switch identity {
        case .named: "实名"
        case .anonymous: "匿名"
        case .confidential: "要求保密：姓名和联系方式只有主办单位和热线的人看得到，不得让被反映的单位和个人知道"
        }
    }

    /// Why, how and until when: the codes and times of what happened that a person has to know to go on.
    private static func details(_ event: Event) -> String {
        guard let data = (try? JSON.parse(event.payload))?.object else { return "" }
        let codes = ["reason", "ground", "means", "form", "outcome", "trigger", "stage"].compactMap { name in
            data[name]?.string.map { KnownCodes.title(of: $0) }
        }
        let due = data["due"]?.int.map { "到 \(Moment(microseconds: $0).readable)" }
        let deputy = data["absent"] == nil ? nil : "代行审批"
        let exception = data["exception"] == .bool(true) ? "例外，不予督办" : nil
        let all = codes + [due, deputy, exception].compactMap(\.self)
        return all.isEmpty ? "" : "（\(all.joined(separator: "，"))）"
    }

    /// Who it was, as far as anybody who sees the case may know: never a person's name.
    private static func actor(_ actor: String, _ rules: Rulebook) -> String {
        switch actor {
        case "complainant": return "当事人"
        case _ where actor.hasPrefix("service:"): return "系统"
        case _ where actor.hasPrefix("account:"):
            let organisation = actor.split(separator: "@").dropFirst().first.map(String.init)
            return organisation.map { title(of: $0, rules) } ?? "中心"
        default: return actor
        }
    }

    // MARK: Its text

    var text: Route {
        Route(
            .post, "\(prefix)/cases/{number}/text", "原文和联系方式的页面;每次查阅都留有记录", tags: ["pages"],
            body: .form(.object([WorkSite.formTokenField])), answers: [Self.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                guard let number = request.parameter("number").flatMap(CaseNumber.init),
                    let text = try await book.text(
                        of: number.id, for: visitor.session, purpose: "handling", on: access)
                else { throw Self.unknown }
                let rules = try await book.rulebook()
                // Written down with an order that was then refused, or is not decided yet.
                let counted = Set(
                    text.view.steps.compactMap { step in
                        (try? JSON.parse(step.event.payload))?["note"]?.int
                    })
                let notes = text.notes.map { note -> HTML in
                    let fate = counted.contains(note.number) ? "" : "（所属的要求没有办成，或还没有决定）"
                    let whose = note.organisation.map { Self.title(of: $0, rules) } ?? "中心"
                    return """
                        <div class="card"><p class="hint">\(note.at.readable) \(whose)\(fate)</p><p class="pre">\(note.text)</p></div>
                        """
                }
                return site.frame(
                    "工单 \(number) 的原文", for: visitor,
                    """
                    \(text.contacts.map(Self.contact))
                    \(attachments(text, number.description))
                    \(notes.isEmpty ? nil : HTML("<h2>办理中的文字</h2>\(notes)"))
                    <p><a href="\(prefix)/cases/\(number.description)">回到工单</a></p>
                    """
                ).response()
            }
        }
    }

    private static func contact(_ text: PersonalText) -> HTML {
        let parts = [
            ("标题", text.title), ("地点", text.place), ("被反映的单位", text.about), ("姓名", text.name), ("电话", text.phone),
            ("电子邮箱", text.email), ("地址", text.address),
        ].compactMap { label, value -> HTML? in value.map { "<dt>\(label)</dt><dd>\($0)</dd>" } }
        let particulars = text.particulars.map { one -> HTML in
            "<dt>\(one.title)</dt><dd class='pre'>\(one.value)</dd>"
        }
        return """
            <div class="card"><p class="pre">\(text.text)</p>
            <dl>\(parts + particulars)<dt>收到</dt><dd>\(text.receivedAt.readable)</dd></dl></div>
            """
    }

    private func attachments(_ text: CaseText, _ number: String) -> HTML? {
        let items = text.attachments.enumerated().map { index, entry -> HTML in
            let address = "\(prefix)/cases/\(number)/attachments/\(entry.id)"
            let whose = entry.isComplainants ? "当事人" : entry.organisation == nil ? "中心" : "本单位"
            let what: HTML =
                entry.kind.isPhoto
                ? "<a href='\(address)'><img src='\(address)' alt='照片 \(index + 1)'></a>"
                : "<a href='\(address)'>文件 \(index + 1)（PDF）</a>"
            return "<li>\(what)<span class='hint'>\(whose)，\(entry.at.readable)</span></li>"
        }
        return items.isEmpty ? nil : "<h2>照片和文件</h2><ul class='photos'>\(items)</ul>"
    }

    var attachment: Route {
        Route(
            .get, "\(prefix)/cases/{number}/attachments/{attachment}", "一张照片或一份文件;每次查阅都留有记录", tags: ["pages"],
            parameters: [.path("attachment", .integer(1...Int64.max), "编号")],
            answers: AttachedFile.Kind.allCases.map { .init(200, "文件", type: $0.rawValue) }
        ) { request, _ in
            try await site.page(request) { visitor in
                guard let number = request.parameter("number").flatMap(CaseNumber.init),
                    let file = try await book.attachment(
                        request.parameters["attachment"]?.int ?? 0, of: number.id, for: visitor.session,
                        purpose: "handling", on: access)
                else { throw Self.unknown }
                return file.response
            }
        }
    }

    // MARK: Orders

    var give: Route {
        Route(
            .post, "\(prefix)/cases/{number}/orders", "从网页对一件提出要求", tags: ["pages"],
            body: .form(
                .object(
                    [
                        WorkSite.formTokenField, .required("kind", .choice(OrderForm.all.map(\.kind.rawValue)), "要做什么"),
                        .required("id", .string(1...100, .code), "表单编号"),
                        .required("round", .integer(1...1000), "所见的办理轮次"),
                    ] + OrderForm.schema), files: OrderForm.all.compactMap(\.files)), answers: [Self.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                let view = try await view(request, for: visitor)
                let desk = try await desk(view, visitor)
                guard let form = OrderForm.all.first(where: { $0.kind.rawValue == answers["kind"]?.string }) else {
                    throw Self.unknown
                }
                // Kept first, so that no file is lost when something else has to be put right.
                let (answers, unfit) = try await attach(request.files, answers, form, view, visitor)
                func refused(_ faults: [(field: String, message: String)], _ status: Int) -> Response {
                    casePage(view, desk, visitor, refused: Refused(form: form, answers: answers, faults: faults))
                        .response(status: status)
                }
                let said: (data: JSONObject, note: String?)
                do throws(Problem) {
                    said = try form.read(answers, desk)
                } catch {
                    return refused(error.fields.map { ($0.name, $0.message) }, 422)
                }
                if let unfit, let files = form.files { return refused([(files, "照片和文件：" + unfit.message)], 422) }
                let order = OrderRequest(
                    caseID: view.row.file.id, id: answers["id"]?.string ?? "", kind: form.kind,
                    round: Int(answers["round"]?.int ?? 1), payload: JSON.object(said.data).text, note: said.note,
                    account: visitor.session.account, organisation: visitor.session.organisation,
                    roles: Set(visitor.session.roles.map(\.code)), absent: try visitor.session.absent)
                let number = CaseNumber(id: view.row.file.id)
                switch try await book.give(order) {
                case .done: return .seeOther("\(prefix)/cases/\(number)?done=\(form.kind.rawValue)")
                case .waiting:
                    return casePage(
                        view, desk, visitor, notice: "\(form.title)已记下，提出的时间已经保留，等中心决定。请稍后刷新。"
                    ).response(status: 202)
                case .refused(let code, _):
                    // As it stands now: somebody else may have been quicker.
                    let now = try await self.view(request, for: visitor)
                    let standing = try await self.desk(now, visitor)
                    let why = form.kind == .callBack ? Self.whyNoCallback(standing) : nil
                    let fault = [(form.kind.rawValue, "\(form.title)：\(why ?? Self.words(forRefusal: code))")]
                    return casePage(
                        now, standing, visitor,
                        refused: Refused(form: form, answers: answers, faults: fault)
                    ).response(status: 409)
                }
            }
        }
    }

    /// - Returns: the answers with the numbers of what was sent along, and what is wrong with the first file that was not taken.
    private func attach(
        _ files: [FormFile], _ answers: JSON, _ form: OrderForm, _ view: CaseView, _ visitor: Visitor
    ) async throws -> (answers: JSON, unfit: Unfit?) {
        guard let field = form.files, let kept = form.kept, var members = answers.object else { return (answers, nil) }
        var ids = members[kept]?.array ?? []
        var unfit: Unfit?
        for file in files where file.field == field {
            do {
                guard
                    let id = try await book.attach(file, to: view.row.file.id, for: visitor.session, on: access)
                else { throw Self.unknown }
                ids.append(.string("\(id)"))
            } catch let error as Unfit {
                unfit = unfit ?? error
            }
        }
        members[kept] = ids.isEmpty ? nil : .array(ids)
        return (.object(members), unfit)
    }

    private static func words(forRefusal code: String) -> String {
        switch code {
        case "stale": "这件已经进入新的一轮，请看最新情况"
        case "not_now": "现在的状态下不能这样办"
        case "incomplete": "有一项没有填对"
        case "unknown_organisation": "没有这个单位，或它不能承办"
        case "unknown_region": "没有这个行政区域"
        case "unknown_earlier_case": "没有查到此前的工单"
        case "conflict_of_interest": "被反映的单位或其下属不能承办"
        case "against_policy": "适用的办法没有这样的规定"
        case "not_allowed": "没有这项权限"
        case "expired": "已过期限"
        case "over_cap": "超过办法允许的次数或长度"
        case "nothing_running": "没有这样的时限或申请"
        case "own_request": "申请延期的人不能批准自己的申请，由另一位有权限的人办理"
        case "id_taken": "这个表单已经用过，请重新打开"
        case "unknown_case": "没有查到这件，或已不由本单位办理"
        default: "没有办成（\(code)）"
        }
    }
}
