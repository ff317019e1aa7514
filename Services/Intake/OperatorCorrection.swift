import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import Postgres
import WorkPages
import WorkingTime

/// Where an operator puts right what was taken down wrongly (更正登记): what is left empty stays as it is, and what it was before stays in the
/// record. Nothing that is written there already is shown: whoever has to read it does so on the case's page, on record.
struct OperatorCorrection {
    let pages: OperatorPages

    private var site: WorkSite { pages.site }
    private var path: String { "\(site.prefix)/correction" }

    var all: [Route] { [form, correct] }

    /// Each with the longest answer that is taken, as at a registration.
    private static let longest = [
        "number": 40, "channel": 60, "source": 60, "identity": 60, "region": 60, "name": 100, "phone": 40, "email": 200,
        "text": Registration.longestText, "place": 500, "about": 200, "due": 40, "key": 60,
    ]
    private static let fields: [Schema.Field] =
        longest.keys.sorted().map { .optional($0, .string(0...200_000), "") } + CitizenForm.particulars

    private var form: Route {
        Route(
            .get, path, "更正登记的表单", tags: ["pages"],
            parameters: [.query("number", .string(0...40), required: false, "受理编号")], answers: [WorkSite.html]
        ) { request, _ in
            try await pages.page(request) { visitor in
                try await requireCentre(visitor)
                let number = request.parameter("number") ?? ""
                return try await page(["number": .string(number)], for: visitor).response()
            }
        }
    }

    /// Whoever works elsewhere is told that before anything is looked up, or the answer would tell which cases there are.
    private func requireCentre(_ visitor: WorkSite.Visitor) async throws {
        guard let own = visitor.session.organisation else { return }
        let rules = try await pages.complaints.cases.rulebook()
        let centre = rules.profile(line: pages.complaints.line)?.policy.centre
        guard let centre, rules.directory.organisations(withRole: centre).contains(where: { $0.code == own }) else {
            throw Problem(403, "centre-only", "没有这项权限", detail: "登记由热线中心的接线员更正")
        }
    }

    private func page(
        _ answers: JSONObject, for visitor: WorkSite.Visitor, _ problem: Problem? = nil
    ) async throws -> Page {
        let directory = try await pages.complaints.cases.rulebook().directory
        let regions = directory.regions.values.sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        func choices(_ list: StaticString) -> Field.Kind {
            .list(KnownCodes.choices(list).map { ($0.code, $0.title) })
        }
        let questions = [
            Field("number", "受理编号", isRequired: true),
            Field("channel", "来自哪个渠道", choices("channels")), Field("source", "由谁转来", choices("sources")),
            Field(
                "identity", "身份",
                .list([
                    (Identity.named.rawValue, "实名"), (Identity.anonymous.rawValue, "匿名，不能回访"),
                    (Identity.confidential.rawValue, "实名，但要求保密"),
                ])),
            Field("name", "姓名"), Field("phone", "电话", .line(type: "tel")), Field("email", "电子邮箱", .line(type: "email")),
            Field("region", "行政区域", .list(regions)), Field("place", "地点"), Field("about", "被反映的单位"),
            Field("text", "要反映的问题", .lines(rows: 7)),
            Field("due", "个案期限（更正后没有统一期限的才填写）", .line(type: "datetime-local")),
        ]
        let faults = problem.map {
            $0.fields.isEmpty
                ? [("number", $0.title)] : $0.fields.map { (Particular.field(of: $0) ?? $0.name, $0.message) }
        }
        func fields(_ questions: [Field]) -> [HTML] {
            questions.map { question in
                question.html(
                    answers[question.name]?.string ?? "", fault: faults?.first { $0.0 == question.name }?.1)
            }
        }
        let particulars = KnownCodes.particulars.map { $0.field(isRequired: false) }
        let isOpen = particulars.contains { one in faults?.contains { $0.0 == one.name } ?? false }
        return site.frame(
            "更正登记", for: visitor,
            """
            \(summary(of: faults ?? []))
            <p class="hint">只填登记错了的，不填的保持不变。更正前的内容留在记录里。</p>
            <form method="post" action="\(path)" class="card">\(site.hidden(visitor))
            <input type="hidden" name="key" value="\(answers["key"]?.string ?? CitizenForm.newKey())">
            \(fields(questions))
            <details\(isOpen ? " open" : nil)><summary>渠道和来源的项目</summary>
            \(fields(particulars))
            </details>
            <button>更正</button>
            </form>
            """)
    }

