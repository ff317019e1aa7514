import HTTP
import JSON
import Testing

struct SchemaTests {
    private let complaint = Schema.object([
        .required("text", .string(1...20), "内容"),
        .required("channel", .choice(["web", "phone"]), "渠道"),
        .optional("place", .object([.required("lat", .number(-90...90), "纬度")]), "地点"),
        .optional("anonymous", .boolean, "匿名"),
        .optional("count", .integer(1...5), "人数"),
        .optional("photos", .array(of: .string(1...9, .code), count: 1...2), "照片"),
        .optional("note", .nullable(.string(0...5)), "备注"),
    ])

    private func faults(_ text: String) throws -> [String] {
        complaint.check(try JSON.parse(text)).map { "\($0.path.pointer) \($0.message)" }
    }

    @Test(arguments: [
        #"{"text":"路灯坏了","channel":"web"}"#,
        #"{"channel":"phone","note":null,"text":"a","anonymous":true,"count":5,"place":{"lat":-90},"photos":["a"]}"#,
        #"{"text":"12345678901234567890","channel":"web","place":{"lat":39.9},"note":""}"#,
    ])
    func `takes what fits`(text: String) throws {
        #expect(try faults(text) == [])
    }

    @Test func `tells every fault at once, where it is and in Chinese`() throws {
        let text = #"""
            {"text":"","chanel":"web","place":{"lat":91,"lon":1},"anonymous":1,"count":6,
             "photos":["好","b",3],"note":5}
            """#
        #expect(
            try faults(text) == [
                "/text 不能为空", "/chanel 没有这一项;是否想写 channel?", "/place/lat 应在 -90.0 到 90.0 之间",
                "/place/lon 没有这一项", "/anonymous 应为布尔值(true 或 false),实际是整数", "/count 应在 1 到 5 之间",
                "/photos 最多 2 项", "/note 应为文本,实际是整数", "/channel 缺少这一项",
            ])
    }

    @Test(arguments: [
        (#"{"text":true,"channel":1}"#, ["/text 应为文本,实际是布尔值", "/channel 应为文本,实际是整数"]),
        (#"{"text":null,"channel":"web"}"#, ["/text 应为文本,实际是null"]),
        (#"{"text":"a","channel":"wbe"}"#, ["/channel 应为以下之一:web、phone;是否想写 web?"]),
        (#"{"text":"a\u0000b","channel":"web"}"#, ["/text 不能含有空字符(U+0000)"]),
        (#"{"text":"123456789012345678901","channel":"web"}"#, ["/text 最多 20 个字符"]),
        (#"{"text":"a","channel":"web","count":1.0}"#, ["/count 应为整数,实际是小数"]),
        (#"{"text":"a","channel":"web","photos":[]}"#, ["/photos 至少 1 项"]),
        (#"{"text":"a","channel":"web","photos":["a b"]}"#, ["/photos/0 应为字母、数字、点、下划线或连字符"]),
        (#"{"text":"a","channel":"web","place":[]}"#, ["/place 应为对象,实际是数组"]),
        (#"[]"#, [" 应为对象,实际是数组"]),
    ])
    func `refuses what does not fit`(text: String, expected: [String]) throws {
        #expect(try faults(text) == expected)
    }

    @Test func `characters are code points, not bytes`() throws {
        #expect(try faults(#"{"text":"\#(String(repeating: "灯", count: 20))","channel":"web"}"#) == [])
    }

    @Test func `a hundred thousand unknown fields bring a hundred faults, and a long name is cut`() throws {
        let keys = (0..<100_000).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(try faults("{\(keys)}").count == 100)
        let long = try faults(#"{"\#(String(repeating: "k", count: 1_000_000))":1,"text":"a","channel":"web"}"#)
        #expect(long == ["/\(String(repeating: "k", count: 64)) 没有这一项"])
    }

    @Test func `anything may be anything, but for a NUL deep inside`() throws {
        #expect(Schema.any.check(try JSON.parse(#"[1,{"a":null}]"#)).isEmpty)
        #expect(Schema.any.check(try JSON.parse(#"[1,{"a":"\u0000"}]"#)).count == 1)
    }

    @Test func `the document says what the check demands`() {
        #expect(
            complaint.document.text == """
                {"type":"object","properties":{\
                "text":{"type":"string","minLength":1,"maxLength":20,"pattern":"\\\\S","description":"内容"},\
                "channel":{"type":"string","enum":["web","phone"],"description":"渠道"},\
                "place":{"type":"object","properties":{"lat":{"type":"number","minimum":-90.0,"maximum":90.0,\
                "description":"纬度"}},"required":["lat"],"additionalProperties":false,"description":"地点"},\
                "anonymous":{"type":"boolean","description":"匿名"},\
                "count":{"type":"integer","minimum":1,"maximum":5,"description":"人数"},\
                "photos":{"type":"array","items":{"type":"string","minLength":1,"maxLength":9,\
                "pattern":"^[A-Za-z0-9._-]*$"},"minItems":1,"maxItems":2,"description":"照片"},\
                "note":{"anyOf":[{"type":"string","maxLength":5},{"type":"null"}],"description":"备注"}},\
                "required":["text","channel"],"additionalProperties":false}
                """)
    }
}
