import HTTP
import Testing

@testable import Intake

/// Complaints that say something impossible: 422, each fault by name, and nothing of them is kept.
@Suite struct RefusalTests {
    @Test(arguments: RefusedComplaint.wrongTypes + RefusedComplaint.wrongValues + RefusedComplaint.wrongTimes)
    func `a wrong complaint is told what is wrong and leaves no trace`(refused: RefusedComplaint) async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let answer = try await intake.post(bytes: Array(refused.body.utf8), key: key)
        #expect(answer.status == 422)
        #expect(answer.isProblem)
        #expect(answer.code == "invalid-fields")
        #expect(answer.faults.count == refused.faults.count, "\(answer.faults)")
        for (said, expected) in zip(answer.faults, refused.faults) {
            #expect(said.hasPrefix(expected), "\(said) does not begin with \(expected)")
        }
        #expect(try await intake.traces(key: key) == 0)
    }

    @Test func `a refused complaint put right goes in under the same key`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        #expect(try await intake.post(["text": "路灯不亮", "line": "99999"], key: key).status == 422)
        #expect(try await intake.post(["text": "路灯不亮", "line": "12345"], key: key).status == 201)
        #expect(try await intake.cases(key: key) == 1)
    }

    @Test func `the same impossible complaint sent 50 times at once is refused 50 times`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
            for _ in 0..<50 {
                group.addTask { try await intake.post(["text": "路灯不亮", "line": "99999"], key: key) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status) == Array(repeating: 422, count: 50))
        #expect(Set(answers.map(\.code)) == ["invalid-fields"])
        #expect(try await intake.traces(key: key) == 0)
    }

    @Test func `every fault is told at once`() async throws {
        let answer = try await IntakeFixture.shared().post(
            ["title": 1, "line": "x", "place": ["region": true], "extra": 1], key: IntakeFixture.key())
        #expect(
            answer.faults.map { $0.prefix { $0 != ":" } } == ["/title", "/line", "/place/region", "/extra", "/text"])
    }

    @Test func `the longest texts that are allowed go in`() async throws {
        let intake = try await IntakeFixture.shared()
        let key = IntakeFixture.key()
        #expect(try await intake.post(bytes: Array(RefusedComplaint.text(20_000).utf8), key: key).status == 201)
        #expect(try await intake.cases(key: key) == 1)
    }
}
