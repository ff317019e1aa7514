import Configuration
import Foundation
import Telemetry
import Testing

@testable import HTTP

/// The client against our server, and against one that answers as it likes.
@Suite(.timeLimit(.minutes(1)))
struct ClientTests {
    /// Sends `text` on each connection when it has read a request there, and closes it if told so.
    private func with(
        _ text: String, closing: Bool, closed: Counter? = nil, _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let listener = try Listener(#require(ListenAddress("127.0.0.1:0")))
        listener.start { socket, _, _ in
            var request = [UInt8](repeating: 0, count: 4096)
            _ = recv(socket, &request, request.count, 0)
            _ = text.withCString { send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            if closing {
                close(socket)
                closed?.count()
            }
        }
        try await body(Int(listener.port))
        listener.stop()
    }

    @Test func `uses one connection for many requests, and another after the server said that it closes`() async throws
    {
        try await LiveServer.with { live in
            let client = live.client()
            for _ in 0..<20 { _ = try await client.send("GET", "/health/live") }
            #expect(live.server.openConnections == 1)
            let last = try await client.send("GET", "/health/live", headers: ["Connection": "close"])
            let next = try await client.send("POST", "/echo", json: ["text": "a"])
            #expect(last.status == 200)
            #expect(next.status == 200)
        }
    }

    @Test func `uses another connection when the server closed the one that was kept`() async throws {
        let closed = Counter(1)
        try await with("HTTP/1.1 204 No Content\r\n\r\n", closing: true, closed: closed) { port in
            let client = Client(port: port)
            let first = try await client.send("GET", "/")
            await closed.reached.passed()
            let second = try await client.send("GET", "/")
            #expect(first.status == 204)
            #expect(second.status == 204)
        }
    }

    @Test func `reads chunks and answers that end with the connection`() async throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        try await with(chunked, closing: false) { port in
            let answer = try await Client(port: port).send("GET", "/")
            #expect(answer.text == "abc")
        }
        try await with("HTTP/1.1 200 OK\r\n\r\nabc", closing: true) { port in
            let answer = try await Client(port: port).send("GET", "/")
            #expect(answer.text == "abc")
        }
    }

    @Test(
        arguments: [
            ("", true, .closed), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true, .closed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false, .timedOut), ("", false, .timedOut),
            ("hello\r\n", false, .malformed), ("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", false, .malformed),
        ] as [(String, Bool, HTTPError.Code)])
    func `says why there is no answer`(text: String, closing: Bool, code: HTTPError.Code) async throws {
        try await with(text, closing: closing) { port in
            let timeout: Duration = code == .timedOut ? .milliseconds(300) : .seconds(30)
            let client = Client(port: port, timeout: timeout, longestAnswer: 1000)
            await #expect {
                _ = try await client.send("GET", "/")
            } throws: {
                ($0 as? HTTPError)?.code == code
            }
        }
    }

    @Test func `says when nobody is there or nobody can be`() async throws {
        let listener = try Listener(#require(ListenAddress("127.0.0.1:0")))
        let port = Int(listener.port)
        listener.start { _, _, _ in }
        listener.stop()
        await #expect { _ = try await Client(port: port).send("GET", "/") } throws: {
            ($0 as? HTTPError)?.code == .connecting && ($0 as? HTTPError)?.isRetriable == true
        }
        await #expect { _ = try await Client(host: "no such host", port: 1).send("GET", "/") } throws: {
            ($0 as? HTTPError)?.code == .address
        }
    }

    @Test func `sends nothing that would break out of its line`() async throws {
        let client = Client(port: 1)
        for (target, value) in [("/\r\nX: 1", "a"), ("/", "a\r\nb"), ("/", "a\nb"), ("/\0", "a")] {
            await #expect { _ = try await client.send("GET", target, headers: ["X": value]) } throws: {
                ($0 as? HTTPError)?.code == .misuse
            }
        }
    }
}
