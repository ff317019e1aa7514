import Casework
import Testing

/// A complaint that is refused, and where the fault is said to be.
struct RefusedComplaint: CustomTestStringConvertible, Sendable {
    let why: String
    let body: String
    /// Each begins one of the faults; in order.
    let faults: [String]

    init(_ why: String, _ body: String, _ faults: String...) {
        self.why = why
        self.body = body
        self.faults = faults
    }

    var testDescription: String { why }

    private static func with(_ field: String) -> String { #"{"text": "路灯不亮", \#(field)}"# }

    static let wrongTypes =
        ["title", "line", "channel", "identity", "happened_at", "about", "earlier", "earlier_code"].flatMap { name in
            ["1", "1.5", "true", "null", "[]", "{}"].map {
                RefusedComplaint("\(name) is \($0)", with(#""\#(name)": \#($0)"#), "/\(name): 应为文本")
            }
        }
        + ["1", "true", "null", "[]", "{}", "\"\""].map {
            RefusedComplaint("text is \($0)", #"{"text": \#($0)}"#, "/text: ")
        }
        + ["contact", "place"].flatMap { name in
            ["1", "true", "null", "[]", "\"张三\""].map {
                RefusedComplaint("\(name) is \($0)", with(#""\#(name)": \#($0)"#), "/\(name): 应为对象")
            }
        }
        + ["name", "phone", "email", "address"].map {
            RefusedComplaint(
                "contact/\($0) is a number", with(#""contact": {"\#($0)": 13800000000}"#), "/contact/\($0): 应为文本")
        }
        + ["address", "region"].map {
            RefusedComplaint("place/\($0) is a list", with(#""place": {"\#($0)": ["a"]}"#), "/place/\($0): 应为文本")
        }
        + ["[]", "1", "null", "\"text\"", "true"].map { RefusedComplaint("the body is \($0)", $0, ": 应为对象") }

    static let wrongValues = [
        RefusedComplaint("nothing", "{}", "/text: 缺少这一项"),
        RefusedComplaint("blanks for text", #"{"text": " \t\n\u3000 "}"#, "/text: 不能只有空白"),
        RefusedComplaint("nothing to be seen", #"{"text": "\u200b\u3164 \u0007"}"#, "/text: 不能只有空白"),
        RefusedComplaint("text of 20,001 characters", text(20_001), "/text: 最多 20000 个字符"),
        RefusedComplaint("title of 201 characters", with(#""title": "\#(long(201))""#), "/title: 最多 200 个字符"),
        RefusedComplaint("about of 201 characters", with(#""about": "\#(long(201))""#), "/about: 最多 200 个字符"),
        RefusedComplaint(
            "long contact",
            with(
                #""contact": {"name": "\#(long(101))", "phone": "\#(long(41))", "email": "\#(long(201))", "address": "\#(long(501))"}"#
            ), "/contact/name: 最多 100", "/contact/phone: 最多 40", "/contact/email: 最多 200", "/contact/address: 最多 500"),
        RefusedComplaint(
            "long place", with(#""place": {"address": "\#(long(501))", "region": "\#(long(41))"}"#),
            "/place/address: 最多 500",
            "/place/region: 最多 40"),
        RefusedComplaint("empty texts", with(#""title": "", "about": """#), "/title: 不能为空", "/about: 不能为空"),
        RefusedComplaint("NUL in text", #"{"text": "a\u0000b"}"#, "/text: 不能含有空字符"),
        RefusedComplaint(
            "NUL in every other field",
            with(
                #""title": "\u0000", "about": "a\u0000", "contact": {"name": "\u0000"}, "place": {"address": "\u0000"}"#
            ),
            "/title: 不能含有空字符", "/about: 不能含有空字符", "/contact/name: 不能含有空字符", "/place/address: 不能含有空字符"),
        RefusedComplaint("an unknown field", with(#""titel": "x""#), "/titel: 没有这一项;是否想写 title?"),
        RefusedComplaint(
            "an unknown field inside", with(#""contact": {"nmae": "x"}"#), "/contact/nmae: 没有这一项;是否想写 name?"),
        RefusedComplaint("a field nothing is like", with(#""zzzzzzzz": 1"#), "/zzzzzzzz: 没有这一项"),
        RefusedComplaint("an operator's channel", with(#""channel": "letter""#), "/channel: 应为以下之一:web_portal、wechat"),
        RefusedComplaint(
            "a misspelt channel", with(#""channel": "wechta""#), "/channel: 应为以下之一:web_portal、wechat;是否想写 wechat?"),
        RefusedComplaint("an unknown identity", with(#""identity": "secret""#), "/identity: 应为以下之一:"),
        RefusedComplaint("named without a name", with(#""identity": "named""#), "/contact/name: "),
        RefusedComplaint(
            "confidential without a name", with(#""identity": "confidential", "contact": {"phone": "1"}"#),
            "/contact/name: "),
        RefusedComplaint("a name of blanks", with(#""contact": {"name": "  "}"#), "/contact/name: "),
        RefusedComplaint("line of letters", with(#""line": "abcde""#), "/line: 本市没有这条热线"),
        RefusedComplaint("an unknown line", with(#""line": "99999""#), "/line: 本市没有这条热线"),
        RefusedComplaint("an unknown region", with(#""place": {"region": "火星区"}"#), "/place/region: 没有这个行政区域"),
        RefusedComplaint("earlier with a wrong check digit", with(#""earlier": "0000000011""#), "/earlier: 受理编号有误"),
        RefusedComplaint("earlier that is no number", with(#""earlier": "abcdefghij""#), "/earlier: 受理编号有误"),
        RefusedComplaint(
            "earlier that nobody has", with(#""earlier": "\#(CaseNumber(id: 999_999_999))""#), "/earlier: 没有这个受理编号,或"),
        RefusedComplaint("a code that is none", with(#""earlier_code": "not a query code""#), "/earlier_code: 查询码有误"),
    ]

    static let wrongTimes = [
        RefusedComplaint("the year 9999", time("9999-12-31T23:59:59Z"), "/happened_at: 事发时间不能晚于现在"),
        RefusedComplaint("the year 0000", time("0000-01-01T00:00:00Z"), "/happened_at: "),
        RefusedComplaint("the year 0001", time("0001-01-01T00:00:00Z"), "/happened_at: "),
        RefusedComplaint("the last year of the 19th century", time("1899-12-31T12:00:00Z"), "/happened_at: "),
        RefusedComplaint("an offset beyond the world's", time("2026-01-01T00:00:00+19:00"), "/happened_at: "),
        RefusedComplaint("the 30th of February", time("2026-02-30T08:00:00+08:00"), "/happened_at: 应为带时区的时间"),
        RefusedComplaint("the 13th month", time("2026-13-01T08:00:00+08:00"), "/happened_at: 应为带时区的时间"),
        RefusedComplaint("25 o'clock", time("2026-01-01T25:00:00+08:00"), "/happened_at: 应为带时区的时间"),
        RefusedComplaint("no zone", time("2026-01-01T08:00:00"), "/happened_at: "),
        RefusedComplaint("a date alone", time("2026-01-01"), "/happened_at: "),
        RefusedComplaint("a year of six digits", time("+002026-01-01T08:00:00Z"), "/happened_at: 应为带时区的时间"),
        RefusedComplaint("other digits", time("２０２６-01-01T08:00:00Z"), "/happened_at: 应为带时区的时间"),
        RefusedComplaint("yesterday in words", time("昨天下午三点钟左右的时候在路口"), "/happened_at: "),
    ]

    private static func time(_ text: String) -> String { with(#""happened_at": "\#(text)""#) }
    private static func long(_ count: Int) -> String { String(repeating: "长", count: count) }
    static func text(_ count: Int) -> String { #"{"text": "\#(long(count))"}"# }
}
