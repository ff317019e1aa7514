import Access
import Attachments
import Casework
import HTTP
import JSON

/// Photos of complainants over HTTP: the API, and the addresses of the pictures in their pages.
struct PhotoRoutes {
    let photos: PhotoStore
    let access: AccessStore

    var all: [Route] { [attach, list, one, draft, linked] }

    private static let path = "/api/v1/complaints/{number}/attachments"
    private static let codeHeader = "Jiesu-Query-Code"
    /// In which a form brings a file.
    private static let field = "file"

    private static func key(_ request: Request) throws(Problem) -> (CaseNumber, QueryCode) {
        guard let number = request.parameter("number").flatMap(CaseNumber.init),
            let code = request.parameter(codeHeader).flatMap(QueryCode.init)
        else { throw Problem.unknownCase }
        return (number, code)
    }

    private var attach: Route {
        Route(
            .post, Self.path, "给一件诉求加一张照片;凭查询码,或由登记它的接线员", tags: ["complaints"],
            parameters: [
                .header(Self.codeHeader, .string(1...200), "登记时给出的查询码;没有则须登录"),
                .header("Authorization", .string(1...300), "接线员的 Bearer 令牌"),
            ],
            body: .form(.object([]), files: [Self.field]),
            answers: [.init(201, "已保存", .object([.required("attachment", .integer(1...Int64.max), "编号")]))]
        ) { request, _ in
            guard request.files.count == 1 else {
                throw Problem.invalid([.init("/" + Self.field, "每次一个文件")])
            }
            do {
                guard let id = try await attach(request.files[0], request) else {
                    throw Problem(409, "not-now", "不能再加照片", detail: "没有这件诉求,或已经办结")
                }
                return .json(["attachment": .int(id)], status: 201, headers: ["Cache-Control": "no-store"])
            } catch let unfit as Unfit {
                throw Problem.invalid([.init("/" + Self.field, unfit.message)])
            }
        }
    }

    private func attach(_ file: FormFile, _ request: Request) async throws -> Int64? {
        if request.parameter(Self.codeHeader) != nil {
            let (number, code) = try Self.key(request)
            return try await photos.attach(file, to: number, code)
        }
        let session = try await access.authorised(request, any: [Role(code: "operator")])
        guard let number = request.parameter("number").flatMap(CaseNumber.init) else { throw Problem.unknownCase }
        return try await photos.attach(file, to: number, asOperator: session.account)
    }

    private static let entry = Schema.object([
        .required("attachment", .integer(1...Int64.max), "编号"),
        .required("type", .choice(AttachedFile.Kind.allCases.map(\.rawValue)), "类型"),
        .required("with_answer", .boolean, "随答复附来的"),
    ])

    private static let code = Parameter.header(codeHeader, .string(1...200), required: true, "登记时给出的查询码")

    private var list: Route {
        Route(
            .get, Self.path, "凭查询码看有哪些照片", tags: ["complaints"], parameters: [Self.code],
            answers: [
                .init(200, "照片", .object([.required("attachments", .array(of: Self.entry, count: 0...1000), "由早到晚")]))
            ]
        ) { request, _ in
            let (number, code) = try Self.key(request)
            let all = try await photos.photos(of: number, code)
            return .json(
                [
                    "attachments": .array(
                        all.map {
                            [
                                "attachment": .int($0.id), "type": .string($0.kind.rawValue),
                                "with_answer": .bool(!$0.isComplainants),
                            ]
                        })
                ], headers: ["Cache-Control": "no-store"])
        }
    }

    private static let answers = AttachedFile.Kind.allCases.map { Route.Answer(200, "文件", type: $0.rawValue) }
    private static let unknown = Problem(404, "unknown-attachment", "没有查到")

    private var one: Route {
        Route(
            .get, Self.path + "/{attachment}", "凭查询码取一张照片", tags: ["complaints"],
            parameters: [Self.code, .path("attachment", .integer(1...Int64.max), "编号")], answers: Self.answers
        ) { request, _ in
            let (number, code) = try Self.key(request)
            guard let file = try await photos.file(request.parameters["attachment"]?.int ?? 0, of: number, code) else {
                throw Self.unknown
            }
            return file.response
        }
    }

    private var draft: Route {
        Route(
            .get, "/complaint/photos/{form}/{photo}", "表单里已选的一张照片", tags: ["pages"],
            parameters: [.path("photo", .integer(1...Int64.max), "编号")], answers: Self.answers
        ) { request, _ in
            guard let form = request.parameter("form"),
                let file = try await photos.photo(request.parameters["photo"]?.int ?? 0, of: form)
            else { throw Self.unknown }
            return file.response
        }
    }

    private var linked: Route {
        Route(
            .get, "/photos/{link}", "网页里的一张照片,地址只在几分钟内有效", tags: ["pages"], answers: Self.answers
        ) { request, _ in
            guard let file = try await photos.file(link: request.parameter("link") ?? "") else { throw Self.unknown }
            return file.response
        }
    }
}
