/// What a server lets strangers take. Everything is bounded; the defaults are for a service before the public.
package struct Limits: Sendable {
    /// Connections at once. One more is told 503 and closed.
    package var connections = 1000
    /// Requests that handlers work on at once. One more is told 503.
    package var requestsInWork = 1000
    /// Answers that are made over time (`Feed`) at once. One more is told 503.
    package var streams = 200
    /// Bytes of request bodies held at once, arriving and in work together. A request beyond is told 503.
    package var bodiesInMemory = 64 << 20
    /// Bytes of one request body. A longer one is told 413.
    package var body = 1 << 20
    /// Bytes of one file of a form with files; a larger one is told to its handler as such.
    package var file = 8 << 20
    /// Bytes of the body of a form with files: nine photos of a telephone. A longer one is told 413.
    package var formWithFiles = 80 << 20
    /// Bytes of files held at once, arriving, in work and being answered together. A file beyond is told to its handler as
    /// one for which there was no room; an answer beyond is a 503. Apart from other bodies, so that photos do not keep
    /// anybody from complaining without one.
    package var filesInMemory = 64 << 20
    /// Bytes a second at which files must arrive or be read, on average, from `arrival` on.
    package var fileRate = 16 << 10
    /// Bytes of a too long body that are read and thrown away, so that the sender gets to see the 413. Beyond, or
    /// where it asked before sending (`Expect: 100-continue`), the connection is closed after the answer.
    package var swallowed = 16 << 20
    /// Bytes of request line and headers, at most these 16 KiB.
    package var headers = 16 << 10
    /// Seconds without a byte either way after which a connection is closed; at least 1.
    package var idleSeconds = 15
    /// From the opening of a connection, or from its last answer, until the next request is there whole. A client
    /// that sends a byte now and then, to hold a connection, is cut off by this. An answer may take as long to be
    /// read; one that is made over time may take as long as it likes, while the client keeps up.
    package var arrival: Duration = .seconds(30)
    /// How long requests may go on after the server was told to stop.
    package var drain: Duration = .seconds(10)

    package init() {}
}
