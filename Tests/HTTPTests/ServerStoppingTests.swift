import Configuration
import Foundation
import Telemetry
import Testing

@testable import HTTP

/// Starting and stopping, over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct ServerStoppingTests {
    private func server(_ listen: String = "127.0.0.1:0") -> Server {
        Server(name: "test", listen: listen, routes: [], log: Logger(service: "test", sink: { _ in }))
    }

    /// Returns when nobody accepts on `port` any more.
    private func refused(_ port: Int) async {
        while (try? await RawConnection(port: port).connect()) != nil {}
    }

    @Test func `finishes what is in work while it refuses new connections`() async throws {
        let (entered, leave) = (Gate(), Gate())
        try await LiveServer.with([LiveServer.waiting(entered, leave)]) { live in
            async let answer = live.client().send("GET", "/wait")
            await entered.passed()
            live.running.cancel()
            await refused(live.port)
            leave.open()
            #expect(try await answer.text == "done")
            #expect(try await answer.headers["Connection"] == "close")
            try await live.running.value
            #expect(live.server.port == nil)
        }
    }

    @Test func `finishes a request that is still arriving`() async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            try await connection.send("Content-Length: 12\r\nExpect: 100-continue\r\n\r\n")
            // The 100 shows that the server knows of the request.
            while live.server.openRequests == 0 { await Task.yield() }
            live.running.cancel()
            await refused(live.port)
            try await connection.send("{\"text\":\"a\"}")
            #expect(try await connection.answer().status == 200)
            try await live.running.value
        }
    }

    @Test func `idle connections do not hold it up`() async throws {
        try await LiveServer.with { live in
            let idle = live.connection()
            try await idle.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await idle.answer().status == 200)
            live.running.cancel()
            try await live.running.value
            #expect(try await idle.everything() == "")
        }
    }

    @Test func `gives up on a handler that does not end, and its late answer harms nobody`() async throws {
        let (entered, leave) = (Gate(), Gate())
        let waiting = LiveServer.waiting(entered, leave)
        try await LiveServer.with([waiting], limits: { $0.drain = .milliseconds(100) }) { live in
            let connection = live.connection()
            try await connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await entered.passed()
            live.running.cancel()
            try await live.running.value
            let everything = try await connection.everything()
            #expect(everything.isEmpty || everything.hasPrefix("HTTP/1.1 503"))
            leave.open()
        }
    }

    @Test func `stops under load again and again, and starts on the same port`() async throws {
        let first = server()
        try first.start()
        let port = try #require(first.port)
        var next = first
        for _ in 0..<20 {
            let running = Task { [next] in try await next.run() }
            let served = Counter(50)
            let load = Task {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            let client = Client(port: port)
                            while (try? await client.send("GET", "/health/live"))?.status == 200 { served.count() }
                        }
                    }
                }
            }
            await served.reached.passed()
            running.cancel()
            try await running.value
            await load.value
            #expect(next.openRequests == 0)
            #expect(next.openConnections == 0)
            next = server("127.0.0.1:\(port)")
            try next.start()
        }
        let last = Task { [next] in try await next.run() }
        last.cancel()
        try await last.value
    }

    @Test func `on a socket that lives on a restart refuses nobody`() async throws {
        // As systemd does: it keeps the socket, and each server gets a copy.
        let kept = try Listener(#require(ListenAddress("127.0.0.1:0")))
        let port = Int(kept.port)
        func next() -> Server {
            Server(
                name: "test", listen: "127.0.0.1:1", inherited: dup(kept.socket), routes: [],
                log: Logger(service: "test", sink: { _ in }))
        }
        let request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for _ in 0..<3 {
            // Nobody serves; the connection is made and its request is sent all the same.
            let early = RawConnection(port: port)
            try await early.send(request)
            let server = next()
            try server.start()
            #expect(server.port == port)
            let running = Task { try await server.run() }
            #expect(try await early.answer().status == 200)
            #expect(try await Client(port: port).send("GET", "/health/live").status == 200)
            running.cancel()
            try await running.value
            #expect(server.openConnections == 0)
        }
    }

    @Test func `takes a socket from systemd that is meant for it, and one alone`() {
        #expect(Listener.inherited(["LISTEN_PID": "7", "LISTEN_FDS": "1"], process: 7) == 3)
        #expect(Listener.inherited(["LISTEN_PID": "8", "LISTEN_FDS": "1"], process: 7) == nil)
        #expect(Listener.inherited(["LISTEN_PID": "7", "LISTEN_FDS": "2"], process: 7) == nil)
        #expect(Listener.inherited([:], process: 7) == nil)
    }

    @Test func `says why it cannot listen`() async throws {
        try await LiveServer.with { live in
            #expect { try server("127.0.0.1:\(live.port)").start() } throws: { ($0 as? HTTPError)?.code == .listening }
            #expect { try server("127.0.0.1").start() } throws: { ($0 as? HTTPError)?.code == .address }
            #expect { try server("example.com:80").start() } throws: { ($0 as? HTTPError)?.code == .address }
            #expect { try server("192.0.2.1:80").start() } throws: { ($0 as? HTTPError)?.code == .listening }
        }
    }
}
