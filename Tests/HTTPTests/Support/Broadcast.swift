import Synchronization

@testable import HTTP

/// A route that streams, and the feeds of those who asked for it.
final class Broadcast: Sendable {
    private let feeds = Mutex<[Feed]>([])
    /// Opened when the first of the feeds has ended.
    let ended = Gate()

    var route: Route {
        Route(
            .get, "/events", "", answers: [.init(200, "", .string(0...1_000_000), type: "text/event-stream")]
        ) { [self] _, _ in
            let feed = Feed { [ended] in ended.open() }
            feed.send(.retry(milliseconds: 10))
            feeds.withLock { $0.append(feed) }
            return Response(events: feed)
        }
    }

    var all: [Feed] { feeds.withLock { $0 } }

    func send(_ event: ServerSentEvent) { for feed in all { feed.send(event) } }
    func send(_ number: Int64) { send(ServerSentEvent("number", data: .int(number))) }
}
