import JSON
import Testing

@testable import HTTP

/// What a server answers, over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
    private let ok = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `serves routes, and what operators need beside them`() async throws {
        try await LiveServer.with(ready: ["database": true]) { live in
            let client = live.client()
            let answer = try await client.send("POST", "/echo", json: ["text": "你好"])
            #expect(answer.status == 200)
            #expect(answer.json == ["text": "你好"])
            #expect(answer.headers["Content-Type"] == "application/json")
            #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
            #expect(answer.headers["Server"] == nil)
            #expect(try await client.send("GET", "/health/live").json == ["status": "live"])
            #expect(try await client.send("GET", "/health/ready").status == 200)
            #expect(try await client.send("GET", "/metrics").text == "jiesu_up 1\n")
            let document = try #require(try await client.send("GET", "/openapi.json").json)
            #expect(
                document["paths"]?.object?.keys
                    == ["/echo", "/health/live", "/health/ready", "/metrics", "/openapi.json"])
        }
    }

    @Test func `is not ready while something is missing`() async throws {
        try await LiveServer.with(ready: ["database": false, "kafka": true]) { live in
            let answer = try await live.client().send("GET", "/health/ready")
            #expect(answer.status == 503)
            #expect(answer.json?["fields"]?.array?.count == 1)
            #expect(answer.json?["fields"]?[0]?["name"] == "database")
        }
    }

    @Test func `HEAD is GET without the body`() async throws {
        try await LiveServer.with { live in
            let client = live.client()
            let head = try await client.send("HEAD", "/health/live")
            #expect(head.status == 200)
            #expect(head.headers["Content-Length"] == "17")
            #expect(head.body.isEmpty)
            #expect(try await client.send("GET", "/health/live").body.count == 17)
        }
    }

    @Test func `wrong requests get problems, and the connection goes on`() async throws {
        try await LiveServer.with { live in
            let client = live.client()
            let type: Headers = ["Content-Type": "application/json"]
            let malformed = try await client.send("POST", "/echo", headers: type, body: Array("{\n\"text\":}".utf8))
            #expect(malformed.status == 400)
            #expect(malformed.json?["detail"]?.string?.hasPrefix("第 2 行") == true)
            let faults = try await client.send("POST", "/echo", json: ["text": 1, "txt": 2])
            #expect(faults.status == 422)
            #expect(faults.json?["fields"]?.array?.compactMap { $0["name"]?.string } == ["/text", "/txt"])
            let invalid = try await client.send(
                "POST", "/echo", headers: type, body: Array("{\"text\":\"".utf8) + [0xFF])
            #expect(invalid.status == 400)
            let raw = try await client.send("POST", "/echo", headers: type, body: Array("{\"text\":\"\0\"}".utf8))
            #expect(raw.status == 400)
            #expect(try await client.send("POST", "/echo", json: ["text": "\0"]).status == 422)
            #expect(try await client.send("POST", "/echo", body: Array("{}".utf8)).status == 415)
            #expect(try await client.send("GET", "/none").status == 404)
            let method = try await client.send("DELETE", "/echo")
            #expect(method.status == 405)
            #expect(method.headers["Allow"] == "POST")
            #expect(try await client.send("FOO", "/echo").status == 405)
            #expect(try await client.send("GET", "/health/live?a=%FF").status == 400)
            #expect(try await client.send("GET", "/health/%00").status == 400)
            #expect(try await client.send("GET", "/health/live").status == 200)
            #expect(live.server.openConnections == 1)
        }
    }

    @Test(arguments: [
        "GET /health/live\0x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /health/\u{0} HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health/live?a=\0 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /health/live HTTP/1.1\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nX\0Y: 1\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET health HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ])
    func `what is no request is a 400, whoever finds it`(text: String) async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.send(text)
            #expect(try await connection.answer().status == 400)
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test func `bytes that are no UTF-8 in a path are a 400`() async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.send(
                Array("GET /\u{0}".utf8.dropLast()) + [0xFF] + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(try await connection.answer().status == 400)
        }
    }

    @Test(arguments: [
        "", "\0", "\0\0\0\0\r\n\r\n", "\r\n\r\n\r\n", "x", "GET", "GET /", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
        "GET /a b HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func `rubbish and a hang-up cost nothing`(text: String) async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.connect()
            try await connection.send(text)
            await connection.close()
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test func `requests sent ahead are answered in their order`() async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            var requests = ""
            for number in 1...50 {
                let body = "{\"text\":\"\(number)\"}"
                requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                requests += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            try await connection.send(requests + "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let everything = try await connection.everything()
            let texts = everything.split(separator: "{\"text\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }
            #expect(texts == (1...50).map { Substring("\($0)") })
            #expect(everything.hasSuffix("jiesu_up 1\n"))
        }
    }

    @Test func `a chunked body is a body`() async throws {
        try await LiveServer.with { live in
            let connection = live.connection()
            try await connection.send(
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\n{\"tex\r\n8\r\nt\":\"ab\"}\r\n0\r\n\r\n")
            #expect(try await connection.answer().json == ["text": "ab"])
        }
    }

    @Test func `a line break in an answer's header becomes a 500`() async throws {
        let route = Route(.get, "/go", "", answers: []) { request, _ in .seeOther(request.query["to"] ?? "") }
        try await LiveServer.with([route]) { live in
            let client = live.client()
            let fine = try await client.send("GET", "/go?to=/a%20b")
            #expect(fine.status == 303)
            #expect(fine.headers["Location"] == "/a b")
            for bad in ["%0d%0aX:1", "a%0ab"] {
                let answer = try await client.send("GET", "/go?to=\(bad)")
                #expect(answer.status == 500)
                #expect(answer.headers["X"] == nil)
            }
        }
    }

    @Test func `a thousand requests at once are all answered`() async throws {
        let entered = Counter(1000)
        let leave = Gate()
        let route = Route(.get, "/wait", "", answers: []) { _, _ in
            entered.count()
            await leave.passed()
            return .text("done")
        }
        try await LiveServer.with([route]) { live in
            let crowd = Crowd(port: live.port, size: 1000)
            try await crowd.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await entered.reached.passed()
            leave.open()
            #expect(try await crowd.answers().allSatisfy { $0.text == "done" })
        }
    }
}
