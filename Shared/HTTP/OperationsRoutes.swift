import JSON
import Telemetry

/// What every service offers to those who run it.
enum OperationsRoutes {
    /// Whether each thing that a service needs is there, by its name: `["database": true]`.
    typealias Readiness = @Sendable () async -> [String: Bool]
    /// The metrics in Prometheus' text format.
    typealias Metrics = @Sendable () async -> String

    static func routes(ready: @escaping Readiness, metrics: @escaping Metrics) -> [Route] {
        [
            Route(
                .get, "/health/live", "进程在运行", tags: ["operations"],
                answers: [.init(200, "在运行", .object([.required("status", .choice(["live"]), "状态")]))]
            ) { _, _ in .json(["status": "live"]) },
            Route(
                .get, "/health/ready", "可以接受请求", tags: ["operations"],
                answers: [.init(200, "已就绪", .object([.required("status", .choice(["ready"]), "状态")]))]
            ) { _, _ in
                let missing = await ready().filter { !$0.value }.keys.sorted()
                guard missing.isEmpty else { throw Problem.notReady(missing) }
                return .json(["status": "ready"])
            },
            Route(
                .get, "/metrics", "Prometheus 指标", tags: ["operations"],
                answers: [.init(200, "文本格式 0.0.4", .string(0...10_000_000), type: "text/plain")]
            ) { _, _ in
                Response(
                    status: 200, type: Telemetry.Metrics.contentType, body: Array(await metrics().utf8))
            },
        ]
    }

    /// `/openapi.json` for `others` and itself.
    static func description(title: String, version: String, of others: [Route]) -> Route {
        func route(_ document: [UInt8]) -> Route {
            Route(
                .get, "/openapi.json", "本服务的接口说明(OpenAPI 3.1)", tags: ["operations"],
                answers: [.init(200, "OpenAPI 3.1 文档", .any)]
            ) { _, _ in Response(status: 200, type: "application/json", body: document) }
        }
        return route(OpenAPI.document(title: title, version: version, routes: others + [route([])]).bytes)
    }
}
