import JSON

/// What a handler answers. `Content-Length`, `Date` and `X-Content-Type-Options` are added when it is sent.
package struct Response: Sendable {
    package let status: Int
    package var headers: Headers
    package let body: [UInt8]
    /// What follows over time in place of `body`.
    let feed: Feed?
    /// Counts among `Limits.filesInMemory` until it is read.
    private(set) var isFile = false

    /// A file that somebody sent once: never taken for a page of ours, whatever it holds.
    /// - Parameter isShown: within a page; else the browser offers to save it.
    package static func file(_ body: [UInt8], type: String, isShown: Bool) -> Response {
        var response = Response(
            status: 200, type: type,
            headers: [
                "Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox",
                "Content-Disposition": isShown ? "inline" : "attachment", "Cross-Origin-Resource-Policy": "same-origin",
            ], body: body)
        response.isFile = true
        return response
    }

    /// - Parameter type: the `Content-Type`; `nil` for none.
    package init(status: Int, type: String?, headers: Headers = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
        self.feed = nil
        if let type { self.headers["Content-Type"] = type }
    }

    /// Server-sent events, for as long as `feed` brings some.
    package init(events feed: Feed) {
        status = 200
        // The last is for nginx, which else keeps events until it has a buffer full of them.
        headers = ["Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"]
        body = []
        self.feed = feed
    }

    package static func json(_ value: JSON, status: Int = 200, headers: Headers = [:]) -> Response {
        Response(status: status, type: "application/json", headers: headers, body: value.bytes)
    }

    package static func text(_ text: String, status: Int = 200, headers: Headers = [:]) -> Response {
        Response(status: status, type: "text/plain; charset=utf-8", headers: headers, body: Array(text.utf8))
    }

    /// - Parameter page: a whole HTML document; what people typed is escaped in it already.
    package static func html(_ page: String, status: Int = 200, headers: Headers = [:]) -> Response {
        Response(status: status, type: "text/html; charset=utf-8", headers: headers, body: Array(page.utf8))
    }

    /// 303: what a browser shall fetch after a form was taken.
    /// - Parameter location: a path or address without control characters; with one the answer becomes a 500.
    package static func seeOther(_ location: String) -> Response {
        Response(status: 303, type: nil, headers: ["Location": location], body: [])
    }

    package static let noContent = Response(status: 204, type: nil, body: [])

    package static func problem(_ problem: Problem) -> Response {
        Response(
            status: problem.status, type: "application/problem+json", headers: problem.headers,
            body: problem.document.bytes)
    }
}
