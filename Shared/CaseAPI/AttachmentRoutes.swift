import Access
import Attachments
import Casework
import HTTP
import JSON

/// The API for photos and papers of cases: attach, and read on record. The same at a desk and at the centre.
struct AttachmentRoutes {
    let book: any CaseBook
    let access: AccessStore

    var all: [Route] { [attach, one] }

    private static let path = "/api/v1/cases/{number}/attachments"
    private static let field = "file"
    private static let unknown = Problem(404, "unknown-attachment", "没有查到")

    private static func id(_ request: Request) throws(Problem) -> Int64 {
        guard let number = request.parameter("number").flatMap(CaseNumber.init) else { throw unknown }
        return number.id
    }

    private var attach: Route {
        Route(
            .post, Self.path, "给一件加一张照片或一份文件;答复等再以编号指明它", tags: ["cases"],
            body: .form(.object([]), files: [Self.field]),
            answers: [.init(201, "已保存", .object([.required("attachment", .integer(1...Int64.max), "编号")]))]
        ) { request, _ in
            let session = try await access.authorised(request, any: CaseRoutes.anyRole)
            guard request.files.count == 1 else {
                throw Problem.invalid([.init("/" + Self.field, "每次一个文件")])
            }
            do {
                guard
                    let id = try await book.attach(request.files[0], to: try Self.id(request), for: session, on: access)
                else { throw Self.unknown }
                return .json(["attachment": .int(id)], status: 201, headers: ["Cache-Control": "no-store"])
            } catch let unfit as Unfit {
                throw Problem.invalid([.init("/" + Self.field, unfit.message)])
            }
        }
    }

    private var one: Route {
        Route(
            .get, Self.path + "/{attachment}", "一张照片或一份文件;每次查阅都留有记录", tags: ["cases"],
            parameters: [
                .path("attachment", .integer(1...Int64.max), "编号"),
                .query("purpose", .string(1...40, .word), required: true, "查阅目的的代码,如 handling"),
            ],
            answers: AttachedFile.Kind.allCases.map { .init(200, "文件", type: $0.rawValue) }
        ) { request, _ in
            let session = try await access.authorised(request, any: CaseRoutes.anyRole)
            guard
                let file = try await book.attachment(
                    request.parameters["attachment"]?.int ?? 0, of: try Self.id(request), for: session,
                    purpose: request.parameter("purpose") ?? "", on: access)
            else { throw Self.unknown }
            return file.response
        }
    }
}
