import Foundation
import HTTP
import JSON
import Testing

@testable import Intake

/// Requests that are broken before anybody looks at what they say.
@Suite struct FramingTests {
    @Test(arguments: [
        "{", "{\"text\":", "{\"text\": \"a\"", "{\"text\": \"a\"}}", "{'text': 'a'}", "{\"text\": \"a\",}", "text=a",
        "{\"text\": \"a\n\"}", "{\"text\": \"\\ud800\"}", "{\"text\": \"\\x41\"}", "{\"text\": NaN}", "{\"text\": 01}",
        "{\"text\": \"a\", \"text\": \"b\"}", "\u{FEFF}{\"text\": \"a\"}", "// c\n{\"text\": \"a\"}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"text\": 1e999}", "{\"text\": \"a\"}\u{0}",
    ])
    func `malformed JSON is a 400 that says where`(body: String) async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let answer = try await intake.post(bytes: Array(body.utf8), key: key)
        #expect(answer.status == 400)
        #expect(answer.code == "malformed-json")
        #expect(answer.json?["detail"]?.string?.contains("行") == true)
        #expect(try await intake.traces(key: key) == 0)
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8], [0x80]]
            as [[UInt8]])
    func `invalid UTF-8 is a 400`(bytes: [UInt8]) async throws {
        let body = Array("{\"text\": \"路灯".utf8) + bytes + Array("\"}".utf8)
        let answer = try await IntakeFixture.shared().post(bytes: body, key: IntakeFixture.key())
        #expect(answer.status == 400)
        #expect(answer.code == "malformed-json")
    }

    @Test func `a raw NUL in the body is a 400`() async throws {
        let body = Array("{\"text\": \"a".utf8) + [0] + Array("\"}".utf8)
        #expect(try await IntakeFixture.shared().post(bytes: body, key: IntakeFixture.key()).status == 400)
    }

    @Test func `a text of 10 MB is a 413`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let answer = try await intake.post(["text": .string(String(repeating: "a", count: 10_000_000))], key: key)
        #expect(answer.status == 413)
        #expect(answer.isProblem)
        #expect(try await intake.traces(key: key) == 0)
        #expect(try await intake.post(key: key).status == 201)
    }

    @Test func `a form is no JSON`() async throws {
        let answer = try await IntakeFixture.shared().post(
            bytes: Array("text=a".utf8), key: IntakeFixture.key(), type: "application/x-www-form-urlencoded")
        #expect(answer.status == 415)
    }

    @Test func `no body is a 400`() async throws {
        #expect(try await IntakeFixture.shared().post(bytes: [], key: IntakeFixture.key()).status == 400)
    }

    @Test func `half requests register nothing and do no harm`() async throws {
        let intake = try await IntakeFixture()
        let body = "{\"text\": \"路灯不亮\"}"
        let whole =
            "POST \(IntakeFixture.path) HTTP/1.1\r\nHost: x\r\nIdempotency-Key: half\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(whole.utf8)
        let port = intake.port
        // Some are cut off, some stay open and silent.
        let silent = try await onThread {
            try stride(from: 1, to: bytes.count, by: 5).map { cut in
                let connection = try RawConnection(port: port)
                connection.send(Array(bytes[..<cut]))
                if cut % 2 == 0 { connection.finish() }
                return (connection, isCutOff: cut % 2 == 0)
            }
        }
        // Those that were cut off are done with when the server has closed them too.
        try await onThread { for (connection, isCutOff) in silent where isCutOff { _ = connection.receiveAll() } }
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 0)
        #expect(try await intake.post(key: "half").status == 201)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 1)
        withExtendedLifetime(silent) {}
    }

    @Test func `a client that leaves before its answer is registered once`() async throws {
        let intake = try await IntakeFixture()
        let body = "{\"text\": \"路灯不亮,晚上走路很危险\"}"
        for _ in 0..<20 {
            let connection = try RawConnection(port: intake.port)
            connection.send(
                "POST \(IntakeFixture.path) HTTP/1.1\r\nHost: x\r\nIdempotency-Key: gone\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        let answer = try await intake.post(bytes: Array(body.utf8), key: "gone")
        #expect(answer.status == 201)
        #expect(try await intake.number("SELECT count(*) FROM jiesu.case_file") == 1)
    }
}
