import Casework
import CaseStore
import HTTP
import JSON
import WorkingTime

/// What a citizen or an app sends to complain: its shape, and how it becomes a registration.
enum ComplaintForm {
    /// Longest text in characters; ten closely written pages.
    static let longestText = 20_000

    /// Channels that the public may name; letters, visits and leaders' instructions are for operators and imports.
    static let channels = ["web_portal", "wechat"]

    static let schema = Schema.object([
        .required("text", .string(1...longestText), "诉求内容"),
        .optional("title", .string(1...200), "标题"),
        .optional("line", .string(3...20, .digits), "所拨打的热线号码,决定适用哪套办法;缺省为 12345"),
        .optional("channel", .choice(channels), "来自哪个渠道,缺省为 web_portal"),
        .optional(
            "identity", .choice(Identity.allCases.map(\.rawValue)), "实名 named、匿名 anonymous 或要求保密 confidential;缺省按是否留下姓名"
        ),
        .optional("contact", contact, "联系方式,只用于办理和回访"),
        .optional("place", place, "事发地点"),
        .optional("happened_at", .string(16...40, .dateTime), "事发时间,不能晚于现在"),
        .optional("about", .string(1...200), "被反映的单位"),
        .optional("earlier", .string(10...40), "此前同一事项的受理编号"),
    ])

    private static let contact = Schema.object([
        .optional("name", .string(1...100), "姓名"),
        .optional("phone", .string(1...40), "电话"),
        .optional("email", .string(3...200), "电子邮箱"),
        .optional("address", .string(1...500), "地址"),
    ])

    private static let place = Schema.object([
        .optional("address", .string(1...500), "地址或位置描述"),
        .optional("region", .string(1...40), "行政区域的代码或名称"),
    ])

    static let keyHeader = "Idempotency-Key"

    /// - Parameters:
    ///   - body: checked by `schema`.
    ///   - request: the bytes as they came, for telling a repetition from another request under the same key.
    /// - Throws: `Problem` 422 for what a schema cannot say.
    static func registration(_ body: JSON, key: String, request: [UInt8], line: String) throws(Problem) -> Registration
    {
        var faults: [Problem.Field] = []
        guard let text = body["text"]?.string, text.contains(where: { !$0.isWhitespace }) else {
            throw Problem(422, "invalid-fields", "有 1 项不合要求", fields: [.init("/text", "请写明诉求内容")])
        }
        var earlier: Int64?
        if let quoted = body["earlier"]?.string {
            earlier = CaseNumber(quoted)?.id
            if earlier == nil { faults.append(.init("/earlier", "受理编号有误,请核对各位数字")) }
        }
        let contact = Registration.Contact(
            name: body["contact"]?["name"]?.string, phone: body["contact"]?["phone"]?.string,
            email: body["contact"]?["email"]?.string, address: body["contact"]?["address"]?.string)
        let identity = body["identity"]?.string.flatMap(Identity.init) ?? (contact.name == nil ? .anonymous : .named)
        if identity != .anonymous, contact.name == nil {
            faults.append(.init("/contact/name", "实名或要求保密的请留下姓名,否则请选择匿名"))
        }
        guard faults.isEmpty else {
            throw Problem(422, "invalid-fields", "有 \(faults.count) 项不合要求", fields: faults)
        }
        return Registration(
            key: key, request: request, line: body["line"]?.string ?? line, actor: .complainant,
            channel: body["channel"]?.string ?? "web_portal", identity: identity, contact: contact,
            title: body["title"]?.string, text: text, place: body["place"]?["address"]?.string,
            region: body["place"]?["region"]?.string, about: body["about"]?.string,
            happened: body["happened_at"]?.string.flatMap(Moment.init(iso8601:)), earlier: earlier)
    }
}
