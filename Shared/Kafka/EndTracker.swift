/// Whether a reader has read everything there is: pure. A partition is at its end when the broker said so and no
/// message of it came since.
struct EndTracker {
    private var ended: Set<Int32> = []
    private let partitions: Int

    init(partitions: Int) {
        self.partitions = partitions
    }

    mutating func message(of partition: Int32) { ended.remove(partition) }

    mutating func end(of partition: Int32) { ended.insert(partition) }

    var atEnd: Bool { ended.count == partitions }
}
