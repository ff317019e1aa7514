import Testing

@testable import Kafka

struct EndTrackerTests {
    @Test func theEndIsWhereEveryPartitionIsAtItsEnd() {
        var ends = EndTracker(partitions: 2)
        ends.end(of: 0)
        #expect(!ends.atEnd)
        ends.end(of: 1)
        #expect(ends.atEnd)
        ends.message(of: 0)
        #expect(!ends.atEnd)
    }
}