    private var correct: Route {
        Route(
            .post, path, "更正一件登记错了的诉求", tags: ["pages"],
            body: .form(.object(Self.fields + [WorkSite.formTokenField])), answers: [WorkSite.html]
        ) { request, answers in
            try await site.form(request, answers) { visitor in
                try await pages.allowed(visitor) { visitor in
                    try await requireCentre(visitor)
                    let answers = answers.object ?? JSONObject()
                    do {
                        let number = try await correct(answers, by: visitor)
                        return site.frame(
                            "已更正", for: visitor,
                            """
                            <div class="notice" role="status"><p>受理编号 \(number.description) 已更正。</p></div>
                            <p><a class="button" href="\(site.prefix)">登记下一件</a></p>
                            """
                        ).response()
                    } catch let problem as Problem where problem.status == 422 {
                        return try await page(answers, for: visitor, problem).response(status: 422)
                    }
                }
            }
        }
    }

    /// - Throws: `Problem` 422 for what cannot be, fields named as in the form.
    private func correct(_ answers: JSONObject, by visitor: WorkSite.Visitor) async throws -> CaseNumber {
        func text(_ name: String) -> String? {
            answers[name]?.string.flatMap { $0.isBlank ? nil : $0.replacing("\r\n", with: "\n") }
        }
        var faults = Self.longest.compactMap { name, most in
            (text(name)?.unicodeScalars.count ?? 0) > most ? Problem.Field(name, "太长了，最多 \(most) 个字") : nil
        }
        for (name, codes) in [("channel", KnownCodes.channels), ("source", KnownCodes.sources)] {
            if let code = text(name), !codes.contains(code) { faults.append(.init(name, "请选择")) }
        }
        var typed: [String: String] = [:]
        for one in KnownCodes.particulars { typed[one.code] = text(one.code) }
        let particulars = Particular.read(KnownCodes.particulars, typed, mustBeWhole: false, &faults)
        let identity = text("identity").map(Identity.init(rawValue:))
        if let identity, identity == nil { faults.append(.init("identity", "请选择")) }
        let due = text("due").map { Moment(iso8601: "\($0):00+08:00") }
        if let due, due == nil { faults.append(.init("due", "不是合理的时间")) }
        let (cases, store) = (pages.complaints.cases, pages.complaints.store)
        let number = text("number").flatMap(CaseNumber.init)
        let contact = (name: text("name"), phone: text("phone"), email: text("email"))
        let words = (text: text("text"), place: text("place"), about: text("about"))
        guard let number,
            let known = try await store.correctable(
                number.id, hasName: contact.name != nil, hasWay: contact.phone ?? contact.email != nil)
        else { throw Problem.invalid([.init("number", "没有这个编号")] + faults) }
        guard faults.isEmpty else { throw Problem.invalid(faults) }
        let isPersons = contact.name ?? contact.phone ?? contact.email != nil
        let isWritten = isPersons || words.text ?? words.place ?? words.about != nil || !particulars.isEmpty
        let corrected = Corrected(
            channel: text("channel"), source: text("source"), identity: identity ?? nil, region: text("region"),
            contactable: isPersons ? known.isReachable : nil, submission: isWritten ? known.submission : nil)
        let session = visitor.session
        let command = Command(
            id: "correction:\(text("key") ?? "")", seen: .round(known.round),
            by: .account(session.account, organisation: session.organisation, roles: Set(session.roles.map(\.code))),
            order: .correct(corrected, due: due??.microseconds))
        let results = try await cases.perform([.init(caseID: number.id, command: command)]) { results in
            guard isWritten, case .success(.happens) = results[0] else { return [] }
            return [
                """
                SELECT jiesu.correct(\(number.id), \(corrected.channel), \(words.text), \(words.place), \(words.about),
                    \(contact.name), \(contact.phone), \(contact.email))
                """
            ]
                + (particulars.isEmpty
                    ? []
                    : ["SELECT jiesu.correct_particulars(\(number.id), \(JSON.object(particulars).text)::jsonb)"])
        }
        if case .failure(let refusal) = results[0] {
            throw Problem.invalid([.init(refusal == .incomplete("due") ? "due" : "number", Self.reason(refusal))])
        }
        return number
    }

    private static func reason(_ refusal: Refusal) -> String {
        switch refusal {
        case .notNow(let state): "现在是“\(state.title)”，不能再更正"
        case .incomplete("due"): "按更正后的情况没有统一期限，请填写一个以后的时间"
        case .incomplete: "请填写要更正的内容"
        case .unknownRegion: "没有这个行政区域"
        default: refusal.explanation
        }
    }
}
