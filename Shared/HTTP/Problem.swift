import JSON

/// An answer that says what is wrong and what to do, as a problem document (RFC 9457). A handler throws it.
///
/// It goes to strangers: `title`, `detail` and `fields` hold no inner text such as an error's description.
package struct Problem: Error {
    /// One thing wrong with what was sent.
    package struct Field: Sendable, Equatable {
        /// Where: a JSON Pointer into the body, or the name of a parameter.
        package let name: String
        /// What is wrong there, in Chinese.
        package let message: String

        package init(_ name: String, _ message: String) {
            self.name = name
            self.message = message
        }
    }

    package let status: Int
    /// Stable, for programs: `unknown-number`. The problem's `type` is `urn:jiesu:problem:` and this.
    package let code: String
    /// The same text for every problem of this code, in Chinese.
    package let title: String
    /// What is special about this one, in Chinese.
    package let detail: String?
    package let fields: [Field]
    /// Sent with the answer, such as `Allow` or `Retry-After`.
    package let headers: Headers

    package init(
        _ status: Int, _ code: String, _ title: String, detail: String? = nil, fields: [Field] = [],
        headers: Headers = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.fields = fields
        self.headers = headers
    }

    /// The document.
    package var document: JSON {
        var members: JSONObject = [
            "type": .string("urn:jiesu:problem:" + code), "title": .string(title), "status": .int(Int64(status)),
            "code": .string(code),
        ]
        if let detail { members["detail"] = .string(detail) }
        if !fields.isEmpty {
            members["fields"] = .array(fields.map { ["name": .string($0.name), "message": .string($0.message)] })
        }
        return .object(members)
    }

    /// What `document` looks like, for the OpenAPI document.
    static let schema = Schema.object([
        .required("type", .string(1...200), "标识问题种类的 URN"),
        .required("title", .string(1...200), "问题种类"),
        .required("status", .integer(400...599), "HTTP 状态码"),
        .required("code", .string(1...100), "问题代码,供程序判断"),
        .optional("detail", .string(1...2000), "本次问题的说明"),
        .optional("fields", .array(of: field, count: 1...Schema.mostFaults), "逐项错误"),
    ])

    private static let field = Schema.object([
        .required("name", .string(0...1000), "正文中的 JSON Pointer,或参数名"),
        .required("message", .string(1...1000), "错在哪里"),
    ])
}
