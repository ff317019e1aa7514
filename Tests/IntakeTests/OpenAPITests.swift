import HTTP
import JSON
import Testing

@testable import Intake

/// The API as its own document tells it.
@Suite struct OpenAPITests {
    @Test func `the document lists the routes with what they want`() async throws {
        let document = try await Client(port: IntakeFixture.shared().port).send("GET", "/openapi.json").json
        #expect(document?["openapi"] == "3.1.0")
        #expect(
            document?["paths"]?.object?.map { $0.key }.sorted() == [
                "/", "/api/v1/complaints", "/api/v1/complaints/{number}", "/api/v1/complaints/{number}/attachments",
                "/api/v1/complaints/{number}/attachments/{attachment}", "/api/v1/complaints/{number}/rating",
                "/api/v1/complaints/{number}/review", "/api/v1/complaints/{number}/withdrawal", "/api/v1/registrations",
                "/complaint",
                "/complaint/photos/{form}/{photo}",
                "/health/live", "/health/ready", "/metrics",
                "/openapi.json", "/operator", "/operator/complaint", "/operator/correction", "/operator/form",
                "/operator/log-in",
                "/operator/log-out", "/operator/password", "/operator/suggestions", "/photos.js", "/photos/{link}",
                "/progress", "/progress/photos",
                "/progress/rating", "/progress/review", "/progress/withdrawal", "/style.css", "/suggestions.js",
            ])
        let post = document?["paths"]?["/api/v1/complaints"]?["post"]
        #expect(post?["parameters"]?[0]?["name"] == "Idempotency-Key")
        #expect(post?["parameters"]?[0]?["required"] == true)
        let schema = post?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(schema?["required"] == ["text"])
        #expect(schema?["properties"]?["text"]?["maxLength"] == 20_000)
        #expect(schema?["additionalProperties"] == false)
        let get = document?["paths"]?["/api/v1/complaints/{number}"]?["get"]
        #expect(get?["parameters"]?.array?.map { $0["name"]?.string } == ["number", "Jiesu-Query-Code"])
        #expect(get?["responses"]?["200"] != nil)
    }

    @Test func `other methods are refused with those that are allowed`() async throws {
        let client = try await Client(port: IntakeFixture.shared().port)
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let answer = try await client.send(method, IntakeFixture.path)
            #expect(answer.status == 405)
            #expect(answer.headers["Allow"] == "POST")
        }
    }
}
