import HTTP
import JSON
import Testing

@testable import Intake

/// One key, one complaint, however often it is sent.
@Suite struct KeyTests {
    @Test func `a key is asked for`() async throws {
        let answer = try await Client(port: IntakeFixture.shared().port)
            .send("POST", IntakeFixture.path, json: IntakeFixture.complaint)
        #expect(answer.status == 422)
        #expect(answer.faults == ["Idempotency-Key: 缺少这一项"])
    }

    @Test func `an empty key and one of 201 characters are refused`() async throws {
        let intake = try await IntakeFixture.shared()
        #expect(try await intake.post(key: "").faults == ["Idempotency-Key: 不能为空"])
        #expect(
            try await intake.post(key: String(repeating: "k", count: 201)).faults == ["Idempotency-Key: 最多 200 个字符"])
    }

    @Test func `two keys are ambiguous`() async throws {
        var headers: Headers = ["Idempotency-Key": IntakeFixture.key()]
        headers.append(IntakeFixture.key(), for: "idempotency-key")
        let answer = try await Client(port: IntakeFixture.shared().port)
            .send("POST", IntakeFixture.path, headers: headers, json: IntakeFixture.complaint)
        #expect(answer.status == 422)
        #expect(answer.faults == ["Idempotency-Key: 重复"])
    }

    @Test func `a key that is no UTF-8 is refused, for two of them would look alike`() async throws {
        let intake = try await IntakeFixture.shared()
        let body = "{\"text\": \"路灯不亮\"}"
        let request =
            Array("POST \(IntakeFixture.path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: k".utf8)
            + [0xFF, 0xFE]
            + Array("\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        let port = intake.port
        let answer = try await onThread {
            let connection = try RawConnection(port: port)
            connection.send(request)
            return connection.receiveAll()
        }
        #expect(answer.hasPrefix("HTTP/1.1 422"))
        #expect(answer.contains("Idempotency-Key"))
    }

    @Test func `the same request gets the same answer`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let first = try await intake.post(key: key)
        let second = try await intake.post(key: key)
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(first.body == second.body)
        #expect(first.headers["Location"] == second.headers["Location"])
        #expect(first.headers["Cache-Control"] == "no-store")
        #expect(try await intake.cases(key: key) == 1)
    }

    @Test func `the same request 50 times at once is one case with one answer`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let bodies = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await intake.post(key: key).text } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(bodies.count == 50)
        #expect(Set(bodies).count == 1)
        #expect(bodies[0].contains("number"))
        #expect(try await intake.cases(key: key) == 1)
    }

    @Test func `another request under the same key is refused and leaves the first as it is`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let first = try await intake.post(key: key)
        let other = try await intake.post(["text": "另一件事"], key: key)
        #expect(other.status == 422)
        #expect(other.code == "idempotency-key-reused")
        #expect(!other.text.contains(first.json?["number"]?.string ?? "?"))
        #expect(try await intake.post(key: key).body == first.body)
        #expect(try await intake.cases(key: key) == 1)
    }

    @Test func `of different requests at once under one key only one goes in`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for n in 0..<20 {
                group.addTask { try await intake.post(["text": .string("第 \(n) 件")], key: key).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 201 }.count == 1)
        #expect(statuses.filter { $0 == 422 }.count == 19)
        #expect(try await intake.cases(key: key) == 1)
    }
}
