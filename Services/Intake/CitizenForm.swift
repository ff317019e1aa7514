import Attachments
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies

/// The form in which a citizen complains: its questions, what was answered, and the registration that it becomes by the rules
/// of the complaints API (`ComplaintForm`).
struct CitizenForm {
    /// Wider than the API's: what is too long is said beside the question, and nothing that was typed is lost.
    static let schema = Schema.object(fields)
    static let fields: [Schema.Field] = ([key, photos, step] + pointers.keys.sorted()).map {
        .optional($0, .string(0...200_000), "")
    }
    /// What the operators' form may bring besides.
    static let particulars: [Schema.Field] = KnownCodes.particulars.map { .optional($0.code, .string(0...200_000), "") }
    /// What a form with photos may bring besides.
    static let photoFields: [Schema.Field] = [.optional(drop, .array(of: .string(0...20, .digits), count: 0...100), "")]

    /// Beside which question a fault of the API's shape belongs.
    private static let pointers = [
        "text": "/text", "place": "/place/address", "region": "/place/region", "happened_at": "/happened_at",
        "about": "/about", "identity": "/identity", "name": "/contact/name", "phone": "/contact/phone",
        "email": "/contact/email", "earlier": "/earlier", "earlier_code": "/earlier_code", "channel": "/channel",
        "source": "/source", "no_contact": "/no_contact", "answer": "/answer", "answer_nature": "/answer/nature",
        "answer_subject": "/answer/subject",
    ]
    /// Made anew with each empty form, so that a form that is sent twice is one complaint.
    private static let key = "key"
    /// The key under which chosen photos are kept. Not the form's own, for it stands in the addresses of the pictures.
    static let photos = "photos"
    /// Which button was pressed.
    static let step = "step"
    /// Photos that shall go.
    static let drop = "drop"

    private let answers: [String: String]
    private let rules: Rulebook
    private let isOperators: Bool
    /// `nil`: nothing, or nobody here may.
    private let simple: AtOnce?
    let photoKey: String

    /// What may be sent along: photos, and papers too where an operator takes them over the counter.
    var kinds: Set<AttachedFile.Kind> { isOperators ? Set(AttachedFile.Kind.allCases) : AttachedFile.photos }

    /// Only to look at the photos.
    var isUnfinished: Bool { answers[Self.step] == Self.photos }

    /// - Parameters:
    ///   - answers: what came; empty for a new form.
    ///   - operatorsLine: an operator of this line fills it in for somebody, and says how it came; `nil`: a citizen.
    init(_ answers: JSON = [:], rules: Rulebook, operatorsLine: String? = nil) {
        var texts: [String: String] = [:]
        // A browser sends the line breaks of a text area as CR LF.
        for (name, value) in answers.object ?? JSONObject() {
            texts[name] = value.string?.replacing("\r\n", with: "\n")
        }
        // Whatever else came as one would be no address.
        let isKey = texts[Self.photos]?.wholeMatch(of: /[0-9a-z]{16,40}/) != nil
        photoKey = isKey ? texts[Self.photos] ?? "" : Self.newKey()
        self.answers = texts
        self.rules = rules
        isOperators = operatorsLine != nil
        simple = operatorsLine.flatMap(rules.profile(line:)).flatMap(AtOnce.init)
    }

    /// How it came and who brought it, for operators.
    private static let ways = [
        Field(
            "channel", "来自哪个渠道", isRequired: true, .list(KnownCodes.choices("channels").map { ($0.code, $0.title) })),
        Field("source", "由谁转来", hint: "本人反映的不用选", .list(KnownCodes.choices("sources").map { ($0.code, $0.title) })),
    ]

    /// What is asked of what is chosen stands there; what another choice asks for waits until a script shows it, and is neither sent nor asked
    /// until then. Without one a button brings it.
    private func particulars(_ fault: (Field) -> String?) -> HTML {
        let items = KnownCodes.particulars.map { one -> HTML in
            let isAsked = one.isAsked(channel: answers["channel"], source: answers["source"])
            let question = one.field()
            return """
                <fieldset role="presentation" data-of="\(one.choices)"\(isAsked ? nil : " hidden disabled")>\
                \(question.html(answers[one.code] ?? "", fault: fault(question)))</fieldset>
                """
        }
        return """
            <p id="own"><button class="quiet" formaction="/operator/form" formnovalidate>按所选的渠道和来源列出要填的项目</button></p>
            \(items)
            """
    }

