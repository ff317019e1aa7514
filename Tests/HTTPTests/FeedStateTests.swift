import Testing

@testable import HTTP

struct FeedStateTests {
    /// What comes out, at most four bytes at a time, in so many goes.
    private func steps(_ count: Int, of feed: inout FeedState) -> [FeedState.Step] {
        (0..<count).map { _ in feed.next(atMost: 4) }
    }

    /// Whether each piece was taken.
    private func send(_ pieces: [[UInt8]], to feed: inout FeedState) -> [Bool] { pieces.map { feed.send($0) } }

    @Test func `what is sent comes out in order, in pieces of any size`() {
        var feed = FeedState(capacity: 10)
        var steps = steps(1, of: &feed)
        let sent = send([[1, 2, 3], [4, 5, 6]], to: &feed)
        steps += self.steps(3, of: &feed)
        #expect(sent == [true, true])
        #expect(steps == [.wait, .write([1, 2, 3, 4]), .write([5, 6]), .wait])
    }

    @Test func `an end comes after what was sent before it, and nothing after it`() {
        var feed = FeedState(capacity: 10)
        var sent = send([[1]], to: &feed)
        feed.end()
        sent += send([[2]], to: &feed)
        let steps = steps(3, of: &feed)
        #expect(sent == [true, false])
        #expect(steps == [.write([1]), .end, .end])
    }

    @Test func `what does not fit is the end of it`() {
        var feed = FeedState(capacity: 3)
        let sent = send([[1, 2, 3], [4], []], to: &feed)
        let steps = steps(1, of: &feed)
        #expect(sent == [true, false, false])
        #expect(feed.isOverrun)
        #expect(steps == [.hangUp])
    }

    @Test func `an abandoned feed takes nothing and keeps nothing`() {
        var feed = FeedState(capacity: 3)
        var sent = send([[1]], to: &feed)
        feed.abandon()
        sent += send([[2]], to: &feed)
        let steps = steps(1, of: &feed)
        #expect(sent == [true, false])
        #expect(feed.waiting.isEmpty)
        #expect(steps == [.hangUp])
    }
}
