import Support
import Testing

@testable import CaseStore

/// How far the outbox is known to be empty for good.
struct OutboxFloorTests {
    @Test func itRisesToAnIdWhenAllHaveEndedWhoMayStillWriteBelow() {
        var floor = OutboxFloor()
        floor.mark = .init(lastID: 10, next: 8)
        for oldest in [5, 7] as [Int64] {
            floor.roundEnded(oldest: oldest, last: nil)
            #expect(
                floor.id == OutboxFloor.bottom && floor.mark != nil,
                "transaction \(oldest) may have an id below 10, not visible yet")
        }
        floor.roundEnded(oldest: 8, last: nil)
        #expect(floor.id == 10 && floor.mark == nil)
    }

    @Test func rowsThatARoundLeftBehindHoldItDown() {
        var floor = OutboxFloor()
        floor.mark = .init(lastID: 10, next: 8)
        floor.roundEnded(oldest: 9, last: 9)
        #expect(floor.id == OutboxFloor.bottom && floor.mark == nil, "a later mark will do")
        floor.mark = .init(lastID: 20, next: 12)
        floor.roundEnded(oldest: 12, last: 20)
        #expect(floor.id == 20)
    }

    @Test func idsBelowZeroAreThereAllAtOnce() {
        var floor = OutboxFloor()
        floor.roundEnded(oldest: 1, last: -7)
        #expect(floor.id == -7, "no transaction has to end first")
        floor.mark = .init(lastID: 10, next: 8)
        floor.roundEnded(oldest: 8, last: -3)
        #expect(floor.id == -3, "and those above zero wait for theirs")
    }

    /// Writers that take an id and commit whenever they like, and a relay that reads only above the floor.
    @Test(arguments: 0..<200) func nothingIsEverPassedOver(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var floor = OutboxFloor()
        var (next, transaction): (Int64, Int64) = (0, 1)
        var running: [(transaction: Int64, ids: [Int64])] = []
        var waiting: Set<Int64> = []
        for _ in 0..<300 {
            switch random.next() % 5 {
            case 0:
                running.append((transaction, []))
                transaction += 1
            case 1, 2:
                guard let index = running.indices.randomElement(using: &random) else { continue }
                next += 1
                running[index].ids.append(next)
            case 3:
                guard let index = running.indices.randomElement(using: &random) else { continue }
                waiting.formUnion(running.remove(at: index).ids)
            default:
                #expect(waiting.allSatisfy { $0 > floor.id })
                let limit = Int(random.next() % 4) + 1
                let read = waiting.filter { $0 > floor.id }.sorted().prefix(limit)
                waiting.subtract(read)
                floor.roundEnded(
                    oldest: running.map(\.transaction).min() ?? transaction,
                    last: read.count < limit ? nil : read.last)
                if floor.mark == nil { floor.mark = .init(lastID: next, next: transaction) }
            }
        }
    }
}
