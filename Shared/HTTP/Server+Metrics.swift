import Configuration
import Telemetry

extension Server {
    /// A server whose `/metrics` shows `metrics`, and that measures its own requests there.
    package convenience init(
        name: String, listen: String, certificate: ServerCertificate? = nil, routes: [Route],
        ready: @escaping @Sendable () async -> [String: Bool],
        problemPage: (@Sendable (Problem) -> Response)? = nil, metrics: Metrics, log: Logger
    ) {
        self.init(
            name: name, listen: listen, certificate: certificate, routes: routes, ready: ready,
            metrics: { metrics.text },
            problemPage: problemPage,
            observe: { route, method, status, seconds in
                metrics.observeRequest(route: route, method: method, status: status, seconds: seconds)
            }, log: log)
    }
}
