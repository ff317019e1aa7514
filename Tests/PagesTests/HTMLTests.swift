import HTTP
import Pages
import Testing

struct HTMLTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onfocus=\"x", "&quot; onfocus=&quot;x"), ("' autofocus='", "&#39; autofocus=&#39;"),
        ("&lt;", "&amp;lt;"), ("a\u{0}b\u{1B}c\u{85}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"), ("两行\n文字\t好", "两行\n文字\t好"),
    ])
    func `what is put in cannot become markup`(typed: String, escaped: String) {
        let piece: HTML = "<p title='\(typed)'>\(typed)</p>"
        #expect(piece.text == "<p title='\(escaped)'>\(escaped)</p>")
    }

    @Test func `a piece is put in as it is, and nothing for none`() {
        let (inner, none): (HTML, HTML?) = ("<b>\("<")</b>", nil)
        let outer: HTML = "<p>\(inner)\(none)\([inner, inner])\(3)</p>"
        #expect(outer.text == "<p><b>&lt;</b><b>&lt;</b>\n<b>&lt;</b>3</p>")
    }

    @Test func `a page forbids scripts, foreign content, framing and keeping`() {
        let response = Page("标题 <", "<p>正文</p>").response()
        #expect(response.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(response.headers["Content-Security-Policy"]?.contains("frame-ancestors 'none'") == true)
        #expect(response.headers["Cache-Control"] == "no-store")
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains("<title>标题 &lt; · 接诉</title>") && text.contains("<html lang=\"zh-CN\">"))
        #expect(!text.contains("<script"))
    }

    @Test func `a problem is a page that says what is wrong and what to do`() {
        let problem = Problem(503, "busy", "服务繁忙", detail: "请稍后", headers: ["Retry-After": "2"])
        let response = Page.problem(problem)
        #expect(response.status == 503 && response.headers["Retry-After"] == "2")
        #expect(String(decoding: response.body, as: UTF8.self).contains("<h1>服务繁忙</h1>"))
    }
}

struct FieldTests {
    @Test func `a field has its label, its hint and its fault joined to it`() {
        let html = Field("phone", "电话", hint: "手机", isRequired: true, .line(type: "tel", fill: "tel"))
            .html("1\"2", fault: "太长").text
        #expect(html.contains("<label for=\"phone\">电话"))
        #expect(html.contains("type=\"tel\" autocomplete=\"tel\" value=\"1&quot;2\""))
        #expect(html.contains("id='phone' name='phone' required aria-invalid='true'"))
        #expect(html.contains("aria-describedby='phone-hint phone-fault'"))
        #expect(html.contains("id='phone-hint'>手机") && html.contains("id='phone-fault'>太长"))
    }

    @Test func `what was chosen stays chosen`() {
        let options = [("a", "甲"), ("b", "乙")]
        let choice = Field("c", "选", .choice(options)).html("b").text
        #expect(choice.contains("value=\"b\" checked") && !choice.contains("value=\"a\" checked"))
        let list = Field("c", "选", .list(options)).html("b").text
        #expect(list.contains("<option value='b' selected>乙") && list.contains("<option value=''>（不选）"))
    }

    @Test func `lines keep their first line break`() {
        #expect(Field("t", "文", .lines(rows: 3)).html("\n第一行空").text.contains(">\n\n第一行空</textarea>"))
    }

    @Test func `the summary leads to each faulty field`() {
        #expect(summary(of: []) == nil)
        #expect(summary(of: [("text", "请写明")])?.text.contains("<a href='#text'>请写明</a>") == true)
    }
}
