import Casework
import CaseStore
import HTTP
import JSON
import Policies
import Postgres

/// What a complainant says afterwards, with number and query code: rates the answer, applies for a review, takes the complaint back.
struct VoiceRoutes {
    let store: IntakeStore
    let cases: CaseStore

    var all: [Route] { [rating, review, withdrawal] }

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

    /// What a review is applied for with.
    static let reason = Schema.Field.required("reason", .string(1...Registration.longestText), "申请复核的理由")

    private var review: Route {
        Route(
            .post, "/api/v1/complaints/{number}/review", "对答复不服,申请复核;有的办法才有", tags: ["complaints"],
            parameters: [Self.code], body: .json(.object([Self.reason])), answers: [.init(200, "已申请", Self.answer)]
        ) { request, body in
            let reason = body["reason"]?.string ?? ""
            return try await answer(request) { try await applyForReview(because: reason, $0, $1) }
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

    /// - Throws: as `rate`, and for a reason without a word.
    func applyForReview(because reason: String, _ number: CaseNumber, _ code: QueryCode) async throws -> Progress {
        guard !reason.isBlank else { throw Problem.invalid([.init("/reason", "请写明理由")]) }
        let channel = KnownCodes.publicChannels[0]
        return try await give(
            .applyForReview, "review", number, code, refused: "现在不能申请复核",
            with: """
                INSERT INTO jiesu.submission (case_id, number, complainant, channel, received_at, text)
                SELECT s.case_id, s.number + 1, s.complainant, \(channel), jiesu.clock(), \(reason) FROM jiesu.submission s
                WHERE s.case_id = \(number.id) ORDER BY s.number DESC LIMIT 1
                """)
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
    /// - Parameter more: what belongs into the transaction in which it happens.
    private func give(
        _ order: Order, _ name: String, _ number: CaseNumber, _ code: QueryCode, refused: String,
        with more: Query? = nil
    ) async throws -> Progress {
        guard let round = try await store.round(of: number, code: code) else { throw Problem.unknownCase }
        let command = Command(id: "\(name):\(round)", seen: .round(round), by: .complainant, order: order)
        let results = try await cases.perform([.init(caseID: number.id, command: command)]) { results in
            if case .success(.happens) = results[0] { [more].compactMap(\.self) } else { [] }
        }
        switch results[0] {
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
