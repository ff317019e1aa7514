import JSON
import Testing

@testable import HTTP

struct OpenAPITests {
    private let document = OpenAPI.document(
        title: "jiesu-intake", version: "1",
        routes: [
            Route(
                .post, "/api/v1/complaints/{number}/rating", "评价办理结果", tags: ["complaints"],
                parameters: [.header("Jiesu-Query-Code", .string(16...16), required: true, "查询码")],
                body: .json(.object([.required("stars", .integer(1...5), "星级")])),
                answers: [
                    .init(201, "已评价", .object([.required("at", .string(1...40, .dateTime), "时间")])), .init(204, "无变化"),
                ]
            ) { _, _ in .noContent },
            Route(.get, "/api/v1/complaints/{number}/rating", "查看评价", answers: [.init(200, "评价")]) { _, _ in
                .noContent
            },
        ])

    private func at(_ keys: String...) -> JSON? { keys.reduce(document) { $0?[$1] } }

    private var operation: JSON? { at("paths", "/api/v1/complaints/{number}/rating", "post") }

    @Test func `has version, title and each operation of a path once`() {
        #expect(at("openapi") == "3.1.0")
        #expect(at("info") == ["title": "jiesu-intake", "version": "1"])
        #expect(at("paths")?.object?.keys == ["/api/v1/complaints/{number}/rating"])
        #expect(at("paths", "/api/v1/complaints/{number}/rating")?.object?.keys == ["post", "get"])
        #expect(operation?["summary"] == "评价办理结果")
        #expect(operation?["tags"] == ["complaints"])
    }

    @Test func `lists parameters, also those of the path that are not declared`() {
        #expect(
            operation?["parameters"] == [
                [
                    "name": "number", "in": "path", "required": true,
                    "schema": ["type": "string", "minLength": 1, "maxLength": 200],
                ],
                [
                    "name": "Jiesu-Query-Code", "in": "header", "required": true,
                    "schema": ["type": "string", "minLength": 16, "maxLength": 16], "description": "查询码",
                ],
            ])
    }

    @Test func `shows body and answers by the schemas that check them`() {
        let body = operation?["requestBody"]
        #expect(body?["required"] == true)
        let schema = body?["content"]?["application/json"]?["schema"]
        #expect(schema?["properties"]?["stars"]?["maximum"] == 5)
        let responses = operation?["responses"]
        #expect(responses?.object?.keys == ["201", "204", "default"])
        #expect(
            responses?["201"]?["content"]?["application/json"]?["schema"]?["properties"]?["at"]?["format"]
                == "date-time")
        #expect(responses?["204"] == ["description": "无变化"])
        #expect(
            responses?["default"]?["content"]?["application/problem+json"]?["schema"]?["$ref"]
                == "#/components/schemas/Problem")
        #expect(at("components", "schemas", "Problem", "properties", "code") != nil)
    }

    @Test func `a page tells its type, also of what went wrong, and an answer without a schema that of its content`() {
        let pages = ["text/html", "text/event-stream"].map { type in
            Route(.get, "/" + type, "x", answers: [.init(200, "x", type: type)]) { _, _ in .noContent }
        }
        let document = OpenAPI.document(title: "t", version: "1", routes: pages)
        func types(_ path: String, _ status: String) -> [String]? {
            document["paths"]?[path]?["get"]?["responses"]?[status]?["content"]?.object?.keys
        }
        #expect(types("/text/html", "200") == ["text/html"])
        #expect(types("/text/html", "default") == ["application/problem+json", "text/html"])
        #expect(types("/text/event-stream", "200") == ["text/event-stream"])
        #expect(types("/text/event-stream", "default") == ["application/problem+json"])
    }

    @Test func `a status that comes in several types lists each`() {
        let route = Route(
            .get, "/report", "报表",
            answers: [.init(200, "报表", .boolean), .init(200, "表格", .string(0...9), type: "text/csv"), .init(204, "无")]
        ) { _, _ in .noContent }
        let document = OpenAPI.document(title: "t", version: "1", routes: [route])
        let responses = document["paths"]?["/report"]?["get"]?["responses"]
        #expect(responses?.object?.keys == ["200", "204", "default"])
        #expect(responses?["200"]?["description"] == "报表")
        #expect(
            responses?["200"]?["content"] == [
                "application/json": ["schema": ["type": "boolean"]],
                "text/csv": ["schema": ["type": "string", "maxLength": 9]],
            ])
    }

    @Test func `every problem fits the schema that the document gives for it`() {
        let full = Problem(422, "c", "标题", detail: "说明", fields: [.init("/a", "错")])
        for problem in [full, .notFound, .busy, .inner, .tooLarge(5), .methodNotAllowed(["GET"]), .notReady(["a"])] {
            #expect(Problem.schema.check(problem.document) == [])
        }
    }
}
