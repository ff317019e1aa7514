import Testing

@testable import Jiesu

@Suite struct AccompaniedTests {
    private struct Trouble: Error {}

    private static func forever() async throws { try await Task.sleep(for: .seconds(3600)) }

    @Test func `the body's value comes back, and the companion ends with it`() async throws {
        let value = try await accompanied(by: { try? await Self.forever() }) { 7 }
        #expect(value == 7)
    }

    @Test func `a companion that fails ends the body, and its error is told`() async {
        await #expect(throws: Trouble.self) {
            try await accompanied(by: { throw Trouble() }) { try await Self.forever() }
        }
    }

    @Test func `a body that fails ends the companion`() async {
        await #expect(throws: Trouble.self) {
            try await accompanied(by: { try await Self.forever() }) { throw Trouble() }
        }
    }
}
