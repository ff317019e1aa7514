import Access
import CaseStore
import Casework
import HTTP
import JSON
import Policies
import Postgres
import WorkingTime

/// The API of whoever works on cases: list, look, read what was written, give orders. The same at a desk and at the centre.
package struct CaseRoutes: Sendable {
    private let book: any CaseBook
    private let access: AccessStore

    package init(book: any CaseBook, access: AccessStore) {
        self.book = book
        self.access = access
    }

    package var all: [Route] {
        access.routes + [
            list, CallbackRoutes(book: book, access: access).list, SearchRoutes(book: book, access: access).search,
            show, text, give, ReadRoutes(access: access).list,
        ] + AttachmentRoutes(book: book, access: access).all
    }

    /// Anybody with an account; what each may do is decided order by order.
    package static let anyRole = KnownCodes.roles.map(Role.init(code:))

    static var badAfter: Problem { Problem(400, "bad-after", "after 有误", detail: "请用上一页答复中的 next") }

    private var list: Route {
        Route(
            .get, "/api/v1/cases", "待办件,最先到期的在前", tags: ["cases"],
            parameters: [
                .query("state", .choice(State.allCases.map(\.rawValue)), required: false, "只列这一状态的;缺省为所有未结的"),
                .query("lead", .string(1...40, .code), required: false, "只列由这一单位主办的"),
                .query("after", .string(1...60, .code), required: false, "上一页的 next,接着往下列"),
                .query("limit", .integer(1...500), required: false, "至多多少件,缺省 100"),
            ],
            answers: [
                .init(
                    200, "待办件",
                    .object([
                        .required("cases", .array(of: CaseDocument.summary, count: 0...500), "由急到缓"),
                        .optional("next", .string(1...60, .code), "还有时,下一页的 after"),
                    ]))
            ]
        ) { request, _ in
            let session = try await access.authorised(request, any: Self.anyRole)
            let state = request.parameter("state").flatMap(State.init)
            let after = request.parameter("after").map(CaseList.Key.init)
            if let after, after == nil { throw Self.badAfter }
            let page = try await book.cases(
                CaseList(
                    states: Set([state].compactMap { $0 }), lead: request.parameter("lead"), after: after ?? nil,
                    limit: Int(request.parameters["limit"]?.int ?? 100)), for: session.organisation)
            let rules = try await book.rulebook()
            var answer: JSONObject = ["cases": .array(try page.cases.map { try CaseDocument.summary($0, rules) })]
            answer["next"] = page.next.map { .string($0.text) }
            return .json(.object(answer), headers: ["Cache-Control": "no-store"])
        }
    }

    private var show: Route {
        Route(
            .get, "/api/v1/cases/{number}", "一件的全部经过和时限", tags: ["cases"],
            answers: [.init(200, "经过和时限", CaseDocument.whole)]
        ) { request, _ in
            let session = try await access.authorised(request, any: Self.anyRole)
            let view = try await self.view(request, for: session)
            return .json(
                try CaseDocument.whole(view, try await book.rulebook()), headers: ["Cache-Control": "no-store"])
        }
    }

    private var text: Route {
        Route(
            .get, "/api/v1/cases/{number}/text", "诉求原文和联系方式;每次查阅都留有记录", tags: ["cases"],
            parameters: [.query("purpose", .string(1...40, .word), required: true, "查阅目的的代码,如 handling")],
            answers: [
                .init(
                    200, "原文",
                    .object([
                        .required("contacts", .array(of: .any, count: 0...1000), "每次来件"),
                        .required("notes", .array(of: Self.note, count: 0...100_000), "办理中写下的文字,由早到晚"),
                        .required("attachments", .array(of: Self.attachment, count: 0...1000), "照片和文件,由早到晚"),
                    ]))
            ]
        ) { request, _ in
            let session = try await access.authorised(request, any: Self.anyRole)
            let purpose = request.parameter("purpose") ?? ""
            guard
                let text = try await book.text(of: try Self.id(request), for: session, purpose: purpose, on: access)
            else { throw Self.unknown }
            let notes = text.notes.map { note -> JSON in
                var members: JSONObject = [
                    "note": .int(note.number), "at": .string(note.at.iso8601), "text": .string(note.text),
                ]
                members["organisation"] = note.organisation.map(JSON.string)
                return .object(members)
            }
            return .json(
                [
                    "contacts": .array(text.contacts.map(Self.document)), "notes": .array(notes),
                    "attachments": .array(text.attachments.map(Self.document)),
                ],
                headers: ["Cache-Control": "no-store"])
        }
    }

    private static let note = Schema.object([
        .required("note", .integer(1...Int64.max), "序号,事件里以此指明"),
        .required("at", .string(20...40, .dateTime), "何时"),
        .optional("organisation", .string(1...60), "哪个单位;没有则为中心"),
        .required("text", .string(1...262_144), "文字"),
    ])

    private static let attachment = Schema.object([
        .required("attachment", .integer(1...Int64.max), "编号,事件里以此指明"),
        .required("at", .string(20...40, .dateTime), "何时"),
        .optional("organisation", .string(1...60), "哪个单位;没有则为当事人或中心"),
        .required("of_complainant", .boolean, "当事人的"),
        .required("type", .string(1...60), "类型"),
        .required("bytes", .integer(1...Int64(Int32.max)), "字节数"),
    ])

    private static func document(_ entry: AttachmentEntry) -> JSON {
        var members: JSONObject = [
            "attachment": .int(entry.id), "at": .string(entry.at.iso8601),
            "of_complainant": .bool(entry.isComplainants),
            "type": .string(entry.kind.rawValue), "bytes": .int(Int64(entry.size)),
        ]
        members["organisation"] = entry.organisation.map(JSON.string)
        return .object(members)
    }

    private static func document(_ text: PersonalText) -> JSON {
        var members: JSONObject = [
            "number": .int(Int64(text.number)), "channel": .string(text.channel),
            "received_at": .string(text.receivedAt.iso8601), "text": .string(text.text),
        ]
        let optional = [
            ("title", text.title), ("place", text.place), ("about", text.about), ("name", text.name),
            ("phone", text.phone), ("email", text.email), ("address", text.address),
        ]
        for (name, value) in optional { members[name] = value.map(JSON.string) }
        if !text.particulars.isEmpty {
            var particulars = JSONObject()
            for one in text.particulars { particulars[one.code] = .string(one.value) }
            members["particulars"] = .object(particulars)
        }
        return .object(members)
    }

    /// Bytes of an order's data with a number of a note, as the table `command` takes them.
    private static let longestData = 16_000

    private static let order = Schema.object([
        .required("id", .string(1...100, .code), "发出者自选的唯一编号;同一编号重发只算一次"),
        .required("kind", .choice(Order.Kind.allCases.map(\.rawValue)), "要做什么"),
        .required("round", .integer(1...1000), "所见的办理轮次"),
        .optional("data", .any, "内容,与同名事件的内容相同"),
        .optional("note", .string(1...20_000), "文字说明,不上消息总线"),
        .optional("preview", .boolean, "只问会怎样,不真做"),
    ])

    private var give: Route {
        Route(
            .post, "/api/v1/cases/{number}/commands", "对一件提出要求:签收、退单、联系、延期、答复……", tags: ["cases"],
            body: .json(Self.order),
            answers: [
                .init(
                    200, "结果",
                    .object([
                        .required("outcome", .string(1...60), "done 或不予办理的原因代码"),
                        .optional("detail", .string(0...500), "说明"),
                        .optional("version", .integer(0...1_000_000), "办后的事件数"),
                        .optional("events", .array(of: .string(1...60), count: 0...100), "会发生什么"),
                    ])),
                .init(202, "已记下,保留提出时间,等中心决定", .object([.required("outcome", .choice(["waiting"]), "")])),
            ]
        ) { request, body in
            let session = try await access.authorised(request, any: Self.anyRole)
            let view = try await self.view(request, for: session)
            guard let kind = body["kind"]?.string.flatMap(Order.Kind.init) else { throw Self.unknown }
            // Which note says it in words is not the sender's to say.
            var data = body["data"]?.object ?? JSONObject()
            data["note"] = nil
            guard JSON.object(data).bytes.count <= Self.longestData else {
                throw Problem.invalid([.init("/data", "太长,文字说明请写在 note 里")])
            }
            let order = OrderRequest(
                caseID: view.row.file.id, id: body["id"]?.string ?? "", kind: kind, round: Int(body["round"]?.int ?? 1),
                payload: JSON.object(data).text, note: body["note"]?.string.flatMap { $0.isBlank ? nil : $0 },
                account: session.account,
                organisation: session.organisation, roles: Set(session.roles.map(\.code)), absent: try session.absent)
            if let refusal = try await unknownCode(in: order, view) {
                return answer(.refused(code: refusal.code, detail: refusal.explanation))
            }
            if body["preview"]?.bool == true { return try await preview(order, view) }
            return answer(try await book.give(order))
        }
    }

    /// A person classifies by the codes of the case's own profile.
    private func unknownCode(in order: OrderRequest, _ view: CaseView) async throws -> Refusal? {
        guard order.kind == .classify,
            case .classify(let finding, _)? = try? Order(
                kind: order.kind, payload: order.payload, organisation: order.organisation)
        else { return nil }
        return try await book.rulebook().profile(of: view.row.file).unknownField(of: finding).map(Refusal.incomplete)
    }

    private func answer(_ outcome: OrderOutcome) -> Response {
        switch outcome {
        case .done(let version): .json(["outcome": "done", "version": .int(Int64(version))])
        case .refused(let code, let detail): .json(["outcome": .string(code), "detail": .string(detail)])
        case .waiting: .json(["outcome": "waiting"], status: 202)
        }
    }

    /// What would come of it, as far as can be seen from here.
    private func preview(_ order: OrderRequest, _ view: CaseView) async throws -> Response {
        let rules = try await book.rulebook()
        let (file, policies) = (view.row.file, try rules.policies(of: view.row.file))
        let now = max(try await book.now(), view.row.changedAt)
        do throws(Refusal) {
            let command = Command(
                id: "preview", seen: .round(order.round),
                by: .account(order.account, organisation: order.organisation, roles: order.roles),
                order: try Order(kind: order.kind, payload: order.payload, organisation: order.organisation),
                absent: order.absent)
            let decision = try decide(command, on: file, under: policies, facts: rules.facts, now: now)
            guard case .happens(let events) = decision else { return answer(.done(version: file.version)) }
            return .json(["outcome": "done", "events": .array(events.map { .string($0.kind.rawValue) })])
        } catch {
            return answer(.refused(code: error.code, detail: error.explanation))
        }
    }

    private func view(_ request: Request, for session: Session) async throws -> CaseView {
        guard let view = try await book.view(try Self.id(request), for: session.organisation) else {
            throw Self.unknown
        }
        return view
    }

    private static func id(_ request: Request) throws(Problem) -> Int64 {
        guard let number = request.parameter("number").flatMap(CaseNumber.init) else { throw unknown }
        return number.id
    }

    /// The same answer for what is not there and what may not be seen.
    private static var unknown: Problem { Problem(404, "unknown-case", "没有查到", detail: "请核对受理编号") }
}
