import Testing

@testable import Lifecycle

struct SleepTests {
    @Test func `a cancelled sleep returns at once and without an error`() async {
        let clock = ContinuousClock()
        let start = clock.now
        let task = Task { await sleep(for: .seconds(600)) }
        task.cancel()
        await task.value
        #expect(clock.now - start < .seconds(60))
    }

    @Test func `a sleep lasts as long as was asked`() async {
        let clock = ContinuousClock()
        let start = clock.now
        await sleep(for: .milliseconds(20))
        #expect(clock.now - start >= .milliseconds(20))
    }
}
