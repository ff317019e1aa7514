import Testing

@testable import Kafka

final class AssignmentTests {
    private var assignment = Assignment()
    private let a = TopicPartition("t", 0)
    private let b = TopicPartition("t", 1)
    private let c = TopicPartition("t", 2)

    private func changes() -> [AssignmentChange] { assignment.takeChanges() }

    @Test func theFirstAssignmentIsWon() {
        assignment.apply(.assigned([b, a]))
        #expect(changes() == [.won([a, b])])
        #expect(changes() == [])
    }

    @Test func aRebalanceReportsOnlyTheDifferenceAndOnlyWhenComplete() {
        assignment.apply(.assigned([a, b]))
        _ = changes()
        assignment.apply(.revoked([a, b]))
        #expect(changes() == [])
        #expect(assignment.owned == [])
        assignment.apply(.assigned([b, c]))
        #expect(changes() == [.handedOver([a]), .won([c])])
        #expect(assignment.owned == [b, c])
    }

    @Test func aRebalanceThatLeavesNothingHandsOverAll() {
        assignment.apply(.assigned([a, b]))
        assignment.apply(.revoked([a, b]))
        assignment.apply(.assigned([]))
        #expect(changes() == [.won([a, b]), .handedOver([a, b])])
    }

    @Test func whatIsLostIsNotHandedOverUntilARebalanceSaysSo() {
        assignment.apply(.assigned([a, b]))
        _ = changes()
        assignment.apply(.lost([a, b]))
        #expect(changes() == [.lost([a, b])])
        assignment.apply(.assigned([b]))
        #expect(changes() == [.handedOver([a]), .won([b])])
    }

    @Test func losingWhatWasRevokedDoesNotHideThatItIsLost() {
        assignment.apply(.assigned([a]))
        assignment.apply(.revoked([a]))
        assignment.apply(.lost([]))
        assignment.apply(.assigned([a]))
        #expect(changes() == [.won([a])])
    }
}
