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
    static let fields: [Schema.Field] = ([key] + pointers.keys.sorted()).map { .optional($0, .string(0...200_000), "") }

    /// Beside which question a fault of the API's shape belongs.
    private static let pointers = [
        "text": "/text", "place": "/place/address", "region": "/place/region", "happened_at": "/happened_at",
        "about": "/about", "identity": "/identity", "name": "/contact/name", "phone": "/contact/phone",
        "email": "/contact/email", "earlier": "/earlier", "earlier_code": "/earlier_code", "channel": "/channel",
        "source": "/source",
    ]
    /// Made anew with each empty form, so that a form that is sent twice is one complaint.
    private static let key = "key"

    private let answers: [String: String]
    private let rules: Rulebook
    private let isOperators: Bool

    /// - Parameters:
    ///   - answers: what came; empty for a new form.
    ///   - isOperators: an operator fills it in for somebody, and says how it came.
    init(_ answers: JSON = [:], rules: Rulebook, isOperators: Bool = false) {
        var texts: [String: String] = [:]
        // A browser sends the line breaks of a text area as CR LF.
        for (name, value) in answers.object ?? JSONObject() {
            texts[name] = value.string?.replacing("\r\n", with: "\n")
        }
        self.answers = texts
        self.rules = rules
        self.isOperators = isOperators
    }

    private var questions: [Field] {
        let regions = rules.directory.regions.values.sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        let ways = [
            Field(
                "channel", "来自哪个渠道", isRequired: true, .list(KnownCodes.choices("channels").map { ($0.code, $0.title) })
            ),
            Field("source", "由谁转来", hint: "本人反映的不用选", .list(KnownCodes.choices("sources").map { ($0.code, $0.title) })),
        ]
        return (isOperators ? ways : []) + [
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
            Field("earlier", "此前同一事项的受理编号", hint: "以前反映过的请填写"),
        ] + (isOperators ? [] : [Field("earlier_code", "该编号的查询码", hint: "与那次留下同一电话或邮箱的可不填")])
    }

    func page(_ problem: Problem? = nil) -> Page {
        Page("我要反映", html(action: "/complaint", nil, problem))
    }

    /// - Parameter hidden: what the form brings along besides.
    func html(action: String, _ hidden: HTML?, _ problem: Problem? = nil) -> HTML {
        var faults: [(field: String, message: String)] = []
        for fault in problem?.fields ?? [] {
            let field = Self.pointers.first { $0.value == fault.name }?.key ?? "text"
            faults.append((field, fault.message))
        }
        if let problem, faults.isEmpty { faults.append(("text", problem.title)) }
        // A form of which the complaint is registered already begins another one.
        let key = problem?.code == "idempotency-key-reused" ? nil : answers[Self.key]
        let fields = questions.map { question in
            question.html(answers[question.name] ?? "", fault: faults.first { $0.field == question.name }?.message)
        }
        return """
            \(summary(of: faults))
            <form method="post" action="\(action)" class="card">\(hidden)
            <input type="hidden" name="key" value="\(key ?? Self.newKey())">
            \(fields)
            <p class="hint">姓名和联系方式只用于办理和回访，每次查看都留有记录。</p>
            <button>\(isOperators ? "登记" : "提交")</button>
            </form>
            """
    }

    private static func newKey() -> String {
        String(UInt128.random(in: 0 ... .max), radix: 36)
    }

    /// - Throws: `Problem` 422, its fields named by the API's pointers.
    func registration(
        request: [UInt8], line: String, actor: Actor = .complainant
    ) throws(Problem) -> Registration {
        func text(_ name: String) -> JSON? { answers[name].flatMap { $0.isEmpty ? nil : .string($0) } }
        var body = JSONObject()
        for name in ["text", "about", "identity", "earlier", "earlier_code"] { body[name] = text(name) }
        if isOperators { body["channel"] = text("channel") }
        // In the city's time, as the clock on the wall shows it.
        body["happened_at"] = answers["happened_at"].flatMap { $0.isEmpty ? nil : .string($0 + ":00+08:00") }
        var (contact, place) = (JSONObject(), JSONObject())
        if answers["identity"] != Identity.anonymous.rawValue {
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
        if isOperators, body["channel"] == nil { faults.append(.init("/channel", "请选择渠道")) }
        guard faults.isEmpty else {
            throw Problem.invalid(faults)
        }
        guard body["identity"] != nil else {
            throw Problem.invalid([.init("/identity", "请选择身份")])
        }
        return try ComplaintForm.registration(
            .object(body), key: "page:" + (answers[Self.key] ?? Self.newKey()), request: request, line: line,
            actor: actor,
            source: source)
    }
}
