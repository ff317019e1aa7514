import Access
import CaseAPI
import HTTP
import WorkPages

/// `GET /api/v1/events`: what happens to the organisation's cases, as it happens.
struct EventRoutes: Sendable {
    let news: LiveNews
    let access: AccessStore

    var all: [Route] { [events, pages] }

    private static let last = Parameter.header(
        "Last-Event-ID", .string(0...8192), required: false,
        "上次收到的最后一个 id;断线重连时由浏览器自动带上,从该处续报,不漏不重")

    /// The same for the pages, by their log-in, under their prefix.
    private var pages: Route {
        Route(
            .get, "/desk/events", "网页的实时动态(server-sent events),凭网页的登录", tags: ["pages"], parameters: [Self.last],
            answers: [.init(200, "与 /api/v1/events 同", type: "text/event-stream")]
        ) { request, _ in
            guard try await WorkSite.session(of: request, on: access) != nil else {
                throw Problem(401, "log-in-required", "请先登录")
            }
            return try await feed(request)
        }
    }

    private var events: Route {
        Route(
            .get, "/api/v1/events", "本单位办件的实时动态(server-sent events)", tags: ["cases"],
            parameters: [Self.last],
            answers: [
                .init(
                    200,
                    """
                    每个事件的 event 是发生了什么(与 jiesu.case.<event> 同),data 是 JSON:number 受理编号、version 事件数、kind 发生了什么、\
                    at 何时、state 和 state_title 现在的状态(缺少即已不由本单位办理)。event 为 reset 时表示错过太多,请重新取 /api/v1/cases。\
                    先打开本流,再取列表,则无遗漏。连接每十分钟由服务端结束一次,重连时重新核对登录。
                    """, type: "text/event-stream")
            ]
        ) { request, _ in
            _ = try await access.authorised(request, any: CaseRoutes.anyRole)
            return try await feed(request)
        }
    }

    private func feed(_ request: Request) async throws -> Response {
        let last = request.parameter("Last-Event-ID").flatMap { text -> Listeners.Start? in
            text.isEmpty ? nil : Position(text).map(Listeners.Start.after) ?? .unknown
        }
        // Known before the answer begins: whoever has it misses nothing of what follows.
        let start = if let last { last } else { Listeners.Start.after(try await news.now()) }
        let feed = news.listeners.add(start)
        news.bell.ring()
        return Response(events: feed)
    }
}
