import Casework
import CaseStore
import HTTP
import JSON

/// What a complainant says afterwards, with number and query code: rates the answer, takes the complaint back.
struct VoiceRoutes {
    let store: IntakeStore
    let cases: CaseStore

    var all: [Route] { [rating, withdrawal] }

    private static let code = Parameter.header("Jiesu-Query-Code", .string(1...200), required: true, "登记时给出的查询码")
    private static let answer = Schema.object([.required("state", .choice(State.allCases.map(\.rawValue)), "现在的状态")])

    private var rating: Route {
        Route(
            .post, "/api/v1/complaints/{number}/rating", "评价答复:是否解决、满意程度", tags: ["complaints"],
            parameters: [Self.code],
            body: .json(
                .object([
                    .required("resolved", .boolean, "问题是否实际解决"),
                    .required("satisfaction", .choice(Satisfaction.allCases.map(\.rawValue)), "五级满意程度"),
                ])), answers: [.init(200, "已记下", Self.answer)]
        ) { request, body in
            guard let satisfaction = body["satisfaction"]?.string.flatMap(Satisfaction.init),
                let resolved = body["resolved"]?.bool
            else { throw Problem.invalid([.init("/satisfaction", "请选择满意程度")]) }
            let rated = Rated(by: .complainant, resolved: resolved, satisfaction: satisfaction)
            return try await answer(request) { try await rate(rated, $0, $1) }
        }
    }

    private var withdrawal: Route {
        Route(
            .post, "/api/v1/complaints/{number}/withdrawal", "撤回诉求", tags: ["complaints"], parameters: [Self.code],
            answers: [.init(200, "已撤回", Self.answer)]
        ) { request, _ in
            try await answer(request) { try await withdraw($0, $1) }
        }
    }

    /// - Throws: `Problem`, also for a number and a code that do not belong together.
    func rate(_ rated: Rated, _ number: CaseNumber, _ code: QueryCode) async throws -> Progress {
        try await give(.rate(rated), "rating", number, code, refused: "现在还不能评价,或本轮已经评价过")
    }

    /// - Throws: as `rate`.
    func withdraw(_ number: CaseNumber, _ code: QueryCode) async throws -> Progress {
        try await give(.withdraw(Withdrawn()), "withdrawal", number, code, refused: "已经办结,不能再撤回")
    }

    private func answer(
        _ request: Request, _ give: (CaseNumber, QueryCode) async throws -> Progress
    ) async throws -> Response {
        guard let number = request.parameter("number").flatMap(CaseNumber.init),
            let code = request.parameter("Jiesu-Query-Code").flatMap(QueryCode.init)
        else { throw Problem.unknownCase }
        return .json(
            ["state": .string(try await give(number, code).state.rawValue)], headers: ["Cache-Control": "no-store"])
    }

    private static func isOther(_ order: Order, _ happened: [Event]) -> Bool {
        if case .rate(let rated) = order { !happened.contains(.rated(rated)) } else { false }
    }

    /// The same order of one round is one order, however often it is sent.
    private func give(
        _ order: Order, _ name: String, _ number: CaseNumber, _ code: QueryCode, refused: String
    ) async throws -> Progress {
        guard let round = try await store.round(of: number, code: code) else { throw Problem.unknownCase }
        let command = Command(id: "\(name):\(round)", seen: .round(round), by: .complainant, order: order)
        switch try await cases.perform([.init(caseID: number.id, command: command)])[0] {
        case .failure: throw Problem(409, "not-now", refused)
        case .success(.happened(let events)) where Self.isOther(order, events):
            // Sent before with another content; that one counts.
            throw Problem(409, "not-now", refused)
        case .success:
            guard let progress = try await store.progress(of: number, code: code) else { throw Problem.unknownCase }
            return progress
        }
    }
}

extension Problem {
    /// Whatever is wrong with number and code is one and the same.
    static let unknownCase = Problem(404, "unknown-case", "没有查到", detail: "请核对受理编号和查询码")
}
