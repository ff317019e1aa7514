import Casework
import CaseStore
import HTTP
import JSON

/// The complaints API: register, and look up with number and code.
struct ComplaintRoutes {
    let registrar: Registrar
    let store: IntakeStore
    let cases: CaseStore
    /// The line that a complaint is for if it names none.
    let line: String

    var all: [Route] { [register, progress] }

    private var register: Route {
        Route(
            .post, "/api/v1/complaints", "登记一件诉求,登记落盘后才答复", tags: ["complaints"],
            parameters: [
                .header(
                    ComplaintForm.keyHeader, .string(1...200), required: true,
                    "调用方自选的唯一键;同一键重发得到同一答复,不会重复登记")
            ],
            body: .json(ComplaintForm.schema),
            answers: [.init(201, "已登记", Self.receipt)]
        ) { request, body in
            let key = request.parameter(ComplaintForm.keyHeader) ?? ""
            let receipt = try await receipt(
                for: try ComplaintForm.registration(body, key: key, request: request.body, line: line))
            return Self.response(receipt)
        }
    }

    static let receipt = Schema.object([
        .required("number", .string(10...20, .digits), "受理编号,末位为校验码"),
        .required("code", .string(19...19), "查询码,与编号一起用于查询"),
    ])

    static func response(_ receipt: Registration.Receipt) -> Response {
        .json(
            ["number": .string(receipt.number.description), "code": .string(receipt.code.description)], status: 201,
            headers: ["Location": "/api/v1/complaints/\(receipt.number)", "Cache-Control": "no-store"])
    }

    /// Registers; returns after the commit.
    /// - Throws: `Problem` for whoever sent it.
    func receipt(for registration: Registration) async throws -> Registration.Receipt {
        do {
            return try Self.receipt(of: try await registrar.register(registration))
        } catch Registrar.Failure.unacceptable {
            throw Problem(422, "unacceptable", "内容无法保存,请修改后重试")
        } catch is Registrar.Failure {
            throw Problem(503, "busy", "服务繁忙", detail: "请用同一键稍后重发", headers: ["Retry-After": "2"])
        }
    }

    private static func receipt(of outcome: Registration.Outcome) throws(Problem) -> Registration.Receipt {
        switch outcome {
        case .registered(let receipt), .repeated(let receipt): return receipt
        case .keyReused:
            throw Problem(
                422, "idempotency-key-reused", "这个键已用于另一件诉求", detail: "重发须与首次逐字相同;新的诉求请换一个键")
        case .unknownLine:
            throw Problem.invalid([.init("/line", "本市没有这条热线")])
        case .refused(let refusal):
            throw Problem.invalid([field(refusal)])
        }
    }

    /// Which field a refused registration has to put right.
    private static func field(_ refusal: Refusal) -> Problem.Field {
        switch refusal {
        case .inFuture: .init("/happened_at", "事发时间不能晚于现在")
        case .unknownRegion: .init("/place/region", "没有这个行政区域")
        case .unknownEarlierCase:
            // One answer for both: who guesses numbers learns nothing.
            .init("/earlier", "没有这个受理编号,或查询码、电话、邮箱与它都对不上;请核对,也可不填此项")
        // None of these is the sender's to put right, and no registration is refused for them.
        case .unknownCase, .alreadyRegistered, .stale, .notNow, .incomplete, .unknownOrganisation, .conflictOfInterest,
            .againstPolicy, .notAllowed, .expired, .overCap, .nothingRunning, .ownRequest,
            .idTaken:
            .init("", "暂时无法登记(\(refusal.code))")
        }
    }

    private var progress: Route {
        Route(
            .get, "/api/v1/complaints/{number}", "查询办理进度", tags: ["complaints"],
            parameters: [
                // Whatever is wrong with the two is one and the same 404.
                .path("number", .string(1...200), "受理编号"),
                .header("Jiesu-Query-Code", .string(1...200), required: true, "登记时给出的查询码"),
            ],
            answers: [.init(200, "办理进度", ProgressDocument.schema)]
        ) { request, _ in
            guard let number = request.parameter("number").flatMap(CaseNumber.init),
                let code = request.parameter("Jiesu-Query-Code").flatMap(QueryCode.init),
                let progress = try await store.progress(of: number, code: code)
            else { throw Problem.unknownCase }
            let document = ProgressDocument(progress, rules: try await cases.rulebook())
            return .json(document.json, headers: ["Cache-Control": "no-store"])
        }
    }
}
