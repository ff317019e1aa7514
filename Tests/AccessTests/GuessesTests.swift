import Testing

@testable import Access

/// How guessing passwords is slowed.
struct GuessesTests {
    private var guesses = Guesses()
    private let start = ContinuousClock.now

    private mutating func fail(_ times: Int, _ name: String = "li", from address: String = "a") {
        for _ in 0..<times {
            _ = guesses.begin(name, from: address, at: start)
            guesses.ended(name, from: address, isRight: false, at: start)
        }
    }

    @Test mutating func `after five failures an attempt waits, and only one at a time`() {
        fail(4)
        #expect(guesses.begin("li", from: "a", at: start) == .now)
        guesses.ended("li", from: "a", isRight: false, at: start)
        #expect(guesses.begin("li", from: "a", at: start) == .afterPause)
        #expect(guesses.begin("li", from: "a", at: start) == .no)
        guesses.ended("li", from: "a", isRight: false, at: start)
        #expect(guesses.begin("li", from: "a", at: start) == .afterPause)
    }

    @Test mutating func `many at once are no more than one after the other`() {
        let turns = (1...100).map { _ in guesses.begin("li", from: "a", at: start) }
        #expect(turns == Array(repeating: .now, count: 5) + [.afterPause] + Array(repeating: .no, count: 94))
    }

    @Test mutating func `from another address, and for another name, it works at once`() {
        fail(9)
        #expect(guesses.begin("li", from: "b", at: start) == .now)
        #expect(guesses.begin("wang", from: "a", at: start) == .now)
    }

    @Test mutating func `the right password, or a quarter of an hour, makes good`() {
        fail(5)
        _ = guesses.begin("li", from: "a", at: start)
        guesses.ended("li", from: "a", isRight: true, at: start)
        #expect(guesses.begin("li", from: "a", at: start) == .now)
        fail(6, "wang")
        #expect(guesses.begin("wang", from: "a", at: start + .seconds(901)) == .now)
    }

    @Test mutating func `what is remembered is bounded`() {
        guesses.most = 100
        for n in 0..<1000 {
            let now = start + .seconds(Double(n) / 100)
            _ = guesses.begin("\(n)", from: "a", at: now)
            guesses.ended("\(n)", from: "a", isRight: false, at: now)
            #expect(guesses.count <= 100)
        }
    }
}
