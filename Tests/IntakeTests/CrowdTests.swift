import Foundation
import Testing

@testable import Intake

/// Many at once: bounded, and each gets an answer.
@Suite(.serialized) struct CrowdTests {
    @Test func `five thousand at once each get a number or are told to come back, and then all get one`() async throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let crowd = limit.rlim_cur > 12_000 ? 5_000 : 500
        let intake = try await IntakeFixture()
        var waiting = Array(0..<crowd)
        var rounds = 0
        while !waiting.isEmpty, rounds < 40 {
            rounds += 1
            let answers = try await Self.ask(waiting, port: intake.port)
            #expect(intake.server.openConnections <= 1000)
            var refused: [Int] = []
            for (n, answer) in zip(waiting, answers) {
                if answer.hasPrefix("HTTP/1.1 503 ") {
                    #expect(answer.contains("Retry-After: "))
                    refused.append(n)
                } else {
                    #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(n): \(answer.prefix(100))")
                }
            }
            #expect(
                try await intake.number("SELECT count(*) FROM jiesu.case_file") == crowd - refused.count)
            waiting = refused
        }
        #expect(waiting.isEmpty)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.submission") == crowd)
    }

    /// Everybody connects, then everybody asks, then everybody listens.
    private static func ask(_ crowd: [Int], port: Int) async throws -> [String] {
        try await onThread {
            let connections = try crowd.map { _ in try RawConnection(port: port) }
            for (n, connection) in zip(crowd, connections) { connection.send(request(n)) }
            return connections.map { $0.receiveAll() }
        }
    }

    private static func request(_ n: Int) -> String {
        let body = "{\"text\": \"第 \(n) 盏路灯不亮\"}"
        return "POST \(IntakeFixture.path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: crowd-\(n)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
