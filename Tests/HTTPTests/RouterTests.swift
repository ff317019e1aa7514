import JSON
import Lifecycle
import Synchronization
import Telemetry
import Testing

@testable import HTTP

/// From raw request to response, without sockets.
struct RouterTests {
    struct Inner: Error, CustomStringConvertible {
        var description: String { "password=secret" }
    }

    struct Outer: SafeToLog {
        var description: String { "what an operator must know" }
    }

    struct Away: Retriable {
        let isRetriable: Bool
    }

    private static let body = Schema.object([
        .required("text", .string(1...10), ""), .optional("count", .integer(0...9), ""),
    ])

    private static let routes = [
        Route(
            .post, "/cases/{id}", "",
            parameters: [
                .path("id", .integer(1...999), ""), .query("limit", .integer(1...9), ""),
                .header("Idempotency-Key", .string(1...8), required: true, ""),
            ],
            body: .json(body), answers: [.init(200, "")]
        ) { request, content in
            .json(["id": request.parameters["id"]!, "limit": request.parameters["limit"] ?? .null, "body": content])
        },
        Route(.post, "/form", "", body: .form(body), answers: [.init(200, "")]) { _, content in .json(content) },
        Route(.get, "/text/{any}", "", answers: [.init(200, "")]) { request, content in
            .text("\(request.parameter("any") ?? "") \(request.path) \(request.query["q"] ?? "-") \(content.text)")
        },
        Route(.get, "/fails", "", answers: []) { _, _ in throw Inner() },
        Route(.get, "/fails-safely", "", answers: []) { _, _ in throw Outer() },
        Route(.get, "/away/{once}", "", answers: []) { request, _ in
            throw Away(isRetriable: request.parameter("once") == "now")
        },
        Route(.get, "/refuses", "", answers: []) { _, _ in throw Problem(409, "taken", "已被占用", detail: "请换一个") },
    ]

    private func answer(
        _ method: String, _ target: String, _ headers: Headers = [:], _ body: String = "", log: Logger.Sink? = nil
    ) async -> Response {
        await Router(Self.routes, log: Logger(service: "test", sink: log ?? { _ in })).answer(
            RawRequest(method: method, target: Array(target.utf8), headers: headers, body: Array(body.utf8), peer: ""))
    }

    private func problem(_ response: Response) throws -> JSON {
        #expect(response.headers["Content-Type"] == "application/problem+json")
        let document = try JSON.parse(response.body)
        #expect(document["status"]?.int == Int64(response.status))
        #expect(document["title"]?.string?.isEmpty == false)
        return document
    }

    private let json: Headers = ["Content-Type": "application/json; charset=utf-8", "Idempotency-Key": "k"]