    private var questions: [Field] {
        let regions = rules.directory.regions.values.sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        return [
            Field(
                "text", "要反映的问题", hint: "何时、何地、发生了什么、希望怎样解决", isRequired: true, .lines(rows: 7)),
            Field("place", "地点", hint: "路名、门牌或附近的标志"),
            Field("region", "行政区域", .list(regions)),
            Field("happened_at", "发生时间", .line(type: "datetime-local")),
            Field("about", "被反映的单位", hint: "反映单位或其工作人员的，请写明；这件诉求不会交给该单位"),
            Field(
                "identity", "身份", isRequired: true,
                .choice([
                    (Identity.named.rawValue, "实名"), (Identity.anonymous.rawValue, "匿名，不能回访"),
                    (Identity.confidential.rawValue, "实名，但要求保密"),
                ])),
            Field("name", "姓名", hint: "选择匿名的不用填写", .line(fill: "name")),
            Field("phone", "电话", .line(type: "tel", fill: "tel")),
            Field("email", "电子邮箱", .line(type: "email", fill: "email")),
        ] + (isWithoutContact ? [Self.withoutContact] : []) + [
            Field("earlier", "此前同一事项的受理编号", hint: "以前反映过的请填写")
        ] + answerAtOnce + (isOperators ? [] : [Field("earlier_code", "该编号的查询码", hint: "与那次留下同一电话或邮箱的可不填")])
    }

    /// For what an operator has answered while the caller was on the line.
    private var answerAtOnce: [Field] {
        guard let simple else { return [] }
        let nature = Field("answer_nature", "当场答复的性质", .list(simple.natures))
        return [
            Field("answer", "当场答复", hint: "能当场答复的，写下答复并选分类，登记后即办结；其他的不填", .lines(rows: 4))
        ] + (simple.natures.count > 1 ? [nature] : []) + [Field("answer_subject", "当场答复的分类", .list(simple.subjects))]
    }

    /// The answer that was given at once; `nil`: none.
    private func answer(_ faults: inout [Problem.Field]) -> Registration.Answer? {
        guard let simple, let text = answers["answer"], !text.isBlank else { return nil }
        return simple.answer(nature: answers["answer_nature"], subject: answers["answer_subject"], text: text, &faults)
    }

    /// Named, and nowhere to be reached: nothing could be told (E-24), so whoever wants that says so.
    private var isWithoutContact: Bool {
        let ways = ["phone", "email"].compactMap { answers[$0] }
        // Who has not even given a name is asked for that first.
        let isNamed = [Identity.named, .confidential].map(\.rawValue).contains(answers["identity"])
        return isNamed && answers["name"]?.isBlank == false && ways.allSatisfy(\.isBlank)
    }
    private static let withoutContact = Field(
        "no_contact", "不留联系方式吗？", .choice([("yes", "不留，我知道这样无法告知我办理结果，也不能回访")]))

    /// - Parameter photos: the photos chosen so far, and how to choose more.
    func page(photos: HTML, _ problem: Problem? = nil) -> Page {
        Page("我要反映", scripts: [.photos], html(action: "/complaint", nil, photos: photos, problem))
    }

    /// - Parameters:
    ///   - hidden: what the form brings along besides.
    ///   - assist: further attributes of the form.
    ///   - more: what stands behind its button.
    func html(
        action: String, _ hidden: HTML?, photos: HTML? = nil, _ problem: Problem? = nil, assist: HTML? = nil,
        more: HTML? = nil
    ) -> HTML {
        var faults: [(field: String, message: String)] = []
        for fault in problem?.fields ?? [] {
            let field =
                Particular.field(of: fault) ?? Self.pointers.first { $0.value == fault.name }?.key ?? "text"
            faults.append((field, fault.message))
        }
        let isSentAgain = problem?.code == "idempotency-key-reused"
        if isSentAgain {
            faults.append(("text", "这张表单刚才已经登记过，现在的内容与那时不同。如果要反映另一件事，请再按一次提交；如果只想看进度，请凭编号查询"))
        } else if let problem, faults.isEmpty {
            faults.append((photos != nil && problem.code == Self.photos ? "photo" : "text", problem.title))
        }
        // A form of which the complaint is registered already begins another one.
        let key = isSentAgain ? nil : answers[Self.key]
        func fault(_ question: Field) -> String? { faults.first { $0.field == question.name }?.message }
        func fields(_ questions: [Field]) -> [HTML] {
            questions.map { $0.html(answers[$0.name] ?? "", fault: fault($0)) }
        }
        return """
            \(summary(of: faults))
            <form method="post" action="\(action)" class="card" id="register"\(assist)\(photos.map { _ in " enctype='multipart/form-data'" })>\(hidden)
            <input type="hidden" name="key" value="\(key ?? Self.newKey())">
            \(photos.map { _ in Self.first(photoKey) })
            \(isOperators ? fields(Self.ways) + [particulars(fault)] : [])
            \(fields(questions))
            \(photos)
            <p class="hint">姓名和联系方式只用于办理和回访，每次查看都留有记录。</p>
            <button name="\(Self.step)" value="send">\(isOperators ? "登记" : "提交")</button>\(more)
            </form>
            """
    }

