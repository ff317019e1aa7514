import Foundation
import Testing

@testable import HTTP

/// Answers that are made over time, over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct StreamingTests {
    private static let ask = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"

    /// A client that has the head of the stream and its first piece.
    private func listener(_ live: LiveServer) async throws -> RawConnection {
        let connection = live.connection()
        try await connection.send(Self.ask)
        #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        _ = try await connection.read(until: "retry: 10\n\n")
        return connection
    }

    @Test func `events arrive one by one as they are made`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route]) { live in
            let (first, second) = (try await listener(live), try await listener(live))
            for number in 1...50 as ClosedRange<Int64> {
                broadcast.send(number)
                for client in [first, second] {
                    let text = try await client.read(until: "data: \(number)\n\n")
                    #expect(text.components(separatedBy: "event: number").count == 2)
                }
            }
            await first.close()
            await second.close()
        }
    }

    @Test func `says what it is and is kept by nobody on the way`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route]) { live in
            let connection = live.connection()
            try await connection.send(Self.ask)
            _ = try await connection.read(until: "retry: 10\n\n")
            broadcast.all[0].send([UInt8](repeating: 0x61, count: 60_000))
            broadcast.all[0].end()
            // Read again from the start, as one answer.
            try await connection.send(Self.ask)
            _ = try await connection.read(until: "0\r\n\r\n")
            let head = try await connection.read(until: "\r\n\r\n")
            for line in ["Content-Type: text/event-stream", "Cache-Control: no-store", "Transfer-Encoding: chunked"] {
                #expect(head.contains(line), "the connection goes on to serve")
            }
            await connection.close()
        }
    }

    @Test func `a client that leaves ends its feed, though nothing is sent`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route], limits: { $0.arrival = .seconds(1) }) { live in
            let leaving = try await listener(live)
            let staying = try await listener(live)
            await leaving.close()
            await broadcast.ended.passed()
            #expect(!broadcast.all[0].send(.heartbeat))
            broadcast.send(7)
            _ = try await staying.read(until: "data: 7\n\n")
            #expect(live.server.openStreams == 1)
            await staying.close()
        }
    }

    @Test func `a client that does not read is hung up on, and what waits for it is bounded`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route], limits: { $0.arrival = .seconds(1) }) { live in
            let slow = try await listener(live)
            let piece = [UInt8](repeating: 0x61, count: 16 << 10)
            while broadcast.all[0].send(piece) { await Task.yield() }
            await broadcast.ended.passed()
            let other = try await listener(live)
            broadcast.send(7)
            _ = try await other.read(until: "data: 7\n\n")
            await #expect(throws: HTTPError.self) { try await slow.read(until: "0\r\n\r\n") }
            await other.close()
        }
    }

    @Test func `a stop ends streams at once and completely`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route], limits: { $0.drain = .seconds(30) }) { live in
            let client = try await listener(live)
            live.running.cancel()
            #expect(try await client.read(until: "0\r\n\r\n") == "\r\n0\r\n\r\n")
            try await live.running.value
            await broadcast.ended.passed()
        }
    }

    @Test func `stops while events are sent, again and again`() async throws {
        for _ in 0..<20 {
            let broadcast = Broadcast()
            try await LiveServer.with([broadcast.route]) { live in
                let crowd = Crowd(port: live.port, size: 20)
                try await crowd.send(Self.ask)
                while live.server.openStreams < 10 { await Task.yield() }
                let sending = Task { while !Task.isCancelled { broadcast.send(1) } }
                live.running.cancel()
                try await live.running.value
                sending.cancel()
                await crowd.close()
            }
        }
    }

    @Test func `clients that come and go while events are sent leave nothing behind`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route], limits: { $0.arrival = .seconds(1) }) { live in
            let sending = Task { while !Task.isCancelled { broadcast.send(1) } }
            for _ in 0..<20 {
                let crowd = Crowd(port: live.port, size: 20)
                try await crowd.send(Self.ask)
                await crowd.close()
            }
            while live.server.openStreams > 0 { await Task.yield() }
            sending.cancel()
            #expect(try await live.client().send("GET", "/health/live").status == 200)
        }
    }

    @Test func `a stream too many is told 503, and a place becomes free`() async throws {
        let broadcast = Broadcast()
        let limits: (inout Limits) -> Void = {
            $0.streams = 2
            $0.arrival = .seconds(1)
        }
        try await LiveServer.with([broadcast.route], limits: limits) { live in
            let places = [try await listener(live), try await listener(live)]
            let refused = try await live.client().send("GET", "/events")
            #expect(refused.status == 503)
            #expect(refused.json?["code"] == "too-many-streams")
            #expect(refused.headers["Retry-After"] == "5")
            await broadcast.ended.passed()
            #expect(try await live.client().send("GET", "/health/live").status == 200)
            await places[0].close()
            while live.server.openStreams == 2 { await Task.yield() }
            let third = try await listener(live)
            for place in [places[1], third] { await place.close() }
        }
    }

    @Test func `many streams need no threads`() async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route]) { live in
            let crowd = Crowd(port: live.port, size: 150)
            let before = try Self.threads
            try await crowd.send(Self.ask)
            while live.server.openStreams < 150 { await Task.yield() }
            #expect(try Self.threads - before < 10)
            #expect(live.server.openRequests == 150)
            broadcast.send(7)
            for feed in broadcast.all { feed.end() }
            #expect(try await crowd.answers().allSatisfy { $0.text == "retry: 10\n\nevent: number\ndata: 7\n\n" })
            await crowd.close()
        }
    }

    private static var threads: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count }
    }

    @Test func `a quiet stream outlives the time-outs of others`() async throws {
        let broadcast = Broadcast()
        let limits: (inout Limits) -> Void = {
            $0.arrival = .seconds(1)
            $0.idleSeconds = 1
        }
        try await LiveServer.with([broadcast.route], limits: limits) { live in
            let client = try await listener(live)
            // Connections that are cut off show that the time is over, twice.
            for _ in 0..<2 {
                let idle = live.connection()
                try await idle.connect()
                #expect(try await idle.everything() == "")
            }
            broadcast.send(7)
            _ = try await client.read(until: "data: 7\n\n")
            await client.close()
        }
    }

    @Test(arguments: ["HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n", "GET /events HTTP/1.0\r\n\r\n"])
    func `who cannot listen for long gets what they asked for`(request: String) async throws {
        let broadcast = Broadcast()
        try await LiveServer.with([broadcast.route]) { live in
            let connection = live.connection()
            try await connection.send(request)
            let head = try await connection.read(until: "\r\n\r\n")
            #expect(head.contains("Content-Type: text/event-stream"))
            if request.hasPrefix("GET") {
                _ = try await connection.read(until: "retry: 10\n\n")
                broadcast.send(7)
                broadcast.all[0].end()
                #expect(try await connection.everything().hasSuffix("data: 7\n\n"))
            }
            await broadcast.ended.passed()
            await connection.close()
        }
    }

    @Test func `the API's description shows the type`() async throws {
        try await LiveServer.with([Broadcast().route]) { live in
            let document = try await live.client().send("GET", "/openapi.json").json
            let content = document?["paths"]?["/events"]?["get"]?["responses"]?["200"]?["content"]
            #expect(content?["text/event-stream"] != nil)
        }
    }
}
