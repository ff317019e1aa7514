import Access
import CaseStore
import Casework
import HTTP
import JSON
import Policies

/// The API of operators' programs, such as a telephone system's own screen: registers for somebody what came by any channel, with what
/// that has of its own, and with an answer at once where the scheme of the line has that. The same as the operators' pages.
struct OperatorRoutes {
    let complaints: ComplaintRoutes
    let access: AccessStore

    var all: [Route] { [register] }

    private static let schema: Schema = {
        guard case .object(let fields) = ComplaintForm.schema(channels: KnownCodes.channels) else { return .any }
        return .object(
            fields + [
                .optional("source", .choice(KnownCodes.sources), "由谁转来;本人反映的不填"),
                .optional(
                    "particulars",
                    .object(KnownCodes.particulars.map { .optional($0.code, $0.schema, $0.title) }), "渠道和来源的项目"),
                .optional(
                    "answer",
                    .object([
                        .optional("nature", .string(1...60, .code), "性质;只有一种时可不填"),
                        .required("subject", .string(1...60, .code), "分类"),
                        .required("text", .string(1...Registration.longestText), "答复全文"),
                    ]), "当场答复;登记后即办结"),
            ])
    }()

    private var register: Route {
        Route(
            .post, "/api/v1/registrations", "由接线员的程序登记一件诉求,可以当场答复", tags: ["complaints"],
            parameters: [
                .header(
                    ComplaintForm.keyHeader, .string(1...200), required: true, "调用方自选的唯一键;同一人同一键重发得到同一答复"),
                .header("Authorization", .string(1...300), "接线员的 Bearer 令牌"),
            ],
            body: .json(Self.schema), answers: [.init(201, "已登记", ComplaintRoutes.receipt)]
        ) { request, body in
            let session = try await access.authorised(request, any: [Role(code: "operator")])
            let key = request.parameter(ComplaintForm.keyHeader) ?? ""
            var registration = try ComplaintForm.registration(
                body, key: key, request: request.body, line: complaints.line,
                actor: .account(
                    session.account, organisation: session.organisation, roles: Set(session.roles.map(\.code))),
                source: body["source"]?.string)
            // A name space of its own: nobody else can take an operator's keys.
            registration.key = "operator:\(session.account):\(key)"
            var faults: [Problem.Field] = []
            registration.particulars = Self.particulars(body, of: registration, &faults)
            registration.answer = try await answer(body, of: registration, &faults)
            guard faults.isEmpty else { throw Problem.invalid(faults) }
            return ComplaintRoutes.response(try await complaints.receipt(for: registration))
        }
    }

    private static func particulars(
        _ body: JSON, of registration: Registration, _ faults: inout [Problem.Field]
    ) -> JSON? {
        var answers: [String: String] = [:]
        for (code, answer) in body["particulars"]?.object ?? JSONObject() { answers[code] = answer.string }
        let asked = KnownCodes.particulars.filter {
            $0.isAsked(channel: registration.channel, source: registration.source)
        }
        for code in answers.keys.sorted() where !asked.contains(where: { $0.code == code }) {
            faults.append(.init("/particulars/\(code)", "不是这一渠道和来源的项目"))
        }
        let isAnonymous = registration.identity == .anonymous
        let found = Particular.read(asked.filter { !($0.isPersonal && isAnonymous) }, answers, &faults)
        return found.isEmpty ? nil : .object(found)
    }

    private func answer(
        _ body: JSON, of registration: Registration, _ faults: inout [Problem.Field]
    ) async throws -> Registration.Answer? {
        guard let answer = body["answer"] else { return nil }
        let rules = try await complaints.cases.rulebook()
        guard let simple = rules.profile(line: registration.line).flatMap(AtOnce.init) else {
            faults.append(.init("/answer", "这条热线不当场答复"))
            return nil
        }
        return simple.answer(
            nature: answer["nature"]?.string, subject: answer["subject"]?.string, text: answer["text"]?.string ?? "",
            &faults)
    }
}
