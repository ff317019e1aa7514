import Testing

@testable import Postgres

/// The pool's rules, with letters for connections and names for those who wait.
@Suite struct PoolStateTests {
    private typealias State = PoolState<String, String>

    private func describe(_ answer: State.Answer) -> String {
        switch answer {
        case .granted(let grant): describe(grant)
        case .wait: "wait"
        case .refused: "refused"
        }
    }

    private func describe(_ grant: PoolGrant<String>) -> String {
        switch grant {
        case .lend(let item): "lend \(item)"
        case .open: "open"
        }
    }

    @Test func itOpensUpToItsSizeThenLetsWaitThenRefuses() {
        var state = State(size: 2, waitersAtMost: 1)
        #expect(describe(state.request()) == "open")
        #expect(describe(state.request()) == "open")
        #expect(describe(state.request()) == "wait")
        state.enqueue("first", ticket: 1)
        #expect(describe(state.request()) == "refused")
    }

    @Test func theLastReturnedIsLentFirst() {
        var state = State(size: 2, waitersAtMost: 1)
        _ = (state.request(), state.request())
        #expect(state.giveBack("a") == nil)
        #expect(state.giveBack("b") == nil)
        #expect(describe(state.request()) == "lend b")
        #expect(describe(state.request()) == "lend a")
    }

    @Test func placesGoToTheLongestWaiting() {
        var state = State(size: 1, waitersAtMost: 10)
        _ = state.request()
        for (ticket, name) in ["first", "second", "third"].enumerated() { state.enqueue(name, ticket: ticket) }
        #expect(state.giveUp(1) == "second")
        #expect(state.giveUp(1) == nil)
        let one = state.giveBack("a")
        #expect(one?.waiter == "first")
        #expect(one.map { describe($0.grant) } == "lend a")
        // A broken connection's place is worth as much: its heir opens one.
        let two = state.giveBack(nil)
        #expect(two?.waiter == "third")
        #expect(two.map { describe($0.grant) } == "open")
        #expect(state.giveBack("b") == nil)
        #expect(state.lent == 0)
        #expect(state.idleCount == 1)
        #expect(state.waiting == 0)
    }

    @Test func theLongestWaitingIsStillFirstAfterManyGaveUp() {
        var state = State(size: 1, waitersAtMost: 2)
        _ = state.request()
        state.enqueue("patient", ticket: 0)
        for ticket in 1..<1000 {
            state.enqueue("hasty", ticket: ticket)
            #expect(state.giveUp(ticket) == "hasty")
        }
        state.enqueue("late", ticket: 1000)
        #expect(state.giveBack("a")?.waiter == "patient")
        #expect(state.giveBack("a")?.waiter == "late")
    }

    @Test func whoGaveUpIsNotGranted() {
        var state = State(size: 1, waitersAtMost: 10)
        _ = state.request()
        for ticket in 0..<3000 { state.enqueue("w", ticket: ticket) }
        for ticket in 0..<2999 { #expect(state.giveUp(ticket) == "w") }
        #expect(state.giveBack("a")?.waiter == "w")
        #expect(state.giveBack("a") == nil)
    }
}

private func == <A, B>(pair: (A, B)?, nothing: _OptionalNilComparisonType) -> Bool {
    pair.map { _ in false } ?? true
}
