import Support
import Testing

@testable import Intake

/// When waiting requests become a transaction.
@Suite struct RegistrarRulesTests {
    private func rules() -> Held { Held() }

    @Test func `the bounds are those that the architecture names`() {
        #expect(RegistrarRules<Int>().batch == 256)
        #expect(RegistrarRules<Int>().crowd == 64)
        #expect(RegistrarRules<Int>().lanes == 4)
        #expect(RegistrarRules<Int>().room == 8192)
    }

    @Test func `one that comes alone waits a moment for company, then goes`() {
        let rules = rules()
        #expect(rules.arrive(1) == .next(.setTimer(.short)))
        #expect(rules.timeIsUp(.short))
        #expect(rules.take() == [1])
        #expect(rules.ended() == .wait)
        #expect(rules.arrive(2) == .next(.setTimer(.short)))
    }

    @Test func `those that come meanwhile share the timer and the transaction`() {
        let rules = rules()
        #expect(
            (1...63).map { rules.arrive($0) } == [.next(.setTimer(.short))] + Array(repeating: .next(.wait), count: 62))
        #expect(rules.timeIsUp(.short))
        #expect(rules.take() == Array(1...63))
    }

    @Test func `while one runs the next one gathers, and for a while longer when that has ended`() {
        let rules = rules()
        _ = rules.arrive(1)
        #expect(rules.timeIsUp(.short))
        _ = rules.take()
        #expect(rules.arrive(2) == .next(.setTimer(.patient)))
        for n in 3...10 { #expect(rules.arrive(n) == .next(.wait)) }
        #expect(rules.ended() == .setTimer(.long))
        #expect(rules.arrive(11) == .next(.wait))
        #expect(rules.timeIsUp(.long))
        #expect(rules.take() == Array(2...11))
    }

    @Test func `one that does not end keeps the others waiting for a moment only`() {
        let rules = rules()
        _ = rules.arrive(1)
        #expect(rules.timeIsUp(.short))
        _ = rules.take()
        #expect(rules.arrive(2) == .next(.setTimer(.patient)))
        #expect(rules.timeIsUp(.patient))
        #expect(rules.take() == [2])
        #expect(rules.running == 2)
    }

    @Test func `a crowd does not wait for the timer, which then finds nothing`() {
        let rules = rules()
        for n in 1...63 { _ = rules.arrive(n) }
        #expect(rules.arrive(64) == .next(.start))
        #expect(rules.take().count == 64)
        #expect(!rules.timeIsUp(.short))
    }

    @Test func `four transactions at most; the next one that ends takes what waits`() {
        let rules = rules()
        for n in 1...256 where rules.arrive(n) == .next(.start) { #expect(rules.take().count == 64) }
        #expect(rules.running == 4)
        for n in 257...756 { #expect(rules.arrive(n) != .next(.start)) }
        #expect(!rules.timeIsUp(.patient))
        #expect(rules.ended() == .start)
        #expect(rules.take() == Array(257...512))
        #expect(rules.running == 4)
    }

    @Test func `beyond the room one is told to come back, until there is room again`() {
        let rules = rules()
        for n in 0..<256 where rules.arrive(n) == .next(.start) { _ = rules.take() }
        for n in 0..<8192 { #expect(rules.arrive(n) != .full) }
        #expect(rules.arrive(-1) == .full)
        #expect(rules.ended() == .start)
        _ = rules.take()
        #expect(rules.arrive(-1) != .full)
    }

    /// Arrivals, timers and ends in any order: nothing is lost, doubled or forgotten, and no bound is passed.
    @Test(arguments: 0..<200)
    func `whatever the order, everyone goes once and nobody is left waiting`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rules = Held()
        (rules.rules.batch, rules.rules.crowd, rules.rules.lanes, rules.rules.room) = (5, 3, 2, 12)
        var next = 0
        var timers: [RegistrarRules<Int>.Pause] = []
        var (accepted, taken): ([Int], [Int]) = ([], [])
        func start() {
            let items = rules.take()
            #expect((1...5).contains(items.count))
            #expect(rules.running <= 2)
            taken += items
        }
        func follow(_ step: RegistrarRules<Int>.Step) {
            switch step {
            case .start: start()
            case .setTimer(let pause): timers.append(pause)
            case .wait: break
            }
        }
        for _ in 0..<400 {
            switch random.next() % 4 {
            case 0, 1:
                switch rules.arrive(next) {
                case .full: #expect(rules.waiting.count == 12)
                case .next(let step):
                    accepted.append(next)
                    follow(step)
                }
                next += 1
            case 2 where !timers.isEmpty:
                let pause = timers.remove(at: Int(random.next() % UInt64(timers.count)))
                if rules.timeIsUp(pause) { start() }
            case 3 where rules.running > 0:
                follow(rules.ended())
            default: break
            }
            #expect(rules.waiting.count <= 12)
            #expect(Set(timers).count == timers.count, "one of each kind")
            // Somebody will come for those who wait.
            #expect(rules.waiting.isEmpty || !timers.isEmpty || rules.running > 0)
        }
        while !timers.isEmpty || rules.running > 0 {
            if let pause = timers.popLast() {
                if rules.timeIsUp(pause) { start() }
            } else {
                follow(rules.ended())
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
    func timeIsUp(_ pause: RegistrarRules<Int>.Pause) -> Bool { rules.timeIsUp(pause) }
    func take() -> [Int] { rules.take() }
    func ended() -> RegistrarRules<Int>.Step { rules.ended() }
}
