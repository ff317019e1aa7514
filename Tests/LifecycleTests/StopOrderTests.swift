import Support
import Testing

@testable import Lifecycle

struct StopOrderTests {
    @Test func `a stop goes from the last to the first, one after the other`() {
        var order = StopOrder(count: 3)
        #expect(order.stopRequested() == .stop(2))
        #expect(order.ended(2) == .stop(1))
        #expect(order.ended(1) == .stop(0))
        #expect(order.ended(0) == .finished)
    }

    @Test func `one that ends unasked takes the others with it`() {
        var order = StopOrder(count: 3)
        #expect(order.ended(1) == .stop(2))
        #expect(order.ended(2) == .stop(0))
        #expect(order.ended(0) == .finished)
    }

    @Test func `one that ends while another is being stopped is not waited for`() {
        var order = StopOrder(count: 3)
        #expect(order.stopRequested() == .stop(2))
        #expect(order.ended(1) == .wait)
        #expect(order.stillRunning == [0, 2])
        #expect(order.ended(2) == .stop(0))
        #expect(order.ended(0) == .finished)
    }

    @Test func `asking twice stops nobody twice`() {
        var order = StopOrder(count: 2)
        #expect(order.stopRequested() == .stop(1))
        #expect(order.stopRequested() == .wait)
        #expect(order.ended(1) == .stop(0))
        #expect(order.stopRequested() == .wait)
    }

    @Test func `with nobody to stop it is over`() {
        var order = StopOrder(count: 0)
        #expect(order.stopRequested() == .finished)
    }

    @Test func `in whatever order they end, each later one has ended before one is asked`() {
        for seed in 0..<500 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let count = Int.random(in: 1...6, using: &generator)
            var order = StopOrder(count: count)
            var running = Set(0..<count)
            var given = order.stopRequested()
            while let ending = running.randomElement(using: &generator) {
                if case .stop(let number) = given { #expect(running.allSatisfy { $0 <= number }) }
                running.remove(ending)
                given = order.ended(ending)
                #expect((given == .finished) == running.isEmpty)
            }
        }
    }
}
