import Lifecycle

/// Runs until it is cancelled, told to end, or for ever.
struct MockService: Service {
    enum Manner: Sendable {
        case untilCancelled
        case deaf
        case until(String, then: Failure?)
        case failsWhenStopped
        case throwsCancellation
    }

    struct Failure: Error, Equatable {}

    let name: String
    let diary: Diary
    var manner = Manner.untilCancelled

    func run() async throws {
        diary.note("\(name) runs")
        switch manner {
        case .untilCancelled: await cancelled()
        case .deaf: await diary.has("never")
        case .until(let entry, let failure):
            await diary.has(entry)
            diary.note("\(name) ended")
            if let failure { throw failure }
            return
        case .failsWhenStopped:
            await cancelled()
            throw Failure()
        case .throwsCancellation: try await Task.sleep(for: .seconds(3_600))
        }
        diary.note("\(name) stopped")
    }

    private func cancelled() async {
        while !Task.isCancelled { await sleep(for: .seconds(3_600)) }
        diary.note("\(name) asked")
    }
}
