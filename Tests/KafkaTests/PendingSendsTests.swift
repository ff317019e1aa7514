import Testing

@testable import Kafka

final class PendingSendsTests {
    private var sends = PendingSends<String>()
    private let refusal = KafkaError.closed()

    private func settle(_ ticket: Ticket, _ error: KafkaError?) -> (String, [KafkaError?])? {
        sends.settle(ticket, error)
    }

    private func wait(_ send: UInt32, _ who: String) -> [KafkaError?]? { sends.wait(send, who) }

    @Test func resultsLineUpWithMessagesWhateverTheOrderOfReports() {
        let send = sends.begin(count: 3)
        #expect(wait(send, "sender") == nil)
        #expect(settle(Ticket(send: send, index: 2), nil) == nil)
        #expect(settle(Ticket(send: send, index: 0), nil) == nil)
        let told = settle(Ticket(send: send, index: 1), refusal)
        #expect(told?.0 == "sender")
        #expect(told?.1 == [nil, refusal, nil])
    }

    @Test func reportsThatComeBeforeAnybodyWaitsAreKept() {
        let send = sends.begin(count: 1)
        #expect(settle(Ticket(send: send, index: 0), refusal) == nil)
        #expect(wait(send, "sender") == [refusal])
    }

    @Test func aSecondReportAboutAMessageChangesNothing() {
        let send = sends.begin(count: 2)
        #expect(wait(send, "sender") == nil)
        #expect(settle(Ticket(send: send, index: 0), nil) == nil)
        #expect(settle(Ticket(send: send, index: 0), refusal) == nil)
        #expect(settle(Ticket(send: send, index: 1), nil)?.1 == [nil, nil])
    }

    @Test func reportsAboutNoSendOfOursAreDropped() {
        let send = sends.begin(count: 1)
        #expect(settle(Ticket(send: send, index: 7), nil) == nil)
        #expect(settle(Ticket(send: send &+ 1, index: 0), nil) == nil)
        #expect(wait(send, "sender") == nil)
    }

    @Test func failingAllKeepsWhatWasAcknowledgedAndTellsEverybody() {
        let first = sends.begin(count: 2)
        let second = sends.begin(count: 1)
        #expect(wait(first, "first") == nil)
        #expect(settle(Ticket(send: first, index: 0), nil) == nil)
        let told = sends.failAll(refusal)
        #expect(told.count == 1)
        #expect(told.first?.0 == "first")
        #expect(told.first?.1 == [nil, refusal])
        #expect(wait(second, "second") == [refusal])
    }

    @Test(arguments: [Ticket(send: 1, index: 0), Ticket(send: .max, index: .max), Ticket(send: 7, index: 123_456)])
    func aTicketComesBackFromItsWord(_ ticket: Ticket) {
        #expect(ticket.word != nil)
        #expect(Ticket(ticket.word) == ticket)
    }
}
