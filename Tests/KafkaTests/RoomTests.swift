import Testing

@testable import Kafka

final class RoomTests {
    private var room = Room<String>()

    private func wait(since made: UInt64, _ who: String) -> Bool { room.wait(since: made, who) }

    private func make() -> [String] { room.make() }

    @Test func everybodyWhoWaitsIsToldOnce() {
        #expect(wait(since: room.made, "a"))
        #expect(wait(since: room.made, "b"))
        #expect(make() == ["a", "b"])
        #expect(make() == [])
    }

    @Test func roomMadeBetweenTheTryAndTheWaitIsNotMissed() {
        let before = room.made
        _ = make()
        #expect(!wait(since: before, "late"))
        #expect(make() == [])
    }
}
