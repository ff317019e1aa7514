import Testing

@testable import Access

@Suite struct SessionCacheTests {
    private let start = ContinuousClock.now
    private let session = Session(account: 1, organisation: nil, roles: [])

    @Test func `a session is kept for its seconds and not a moment longer`() {
        var cache = SessionCache()
        cache.keep(session, for: "t", at: start)
        #expect(cache.session("t", at: start + SessionCache.lifetime - .nanoseconds(1)) == session)
        #expect(cache.session("t", at: start + SessionCache.lifetime) == nil)
        #expect(cache.session("u", at: start) == nil)
    }

    @Test func `one that was ended here is forgotten at once`() {
        var cache = SessionCache()
        cache.keep(session, for: "t", at: start)
        cache.forget("t")
        #expect(cache.session("t", at: start) == nil)
    }

    @Test func `it never holds more than its bound, and room is made of what has expired first`() {
        var cache = SessionCache()
        for number in 0..<SessionCache.most - 1 { cache.keep(session, for: "old \(number)", at: start) }
        let later = start + SessionCache.lifetime - .seconds(1)
        cache.keep(session, for: "young", at: later)
        cache.keep(session, for: "next", at: start + SessionCache.lifetime)
        #expect(cache.count == 2)
        #expect(cache.session("young", at: later) == session)
        for number in 0..<SessionCache.most * 3 {
            cache.keep(session, for: "\(number)", at: later)
            #expect(cache.count <= SessionCache.most)
        }
        #expect(cache.session("\(SessionCache.most * 3 - 1)", at: later) == session)
    }
}
