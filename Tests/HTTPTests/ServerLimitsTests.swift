import JSON
import Testing

@testable import HTTP

/// What strangers may not take, over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct ServerLimitsTests {
    private static let live = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"

    private func post(_ length: String) -> String {
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(length)\r\n\r\n"
    }

    @Test func `a body of 10 MB is a 413 that the sender sees, without being held`() async throws {
        // Holding it would be a 503.
        try await LiveServer.with(limits: { $0.bodiesInMemory = 2 << 20 }) { live in
            let client = live.client()
            let answer = try await client.send(
                "POST", "/echo", json: ["text": .string(String(repeating: "x", count: 10_000_000))])
            #expect(answer.status == 413)
            #expect(answer.json?["code"] == "body-too-large")
            #expect(try await client.send("POST", "/echo", json: ["text": "a"]).status == 200)
            #expect(live.server.openConnections == 1)
        }
    }

    @Test func `a body of just the limit is taken, one byte more is not`() async throws {
        try await LiveServer.with(limits: { $0.body = 1000 }) { live in
            let client = live.client()
            for (bytes, status) in [(1000, 200), (1001, 413)] {
                let text = String(repeating: "x", count: bytes - #"{"text":""}"#.utf8.count)
                let answer = try await client.send("POST", "/echo", json: ["text": .string(text)])
                #expect(answer.status == status)
            }
        }
    }

    @Test func `who asks before sending is told at once`() async throws {
        try await LiveServer.with { live in
            let big = live.connection()
            try await big.send(post("Content-Length: 10000000\r\nExpect: 100-continue"))
            #expect(try await big.answer().status == 413)
            let small = live.connection()
            try await small.send(post("Content-Length: 12\r\nExpect: 100-continue"))
            try await small.send("{\"text\":\"a\"}")
            #expect(try await small.answer().status == 200)
        }
    }

    @Test func `a chunked body is counted as it comes`() async throws {
        try await LiveServer.with(limits: { $0.body = 1000 }) { live in
            let connection = live.connection()
            let chunk = "100\r\n" + String(repeating: "x", count: 256) + "\r\n"
            try await connection.send(
                post("Transfer-Encoding: chunked") + String(repeating: chunk, count: 40) + "0\r\n\r\n")
            #expect(try await connection.answer().status == 413)
            try await connection.send(Self.live)
            #expect(try await connection.answer().status == 200)
        }
    }

    @Test func `bodies together are bounded`() async throws {
        try await LiveServer.with(limits: { $0.bodiesInMemory = 20 }) { live in
            let client = live.client()
            let answer = try await client.send("POST", "/echo", json: ["text": "0123456789"])
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] == "1")
            #expect(try await client.send("POST", "/echo", json: ["text": "1"]).status == 200)
        }
    }

    @Test(arguments: [15_000, 17_000, 100_000])
    func `long headers are taken up to the limit`(length: Int) async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.send(
                "GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: length) + "\r\n\r\n")
            #expect(try await connection.answer().status == (length < 16_000 ? 200 : 431))
        }
    }

    @Test(arguments: ["GET /health/live HT", "GET /health/live HTTP/1.1\r\nHost: x\r\n", ""])
    func `a request that does not arrive in time is cut off`(begin: String) async throws {
        try await LiveServer.with(limits: { $0.arrival = .seconds(1) }) { live in
            let slow = live.connection()
            try await slow.connect()
            try await slow.send(begin)
            #expect(try await slow.everything() == "")
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test func `a body that does not arrive in time is cut off`() async throws {
        try await LiveServer.with(limits: { $0.arrival = .seconds(1) }) { live in
            let slow = live.connection()
            try await slow.send(post("Content-Length: 100") + "{\"text\":")
            #expect(try await slow.everything() == "")
        }
    }

    @Test func `a handler may take longer than a request to arrive`() async throws {
        let (entered, leave) = (Gate(), Gate())
        try await LiveServer.with([LiveServer.waiting(entered, leave)], limits: { $0.arrival = .seconds(1) }) {
            live in
            async let answer = live.client().send("GET", "/wait")
            await entered.passed()
            // Another connection that is cut off shows that the time is over.
            let idle = live.connection()
            try await idle.connect()
            #expect(try await idle.everything() == "")
            leave.open()
            #expect(try await answer.text == "done")
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await LiveServer.with(limits: { $0.idleSeconds = 1 }) { live in
            let idle = live.connection()
            try await idle.send(Self.live)
            #expect(try await idle.answer().status == 200)
            #expect(try await idle.everything() == "")
        }
    }

    @Test func `a connection too many is told 503, and a place becomes free`() async throws {
        try await LiveServer.with(limits: { $0.connections = 2 }) { live in
            let places = [live.connection(), live.connection()]
            for place in places {
                try await place.send(Self.live)
                #expect(try await place.answer().status == 200)
            }
            let third = live.connection()
            try await third.connect()
            #expect(try await third.everything().hasPrefix("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"))
            await places[0].close()
            // The server notices when it gets to it; until then it says 503.
            var status = 503
            while status == 503 { status = try await live.client().send("GET", "/health/live").status }
            #expect(status == 200)
        }
    }

    @Test func `a flood of connections beyond the limit leaves the server as it was`() async throws {
        try await LiveServer.with(limits: { $0.connections = 20 }) { live in
            for _ in 0..<5 {
                let crowd = Crowd(port: live.port, size: 200)
                try await crowd.connect()
                await crowd.close()
            }
            var status = 503
            while status == 503 { status = (try? await live.client().send("GET", "/health/live").status) ?? 503 }
            #expect(status == 200)
        }
    }

    @Test func `a handler too many is told 503 and when to come back`() async throws {
        let (entered, leave) = (Gate(), Gate())
        try await LiveServer.with([LiveServer.waiting(entered, leave)], limits: { $0.requestsInWork = 1 }) { live in
            async let first = live.client().send("GET", "/wait")
            await entered.passed()
            let second = try await live.client().send("GET", "/health/live")
            #expect(second.status == 503)
            #expect(second.headers["Retry-After"] == "1")
            leave.open()
            #expect(try await first.status == 200)
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test(arguments: [
        "GET /health/live HTTP/1.1\r\nHo", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"te",
    ])
    func `half a request and a hang-up cost nothing`(half: String) async throws {
        try await LiveServer.with { live in
            for _ in 0..<50 {
                let connection = live.connection()
                try await connection.send(half)
                await connection.close()
            }
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test func `a client that leaves while its handler works harms nobody`() async throws {
        let (entered, leave) = (Gate(), Gate())
        try await LiveServer.with([LiveServer.waiting(entered, leave)]) { live in
            let connection = live.connection()
            try await connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await entered.passed()
            await connection.close()
            #expect(try await live.client().send("GET", "/health/live").status == 200)
            leave.open()
            #expect(try await live.client().send("GET", "/wait").text == "done")
        }
    }
}
