import JSON

/// The problems that this module itself finds.
extension Problem {
    /// The request line, a header or the framing of the body is broken.
    static func badRequest(_ detail: String) -> Problem { Problem(400, "bad-request", "请求不合规范", detail: detail) }

    static func malformed(_ error: JSONError) -> Problem {
        Problem(400, "malformed-json", "正文不是有效的 JSON", detail: error.chinese)
    }

    static let missingBody = Problem(400, "missing-body", "缺少请求正文")
    static let notFound = Problem(404, "not-found", "没有这个地址")

    static func methodNotAllowed(_ allowed: [String]) -> Problem {
        let allow = allowed.joined(separator: ", ")
        return Problem(405, "method-not-allowed", "此地址不接受这种方法", detail: "可用:\(allow)", headers: ["Allow": allow])
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(413, "body-too-large", "请求正文过大", detail: "最多 \(limit) 字节")
    }

    static func unsupportedMediaType(_ expected: String) -> Problem {
        Problem(415, "unsupported-media-type", "正文类型不受支持", detail: "请用 Content-Type: \(expected)")
    }

    /// What was sent can be read but not taken: each thing wrong with it.
    package static func invalid(_ fields: [Field]) -> Problem {
        Problem(422, "invalid-fields", "有 \(fields.count) 项不合要求", fields: fields)
    }

    static func headersTooLarge(_ limit: Int) -> Problem {
        Problem(431, "headers-too-large", "请求头过大", detail: "最多 \(limit) 字节")
    }

    /// Also for a handler that has to turn its own failure into a problem; it logs what failed.
    package static let inner = Problem(500, "internal-error", "服务内部出错", detail: "请稍后再试;问题已记录")
    /// Also for a handler whose database is away for the moment.
    package static let busy = Problem(503, "busy", "服务繁忙", detail: "请稍后再试", headers: ["Retry-After": "1"])
    static let stopping = Problem(503, "stopping", "服务正在停止", detail: "请稍后再试", headers: ["Retry-After": "1"])

    static let tooManyStreams = Problem(
        503, "too-many-streams", "实时连接过多", detail: "请稍后再试", headers: ["Retry-After": "5"])

    static func notReady(_ missing: [String]) -> Problem {
        Problem(503, "not-ready", "服务尚未就绪", fields: missing.map { Field($0, "不可用") })
    }
}
