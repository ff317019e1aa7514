import Support
import Testing

@testable import Intake

/// When waiting requests become a transaction.
@Suite struct RegistrarRulesTests {
    private func rules() -> Held { Held() }

    @Test func `the bounds are those that the architecture names`() {
        #expect(RegistrarRules<Int>().batch == 256)
        #expect(RegistrarRules<Int>().lanes == 4)
        #expect(RegistrarRules<Int>().room == 8192)
    }

    @Test func `one that comes alone waits for the timer, then goes`() {
        let rules = rules()
        #expect(rules.arrive(1) == .setTimer)
        #expect(rules.timeIsUp())
        #expect(rules.take() == [1])
        #expect(!rules.ended())
        #expect(rules.arrive(2) == .setTimer)
    }

    @Test func `those that come meanwhile share the timer and the transaction`() {
        let rules = rules()
        #expect((1...255).map { rules.arrive($0) } == [.setTimer] + Array(repeating: .wait, count: 254))
        #expect(rules.timeIsUp())
        #expect(rules.take() == Array(1...255))
    }

    @Test func `a full batch does not wait for the timer, which then finds nothing`() {
        let rules = rules()
        for n in 1...255 { _ = rules.arrive(n) }
        #expect(rules.arrive(256) == .start)
        #expect(rules.take().count == 256)
        #expect(!rules.timeIsUp())
    }

    @Test func `four transactions at most; the next one that ends takes what waits`() {
        let rules = rules()
        for n in 1...1024 where rules.arrive(n) == .start { #expect(rules.take().count == 256) }
        #expect(rules.running == 4)
        for n in 1025...1500 { #expect(rules.arrive(n) == .wait) }
        #expect(!rules.timeIsUp())
        #expect(rules.ended())
        #expect(rules.take() == Array(1025...1280))
        #expect(rules.running == 4)
    }

    @Test func `beyond the room one is told to come back, until there is room again`() {
        let rules = rules()
        for n in 0..<(4 * 256) where rules.arrive(n) == .start { _ = rules.take() }
        for n in 0..<8192 { #expect(rules.arrive(n) != .full) }
        #expect(rules.arrive(-1) == .full)
        #expect(rules.ended())
        _ = rules.take()
        #expect(rules.arrive(-1) == .wait)
    }

    /// Arrivals, timers and ends in any order: nothing is lost, doubled or forgotten, and no bound is passed.
    @Test(arguments: 0..<200)
    func `whatever the order, everyone goes once and nobody is left waiting`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rules = Held()
        (rules.rules.batch, rules.rules.lanes, rules.rules.room) = (5, 2, 12)
        var (next, timers) = (0, 0)
        var (accepted, taken): ([Int], [Int]) = ([], [])
        func start() {
            let items = rules.take()
            #expect((1...5).contains(items.count))
            #expect(rules.running <= 2)
            taken += items
        }
        for _ in 0..<400 {
            switch random.next() % 4 {
            case 0, 1:
                switch rules.arrive(next) {
                case .full: #expect(rules.waiting.count == 12)
                case .start:
                    accepted.append(next)
                    start()
                case .setTimer:
                    accepted.append(next)
                    timers += 1
                case .wait: accepted.append(next)
                }
                next += 1
            case 2 where timers > 0:
                timers -= 1
                if rules.timeIsUp() { start() }
            case 3 where rules.running > 0:
                if rules.ended() { start() }
            default: break
            }
            #expect(rules.waiting.count <= 12)
            #expect(timers <= 1)
            // Somebody will come for those who wait.
            #expect(rules.waiting.isEmpty || timers > 0 || rules.running > 0)
        }
        while timers > 0 || rules.running > 0 {
            if timers > 0 {
                timers -= 1
                if rules.timeIsUp() { start() }
            } else if rules.ended() {
                start()
            }
        }
        #expect(taken == accepted)
        #expect(rules.waiting.isEmpty)
    }
}

/// The rules where `#expect` can call what changes them.
private final class Held {
    var rules = RegistrarRules<Int>()
    var waiting: [Int] { rules.waiting }
    var running: Int { rules.running }

    func arrive(_ item: Int) -> RegistrarRules<Int>.Arrival { rules.arrive(item) }
    func timeIsUp() -> Bool { rules.timeIsUp() }
    func take() -> [Int] { rules.take() }
    func ended() -> Bool { rules.ended() }
}