    /// The form's first button is the one that Enter presses; the one that people see stands at the end.
    private static func first(_ photoKey: String) -> HTML {
        """
        <input type="hidden" name="\(photos)" value="\(photoKey)">
        <button name="\(step)" value="send" class="skip" tabindex="-1" aria-hidden="true">提交</button>
        """
    }

    /// 128 bits, of one length.
    static func newKey() -> String {
        let digits = String(UInt128.random(in: 0 ... .max), radix: 36)
        return String(repeating: "0", count: 25 - digits.count) + digits
    }

    /// - Throws: `Problem` 422, its fields named by the API's pointers.
    func registration(
        line: String, actor: Actor = .complainant
    ) throws(Problem) -> Registration {
        let isAnonymous = answers["identity"] == Identity.anonymous.rawValue
        func text(_ name: String) -> JSON? { answers[name].flatMap { $0.isEmpty ? nil : .string($0) } }
        var body = JSONObject()
        for name in ["text", "about", "identity", "earlier", "earlier_code"] { body[name] = text(name) }
        if isOperators { body["channel"] = text("channel") }
        // In the city's time, as the clock on the wall shows it.
        body["happened_at"] = answers["happened_at"].flatMap { $0.isEmpty ? nil : .string($0 + ":00+08:00") }
        var (contact, place) = (JSONObject(), JSONObject())
        if !isAnonymous {
            for name in ["name", "phone", "email"] { contact[name] = text(name) }
        }
        place["address"] = text("place")
        place["region"] = text("region")
        if !contact.isEmpty { body["contact"] = .object(contact) }
        if !place.isEmpty { body["place"] = .object(place) }
        let schema = isOperators ? ComplaintForm.schema(channels: KnownCodes.channels) : ComplaintForm.schema
        var faults = schema.check(.object(body)).map { Problem.Field($0.path.pointer, $0.message) }
        let source = isOperators ? text("source")?.string : nil
        if let source, !KnownCodes.sources.contains(source) { faults.append(.init("/source", "没有这样的来源")) }
        if isWithoutContact, answers["no_contact"] != "yes" {
            faults.append(.init("/contact/phone", "请留下电话或电子邮箱，否则无法告知办理结果，也不能回访；确实不愿留的，请在下面选择不留"))
        }
        let answer = answer(&faults)
        let asked = KnownCodes.particulars.filter {
            $0.isAsked(channel: answers["channel"], source: source) && !($0.isPersonal && isAnonymous)
        }
        let particulars = isOperators ? Particular.read(asked, answers, &faults) : [:]
        if isOperators, body["channel"] == nil { faults.append(.init("/channel", "请选择渠道")) }
        guard faults.isEmpty else {
            throw Problem.invalid(faults)
        }
        guard body["identity"] != nil else {
            throw Problem.invalid([.init("/identity", "请选择身份")])
        }
        let said = answer.map { JSON.array([.string($0.nature), .string($0.subject), .string($0.text)]) }
        var registration = try ComplaintForm.registration(
            .object(body), key: "page:" + (answers[Self.key] ?? Self.newKey()),
            // A browser may send the same form in other bytes.
            request: JSON.object(body).bytes + (said?.bytes ?? [])
                + (particulars.isEmpty ? [] : JSON.object(particulars).bytes), line: line, actor: actor, source: source)
        registration.answer = answer
        registration.particulars = particulars.isEmpty ? nil : .object(particulars)
        return registration
    }
}
