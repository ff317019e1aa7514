import JSON
import Telemetry
import Testing

@testable import HTTP

/// A server on a free port, as long as one test needs it.
struct LiveServer {
    let server: Server
    let port: Int
    let running: Task<Void, any Error>

    func client(timeout: Duration = .seconds(30)) -> Client { Client(port: port, timeout: timeout) }
    func connection() -> RawConnection { RawConnection(port: port) }

    /// Starts a server, and when `body` is through stops it and checks that nothing of it is left.
    static func with(
        _ routes: [Route] = [echo], limits change: (inout Limits) -> Void = { _ in },
        ready: [String: Bool] = [:], _ body: (LiveServer) async throws -> Void
    ) async throws {
        var limits = Limits()
        change(&limits)
        let server = Server(
            name: "test", listen: "127.0.0.1:0", routes: routes, limits: limits, ready: { ready },
            metrics: { "jiesu_up 1\n" }, log: Logger(service: "test", sink: { _ in }))
        try server.start()
        let port = try #require(server.port)
        let live = LiveServer(server: server, port: port, running: Task { try await server.run() })
        do {
            try await body(live)
        } catch {
            live.running.cancel()
            throw error
        }
        live.running.cancel()
        try await live.running.value
        #expect(server.openRequests == 0)
        #expect(server.openConnections == 0)
    }

    /// Answers with the text that it was sent.
    static let echo = Route(
        .post, "/echo", "", body: .json(.object([.required("text", .string(0...2_000_000), "")])),
        answers: [.init(200, "")]
    ) { _, content in .json(content) }

    /// Says that it was entered, then waits.
    static func waiting(_ entered: Gate, _ leave: Gate) -> Route {
        Route(.get, "/wait", "", answers: [.init(200, "")]) { _, _ in
            entered.open()
            await leave.passed()
            return .text("done")
        }
    }
}
