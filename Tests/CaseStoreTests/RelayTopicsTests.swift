import Testing

@testable import CaseStore

struct RelayTopicsTests {
    private let start = ContinuousClock.now

    private func topics(refusing: Set<String> = []) -> RelayTopics {
        RelayTopics(refusing: refusing, first: .seconds(10), at: start)
    }

    @Test func oneThatRefusesIsTriedAfterWaitsThatDoubleUpToABound() {
        var topics = topics()
        var waits: [Duration] = []
        var now = start
        for _ in 0..<8 {
            let wait = topics.refused("a", at: now)
            waits.append(wait)
            #expect(topics.refuses("a"))
            #expect(topics.due(at: now + wait - .milliseconds(1)) == nil)
            now += wait
            #expect(topics.due(at: now)?.topic == "a")
            #expect(topics.due(at: now)?.isProbe == true)
        }
        #expect(waits == [10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
    }

    @Test func onlyAfterItsOldestWasTakenMoreMayGo() {
        var topics = topics(refusing: ["a"])
        #expect(topics.due(at: start)?.isProbe == true)
        topics.took("a", at: start)
        #expect(topics.due(at: start)?.isProbe == false)
        #expect(topics.refuses("a"))
        _ = topics.refused("a", at: start)
        #expect(topics.due(at: start + .seconds(10))?.isProbe == true)
        topics.isOpen("a")
        #expect(!topics.refuses("a"))
        #expect(topics.due(at: start + .seconds(1000)) == nil)
    }

    @Test func oneThatTookAndRefusedAgainWaitsLongerUntilNothingWaits() {
        var topics = topics()
        #expect(topics.refused("a", at: start) == .seconds(10))
        topics.isOpen("a")
        #expect(topics.refused("a", at: start) == .seconds(20))
        topics.forgive()
        #expect(topics.refused("a", at: start) == .seconds(40), "it refuses, so nothing is forgiven")
        topics.isOpen("a")
        topics.forgive()
        #expect(topics.refused("a", at: start) == .seconds(10))
    }

    @Test func oneThatIsNotThereIsLookedForEveryTime() {
        var topics = topics()
        for round in 0..<5 {
            let now = start + .seconds(10 * round)
            #expect(topics.see(["a"], wanted: ["a", "b"], at: now) == (round == 0 ? ["b"] : []))
            #expect(topics.isSeen("a") && !topics.refuses("a"))
            #expect(!topics.isSeen("b") && topics.refuses("b"))
            #expect(topics.due(at: now) == nil)
            #expect(topics.due(at: now + .seconds(10))?.topic == "b")
        }
        #expect(topics.see(["a", "b"], wanted: ["b"], at: start) == [])
        #expect(topics.isSeen("b"))
        // What was seen and refuses must be seen anew.
        _ = topics.refused("b", at: start)
        #expect(!topics.isSeen("b"))
    }

    @Test func theOneThatIsDueForLongestComesFirst() {
        var topics = topics(refusing: ["a", "b"])
        #expect(topics.due(at: start)?.topic == "a")
        topics.took("a", at: start + .seconds(1))
        #expect(topics.due(at: start + .seconds(1))?.topic == "b")
    }
}
