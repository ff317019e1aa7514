import Access
import Casework
import Foundation
import HTTP
import JSON
import Policies

/// The API of notices: what was not delivered, sending it again, and what the provider reports.
struct NoticeRoutes: Sendable {
    let list: NoticeList
    let access: AccessStore
    /// What the provider shows; `nil`: it reports nothing.
    let reportToken: String?

    var all: [Route] { [show, again] + (reportToken.map { [report($0)] } ?? []) }

    private static let tags = ["notices"]

    private static let entry = Schema.object([
        .required("number", .string(10...20, .digits), "受理编号"),
        .required("version", .integer(1...1_000_000), "所说的事件,与编号一起指明一条告知"),
        .required("title", .string(1...60), "告知什么"),
        .required("state", .choice(NoticeState.allCases.map(\.rawValue)), "没有送达、等待发送、等待送达回执"),
        .optional("means", .choice(["sms", "email"]), "短信或电子邮件"),
        .required("attempts", .integer(0...10_000), "已试次数"),
        .optional("error", .string(0...1000), "最近一次为何不成"),
        .required("made_at", .string(20...40, .dateTime), "何时应当告知"),
        .optional("next_at", .string(20...40, .dateTime), "何时再试,或回执最迟何时到"),
    ])

    private var show: Route {
        Route(
            .get, "/api/v1/notices", "没有送达当事人的告知", tags: Self.tags,
            parameters: [
                .query(
                    "state", .choice(NoticeState.allCases.map(\.rawValue)), required: false, "缺省 failed"),
                .query("limit", .integer(1...500), required: false, "至多多少条,缺省 100"),
            ],
            answers: [
                .init(200, "告知", .object([.required("notices", .array(of: Self.entry, count: 0...500), "由先到后")]))
            ]
        ) { request, _ in
            let session = try await access.authorised(request, any: try await list.watchers())
            let state = request.parameter("state").flatMap(NoticeState.init) ?? .failed
            let entries = try await list.entries(
                state, for: session.organisation, limit: Int(request.parameters["limit"]?.int ?? 100))
            return .json(
                ["notices": .array(entries.map(Self.document))], headers: ["Cache-Control": "no-store"])
        }
    }

    private static func document(_ entry: NoticeList.Entry) -> JSON {
        var members: JSONObject = [
            "number": .string(entry.number.description), "version": .int(Int64(entry.version)),
            "title": .string(entry.title), "state": .string(entry.state.rawValue),
            "attempts": .int(Int64(entry.attempts)), "made_at": .string(entry.madeAt.iso8601),
        ]
        members["means"] = entry.means.map(JSON.string)
        members["error"] = entry.error.map(JSON.string)
        members["next_at"] = entry.nextAt.map { .string($0.iso8601) }
        return .object(members)
    }

    private var again: Route {
        Route(
            .post, "/api/v1/notices/{number}/{version}/again", "再发一次没有送达的告知", tags: Self.tags,
            parameters: [
                .path("number", .string(10...20, .digits), "受理编号"), .path("version", .integer(1...1_000_000), "所说的事件"),
            ], answers: [.init(204, "会再发一次")]
        ) { request, _ in
            let session = try await access.authorised(request, any: try await list.watchers())
            guard let number = request.parameter("number").flatMap(CaseNumber.init),
                let version = request.parameters["version"]?.int,
                try await list.again(number, Int(version), by: session)
            else { throw Self.unknown }
            return .noContent
        }
    }

    static var unknown: Problem { Problem(404, "unknown-notice", "没有这样一条没有送达的告知") }

    /// For the provider, or for what translates its reports into this one's words.
    private func report(_ token: String) -> Route {
        Route(
            .post, "/api/v1/notices/reports", "短信网关的送达回执", tags: Self.tags,
            parameters: [.header("Authorization", .string(1...300), required: true, "Bearer 加约定的令牌")],
            body: .json(
                .object([
                    .required("id", .string(36...36), "发送时给的消息编号"), .required("delivered", .boolean, "是否送达"),
                    .optional("code", .string(1...40, .code), "网关的代码"),
                ])), answers: [.init(204, "已记下")]
        ) { request, body in
            guard Self.isSame(request.header("Authorization") ?? "", "Bearer \(token)") else {
                throw Problem(401, "wrong-token", "令牌不正确", headers: ["WWW-Authenticate": "Bearer realm=\"jiesu\""])
            }
            // A number that long could be somebody's telephone.
            let code = body["code"]?.string.map { $0.replacing(/[0-9]{7,}/, with: "…") }
            guard let id = body["id"]?.string.flatMap(UUID.init(uuidString:)), let delivered = body["delivered"]?.bool,
                try await list.notices.report(id.uuidString.lowercased(), delivered: delivered, code: code)
            else { throw Problem(404, "unknown-message", "没有这样一条消息,或已经记下送达") }
            return .noContent
        }
    }

    /// Takes as long whatever is wrong.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
