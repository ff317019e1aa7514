import Testing

@testable import Lifecycle

struct BackoffTests {
    /// Always the least, or always the most, that chance allows.
    struct Rigged: RandomNumberGenerator {
        let value: UInt64
        func next() -> UInt64 { value }
    }

    @Test func `waits double from 50 ms to 2 s and stay there`() {
        var backoff = Backoff()
        var most = Rigged(value: .max)
        let waits = (0..<8).map { _ in backoff.next(using: &most) / .milliseconds(1) }
        for (wait, expected) in zip(waits, [50.0, 100, 200, 400, 800, 1_600, 2_000, 2_000]) {
            #expect(abs(wait - expected) < 0.001)
        }
    }

    @Test func `chance takes off at most half`() {
        var backoff = Backoff()
        var least = Rigged(value: 0)
        let waits = (0..<8).map { _ in backoff.next(using: &least) }
        #expect(waits == [25, 50, 100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
    }

    @Test(arguments: [
        (Duration.milliseconds(50), Duration.seconds(2)), (.nanoseconds(1), .seconds(Int64.max / 4)),
        (.milliseconds(3), .milliseconds(3)), (.seconds(5), .seconds(1)), (.zero, .zero), (.seconds(-1), .seconds(1)),
    ])
    func `no wait is ever outside its bounds, however often it fails`(first: Duration, longest: Duration) {
        for _ in 0..<50 {
            var backoff = Backoff(first: first, longest: longest)
            var step = max(first, .zero)
            let limit = max(longest, step)
            for _ in 0..<200 {
                let wait = backoff.next()
                #expect(wait >= step / 2 && wait <= step)
                step = step > limit / 2 ? limit : step * 2
            }
        }
    }

    @Test func `waits differ, so that many do not come back together`() {
        let waits = Set(
            (0..<100).map { _ in
                var backoff = Backoff(); return backoff.next()
            })
        #expect(waits.count > 50)
    }

    @Test func `success begins again at the first step`() {
        var backoff = Backoff()
        for _ in 0..<20 { _ = backoff.next() }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(50))
    }
}
