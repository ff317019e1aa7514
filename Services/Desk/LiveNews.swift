import Lifecycle
import Telemetry

/// Tells everybody who listens what their organisation is told: one look at the tables for all of them, whenever the bell rings,
/// and every now and then in case nobody rings it. While nobody listens nobody looks.
struct LiveNews: Service {
    /// Bounds, each with its default.
    struct Pace: Sendable {
        /// Between two looks that nobody rang for.
        var sweep = Duration.seconds(2)
        /// Between two looks at least, however often the bell rings.
        var pause = Duration.milliseconds(100)
        /// Between two signs of life; proxies wait a minute at most as a rule.
        var beat = Duration.seconds(15)
        /// Of one stream; so long a log-in that has ended is still served.
        var lifetime = Duration.seconds(600)
    }

    let name = "live-news"
    let bell: Bell
    let listeners: Listeners
    private let book: NewsBook
    private let pace: Pace
    private let log: Logger

    init(book: NewsBook, pace: Pace = Pace(), log: Logger) {
        bell = Bell()
        listeners = Listeners(lifetime: pace.lifetime, beat: pace.beat)
        self.book = book
        self.pace = pace
        self.log = log
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await repeatedly(pace.sweep) { bell.ring() } }
            group.addTask { await repeatedly(pace.beat) { listeners.signOfLife() } }
            for await _ in bell.rings {
                await look()
                await sleep(for: pace.pause)
            }
            group.cancelAll()
        }
    }

    /// Where somebody begins who comes first.
    func now() async throws -> Position { try await book.now() }

    private func repeatedly(_ pause: Duration, _ body: () -> Void) async {
        while !Task.isCancelled {
            await sleep(for: pause)
            body()
        }
    }

    /// An error costs nothing but time: everybody stays where they are until the next look.
    private func look() async {
        guard !listeners.isEmpty else { return }
        do {
            try await tell()
        } catch {
            if !Task.isCancelled { log.warning("news cannot be read", ["reason": "\(error)"]) }
        }
    }

    private func tell() async throws {
        let (newcomers, last) = (listeners.newcomers, listeners.position)
        let now = try await book.now()
        let missed = newcomers.values.compactMap { if case .after(let position) = $0 { position } else { nil } }
        // Many that lost their connections together are at the same place.
        let wanted = Array(Set(missed + [last].compactMap { $0 }))
        let answers = Dictionary(uniqueKeysWithValues: zip(wanted, try await book.news(since: wanted, upTo: now)))
        if let last, let answer = answers[last] { listeners.tell(answer, upTo: now) }
        for (number, start) in newcomers {
            let answer: NewsBook.Answer? =
                switch start {
                case .after(let position): answers[position]
                case .unknown: .tooMuch
                }
            if let answer { listeners.bringUpToDate(number, with: answer, upTo: now) }
        }
    }
}
