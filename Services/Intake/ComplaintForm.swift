import Casework
import CaseStore
import HTTP
import JSON
import Policies
import WorkingTime

/// What a citizen or an app sends to complain: its shape, and how it becomes a registration.
enum ComplaintForm {
    static let schema = schema(channels: KnownCodes.publicChannels)

    /// - Parameter channels: that whoever registers may name.
    static func schema(channels: [String]) -> Schema {
        .object(fields(channels))
    }

    private static func fields(_ channels: [String]) -> [Schema.Field] {
        [
            .required("text", .string(1...Registration.longestText), "诉求内容"),
            .optional("title", .string(1...200), "标题"),
            .optional("line", .string(3...20, .code), "所拨打的热线号码,决定适用哪套办法;缺省为本服务所设的热线"),
            .optional("channel", .choice(channels), "来自哪个渠道,缺省为 \(channels[0])"),
            .optional(
                "identity", .choice(Identity.allCases.map(\.rawValue)),
                "实名 named、匿名 anonymous 或要求保密 confidential;缺省按是否留下姓名"
            ),
            .optional("contact", contact, "联系方式,只用于办理和回访"),
            .optional("place", place, "事发地点"),
            .optional("happened_at", .string(16...40, .dateTime), "事发时间,不能晚于现在"),
            .optional("about", .string(1...200), "被反映的单位"),
            .optional("earlier", .string(10...40), "此前同一事项的受理编号"),
            .optional("earlier_code", .string(16...40), "该编号的查询码;与那次留下同一电话或邮箱的可不填"),
        ]
    }

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

    /// The key as it is stored. Callers choose theirs freely, so they have a name space of their own: nobody can take
    /// the key of an imported row.
    static func storedKey(_ key: String) -> String { "api:" + key }

    /// Nobody alive complains about what happened before.
    private static let earliest = Moment(iso8601: "1900-01-01T00:00:00+08:00")

    /// - Parameters:
    ///   - body: checked by `schema`.
    ///   - request: the bytes as they came, for telling a repetition from another request under the same key.
    ///   - actor: who registers it.
    ///   - source: who brought it, if not the person.
    /// - Throws: `Problem` 422 for what a schema cannot say.
    static func registration(
        _ body: JSON, key: String, request: [UInt8], line: String, actor: Actor = .complainant, source: String? = nil
    ) throws(Problem) -> Registration {
        var faults: [Problem.Field] = []
        guard let text = body["text"]?.string else { throw Problem.invalid([.init("/text", "请写明诉求内容")]) }
        var earlier: Int64?
        if let quoted = body["earlier"]?.string {
            earlier = CaseNumber(quoted)?.id
            if earlier == nil { faults.append(.init("/earlier", "受理编号有误,请核对各位数字")) }
        }
        let earlierCode = body["earlier_code"]?.string.map(QueryCode.init)
        if let earlierCode, earlierCode == nil { faults.append(.init("/earlier_code", "查询码有误,请核对各位字符")) }
        let contact = Registration.Contact(
            name: body["contact"]?["name"]?.string, phone: body["contact"]?["phone"]?.string,
            email: body["contact"]?["email"]?.string, address: body["contact"]?["address"]?.string)
        let identity = body["identity"]?.string.flatMap(Identity.init) ?? (contact.name == nil ? .anonymous : .named)
        if identity != .anonymous, contact.name == nil {
            faults.append(.init("/contact/name", "实名或要求保密的请留下姓名,否则请选择匿名"))
        }
        if key.unicodeScalars.contains("\u{FFFD}") {
            // What stands for bytes that are no UTF-8: two such keys could look alike.
            faults.append(.init(keyHeader, "不是有效的 UTF-8 编码"))
        }
        if let name = contact.name, name.isBlank {
            faults.append(.init("/contact/name", "不能只有空白"))
        }
        let happened = body["happened_at"]?.string.map(Moment.init(iso8601:))
        if let happened, happened.map({ $0 < earliest ?? $0 }) ?? true {
            faults.append(.init("/happened_at", "不是合理的时间"))
        }
        guard faults.isEmpty else {
            throw Problem.invalid(faults)
        }
        return Registration(
            key: storedKey(key), request: request, line: body["line"]?.string ?? line, actor: actor,
            channel: body["channel"]?.string ?? KnownCodes.publicChannels[0], source: source, identity: identity,
            contact: contact,
            title: body["title"]?.string, text: text, place: body["place"]?["address"]?.string,
            region: body["place"]?["region"]?.string, about: body["about"]?.string,
            happened: happened ?? nil, earlier: earlier, earlierCode: earlierCode ?? nil)
    }
}