    @Test func `gives a handler what was declared, as values`() async throws {
        let response = await answer("POST", "/cases/17?limit=3&utm=x", json, #"{"text":"好","count":2}"#)
        #expect(try JSON.parse(response.body) == ["id": 17, "limit": 3, "body": ["text": "好", "count": 2]])
        let get = await answer("GET", "/text/a%20b?q=%E5%A5%BD")
        #expect(String(decoding: get.body, as: UTF8.self) == "a b /text/a b 好 null")
    }

    @Test func `tells faults of path, query, headers and body together`() async throws {
        let response = await answer(
            "POST", "/cases/0?limit=x&limit=2", ["Content-Type": "application/json"], #"{"txt":"a","count":"2"}"#)
        #expect(response.status == 422)
        let fields = try problem(response)["fields"]?.array ?? []
        #expect(
            fields.map { "\($0["name"]?.string ?? "") \($0["message"]?.string ?? "")" } == [
                "id 应在 1 到 999 之间", "limit 重复", "Idempotency-Key 缺少这一项", "/txt 没有这一项;是否想写 text?",
                "/count 应为整数,实际是文本", "/text 缺少这一项",
            ])
    }

    @Test func `names the line of broken JSON`() async throws {
        let document = try problem(await answer("POST", "/cases/1", json, "{\n\"text\": x}"))
        #expect(document["status"] == 400)
        #expect(document["code"] == "malformed-json")
        #expect(document["detail"]?.string?.hasPrefix("第 2 行第 9 列") == true)
    }

    @Test func `wants a body of the right type`() async throws {
        let none = await answer("POST", "/cases/1", ["Content-Type": "application/json", "Idempotency-Key": "k"])
        #expect(try problem(none)["code"] == "missing-body")
        for type in ["text/plain", "application/jsonx", ""] {
            let response = await answer("POST", "/cases/1", ["Content-Type": type, "Idempotency-Key": "k"], "{}")
            #expect(response.status == 415)
            #expect(try problem(response)["detail"]?.string?.contains("application/json") == true)
        }
        let form: Headers = ["Content-Type": "Application/X-WWW-Form-URLEncoded"]
        #expect(
            await answer("POST", "/form", form, "text=a+b&count=3").body == Array(#"{"text":"a b","count":3}"#.utf8))
        #expect(await answer("POST", "/form", form, "text=%00").status == 400)
        let blank = await answer("POST", "/form", form)
        #expect(blank.status == 422, "an empty form is a form of which nothing was filled in")
        #expect(await answer("POST", "/form", form, "text=a&count=x").status == 422)
        #expect(await answer("POST", "/form", json, #"{"text":"a"}"#).status == 415)
    }

    @Test func `a handler's problem is the answer; its error is a 500 that says nothing and a line in the log`()
        async throws
    {
        let refused = try problem(await answer("GET", "/refuses"))
        #expect(refused["code"] == "taken")
        #expect(refused["detail"] == "请换一个")
        #expect(refused["type"] == "urn:jiesu:problem:taken")
        let lines = Mutex<[String]>([])
        let failed = await answer("GET", "/fails") { line in lines.withLock { $0.append(line) } }
        #expect(failed.status == 500)
        #expect(!String(decoding: failed.body, as: UTF8.self).contains("secret"))
        _ = await answer("GET", "/fails-safely") { line in lines.withLock { $0.append(line) } }
        let logged = lines.withLock { $0 }
        #expect(logged.count == 2)
        #expect(logged[0].contains(#""route":"/fails","error":"Inner""#))
        #expect(!logged[0].contains("secret"))
        #expect(logged[1].contains(#""route":"/fails-safely","error":"what an operator must know""#))
    }

    @Test func `what may succeed later is 503 and says when to come back, what will not is 500`() async throws {
        let now = await answer("GET", "/away/now")
        #expect(try problem(now)["code"] == "busy")
        #expect(now.status == 503 && now.headers["Retry-After"] != nil)
        #expect(await answer("GET", "/away/for-good").status == 500)
    }

    @Test func `unknown paths and methods are problems`() async throws {
        #expect(try problem(await answer("GET", "/none"))["code"] == "not-found")
        let wrong = await answer("PUT", "/fails")
        #expect(try problem(wrong)["code"] == "method-not-allowed")
        #expect(wrong.headers["Allow"] == "GET, HEAD")
        #expect(await answer("GET", "/text/%00").status == 400)
    }

    @Test func `an observer sees the pattern, never the path`() async {
        let seen = Mutex<[String]>([])
        let router = Router(Self.routes, log: Logger(service: "test", sink: { _ in })) {
            pattern, method, status, seconds in
            seen.withLock { $0.append("\(method) \(pattern ?? "-") \(status) \(seconds >= 0 && seconds < 5)") }
        }
        for target in ["/text/13800138000", "/13800138000", "/fails"] {
            _ = await router.answer(
                RawRequest(method: "GET", target: Array(target.utf8), headers: [:], body: [], peer: ""))
        }
        #expect(seen.withLock { $0 } == ["GET /text/{any} 200 true", "GET - 404 true", "GET /fails 500 true"])
    }
}
