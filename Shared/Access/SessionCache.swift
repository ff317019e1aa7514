/// Sessions looked up within the last seconds, so that a page's many requests ask the database once.
///
/// At most `most` of them. A log-in that ends elsewhere is still taken here for up to `lifetime`.
struct SessionCache {
    static let lifetime: Duration = .seconds(5)
    static let most = 1000

    private struct Entry {
        let session: Session
        let until: ContinuousClock.Instant
    }

    private var entries: [String: Entry] = [:]

    var count: Int { entries.count }

    func session(_ token: String, at now: ContinuousClock.Instant) -> Session? {
        guard let entry = entries[token], now < entry.until else { return nil }
        return entry.session
    }

    mutating func keep(_ session: Session, for token: String, at now: ContinuousClock.Instant) {
        if entries.count >= Self.most {
            entries = entries.filter { now < $0.value.until }
            // So many within seconds: better to ask again for all than to look for the oldest each time.
            if entries.count >= Self.most { entries.removeAll() }
        }
        entries[token] = Entry(session: session, until: now + Self.lifetime)
    }

    mutating func forget(_ token: String) {
        entries[token] = nil
    }
}
