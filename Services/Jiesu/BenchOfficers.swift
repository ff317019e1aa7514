import Foundation

/// Officers of one desk whose lists keep themselves up to date as `live.js` does it: each listens to the desk's events, and after
/// one looks at the list again, within two to five seconds, and ten to thirteen after the last look. All from one thread.
struct BenchOfficers {
    /// How long pages took, from when they were due to their last byte, in order of length.
    struct Waits: Sendable {
        /// While each looked as often as news could make it, though there was none.
        var idle: [Duration] = []
        /// While each looked when the desk told of something.
        var byNews: [Duration] = []
    }

    let port: Int
    /// One log-in for each officer.
    let tokens: [String]

    private static let afterNews = Duration.seconds(2)
    private static let least = Duration.seconds(10)
    /// So that not all look at the same moment.
    private static let spread: Double = 3
    /// How long the last pages may take.
    private static let patience = Duration.seconds(20)
    private static let news = Array("event: ".utf8)
    private static let good = Array("HTTP/1.1 200".utf8)

    private final class Officer {
        let token: String
        let stream: BenchSocket
        var heard: [UInt8] = []
        /// When the list is due to be looked at again; `nil`: not before there is news.
        var due: ContinuousClock.Instant?
        var last: ContinuousClock.Instant
        /// What is being fetched, since when it was due.
        var page: (socket: BenchSocket, since: ContinuousClock.Instant)?
        var received: [UInt8] = []

        init(token: String, stream: BenchSocket, last: ContinuousClock.Instant) {
            self.token = token
            self.stream = stream
            self.last = last
        }
    }

    /// All stay connected throughout: at first without news for so long, then looking when there is some.
    func run(idle: Duration, byNews: Duration) async throws -> Waits {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try work(idle, byNews) })
            }
        }
    }

    private func work(_ idle: Duration, _ byNews: Duration) throws -> Waits {
        let start = ContinuousClock.now
        let newsFrom = start + idle
        let end = newsFrom + byNews
        let officers = try tokens.map { token in
            let officer = Officer(token: token, stream: try BenchSocket(port: port), last: start - Self.least)
            try ask("/desk/events", token, on: officer.stream)
            officer.due = start + .seconds(.random(in: 0...10 + Self.spread))
            return officer
        }
        var waits = Waits()
        while true {
            let now = ContinuousClock.now
            for officer in officers where officer.page == nil {
                guard let due = officer.due, due <= now, due < end else { continue }
                let socket = try BenchSocket(port: port)
                try ask("/desk/cases", officer.token, on: socket)
                (officer.page, officer.due, officer.last) = ((socket, due), nil, now)
            }
            let busy = officers.compactMap { officer in officer.page.map { (officer, $0.socket) } }
            if now >= end, busy.isEmpty {
                (waits.idle, waits.byNews) = (waits.idle.sorted(), waits.byNews.sorted())
                return waits
            }
            guard now < end + Self.patience else { throw CommandFailure("the desk does not answer any more") }
            var polled = officers.map { pollfd(fd: $0.stream.descriptor, events: Int16(POLLIN), revents: 0) }
            polled += busy.map { pollfd(fd: $0.1.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), 5) > 0 else { continue }
            for (officer, answer) in zip(officers, polled) where answer.revents != 0 {
                try listen(officer, isNewsAwaited: now >= newsFrom)
            }
            for (one, answer) in zip(busy, polled.dropFirst(officers.count)) where answer.revents != 0 {
                guard let (since, duration) = try read(one.0) else { continue }
                if since < newsFrom { waits.idle.append(duration) } else { waits.byNews.append(duration) }
                let next = one.0.last + Self.least + .seconds(.random(in: 0...Self.spread))
                if next < newsFrom { one.0.due = next }
            }
        }
    }

    private func ask(_ path: String, _ token: String, on socket: BenchSocket) throws {
        let head =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nCookie: jiesu=\(token)\r\nConnection: close\r\n\r\n"
        try Array(head.utf8).withUnsafeBytes { try socket.send($0) }
    }

    private func listen(_ officer: Officer, isNewsAwaited: Bool) throws {
        guard try officer.stream.receive(into: &officer.heard), Self.isGood(officer.heard) else {
            throw CommandFailure("the desk does not tell its news: \(Self.head(officer.heard))")
        }
        let isNews = officer.heard.dropFirst(Self.good.count).indices.contains { index in
            officer.heard[index...].starts(with: Self.news)
        }
        // The head stays, to be told from a refusal; of the rest enough to know a name that comes in two pieces.
        if isNews { officer.heard = Self.good } else if officer.heard.count > 8192 { officer.heard = Self.good }
        guard isNews, isNewsAwaited, officer.due == nil else { return }
        let now = ContinuousClock.now
        officer.due = max(now + Self.afterNews, officer.last + Self.least) + .seconds(.random(in: 0...Self.spread))
    }

    /// - Returns: when the page was due and how long it took, once it is whole.
    private func read(_ officer: Officer) throws -> (since: ContinuousClock.Instant, took: Duration)? {
        guard let page = officer.page else { return nil }
        // The connection's end is the page's.
        if try page.socket.receive(into: &officer.received) { return nil }
        guard officer.received.starts(with: Self.good) else {
            throw CommandFailure("the list was not shown: \(Self.head(officer.received))")
        }
        (officer.page, officer.received) = (nil, [])
        return (page.since, ContinuousClock.now - page.since)
    }

    private static func isGood(_ answer: [UInt8]) -> Bool { answer.isEmpty || answer.starts(with: good) }

    private static func head(_ answer: [UInt8]) -> String {
        String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }
}
