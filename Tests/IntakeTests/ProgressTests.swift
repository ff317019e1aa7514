import CaseStore
import Casework
import HTTP
import JSON
import Testing
import WorkingTime

@testable import Intake

/// What a complainant reads with number and code.
@Suite struct ProgressTests {
    private static let secrets: JSON = [
        "text": "望汀区的秘密正文", "title": "秘密标题", "about": "秘密单位",
        "contact": ["name": "秘密姓名", "phone": "10000000001", "email": "secret@example.invalid", "address": "秘密住址"],
        "place": ["address": "秘密地点", "region": "望汀区"],
    ]

    /// Registers one on a line and lets the orders happen to it; returns what the complainant reads then.
    private func document(line: String = "12345", _ orders: [Order]) async throws -> JSON {
        let intake = try await IntakeFixture.shared()
        var body = Self.secrets.object ?? JSONObject()
        body["line"] = .string(line)
        let receipt = try #require(try await intake.post(.object(body), key: IntakeFixture.key()).json)
        let (number, code) = (receipt["number"]?.string ?? "", receipt["code"]?.string ?? "")
        let id = try #require(CaseNumber(number)?.id)
        for (index, order) in orders.enumerated() {
            let command = Command(id: "test:\(index)", seen: .round(1), by: .service("test"), order: order)
            let results = try await CaseStore(pool: intake.pool).perform([.init(caseID: id, command: command)])
            _ = try results[0].get()
        }
        let answer = try await intake.progress(number, code: code)
        #expect(answer.status == 200)
        #expect(answer.headers["Cache-Control"] == "no-store")
        #expect(ProgressDocument.schema.check(answer.json ?? .null).isEmpty)
        for secret in ["秘密", "10000000001", "secret@", "秘密正文"] { #expect(!answer.text.contains(secret)) }
        #expect(answer.json?["number"]?.string == number)
        return answer.json ?? .null
    }

    private let finding = Finding(nature: "complaint", subject: "justice", urgency: "ordinary")

    private func events(_ document: JSON) -> [String] {
        (document["steps"]?.array ?? []).map { $0["event"]?.string ?? "?" }
    }

    @Test func `registered`() async throws {
        let document = try await document([])
        #expect(document["state"] == "registered")
        #expect(document["state_title"] == "已登记")
        #expect(events(document) == ["registered"])
        #expect(document["registered_at"] == document["steps"]?[0]?["at"])
        #expect(document["registered_at"]?.string?.hasSuffix("+08:00") == true)
        #expect(document["handled_by"] == nil && document["go_to"] == nil && document["notice"] == nil)
    }

    @Test func `classified`() async throws {
        let document = try await document([.classify(finding)])
        #expect(document["state"] == "classified")
        #expect(events(document) == ["registered", "classified"])
        #expect(document["handled_by"] == nil && document["go_to"] == nil && document["notice"] == nil)
    }

    @Test func `before a person`() async throws {
        let document = try await document([.requestJudgement(.init(reason: "close_subjects", finding: finding))])
        #expect(document["state"] == "awaiting_judgement")
        #expect(document["state_title"] == "待人工研判")
        #expect(document["notice"] == nil)
    }

    @Test func `dispatched, with the offices in order`() async throws {
        let document = try await document([
            .classify(finding), .dispatch(.init(lead: "city-urban", helpers: ["city-transport"])),
        ])
        #expect(document["state"] == "dispatched")
        #expect(
            document["handled_by"]?.array?.map { $0["title"]?.string } == ["栖澜市城乡建设和城市管理局", "栖澜市交通运输局"])
        #expect(document["handled_by"]?[0]?["contact"]?.string?.contains("0000-01000002") == true)
    }

    @Test func `redirected, with the notice and where to go`() async throws {
        let document = try await document([
            .classify(finding), .redirect(.init(to: "city-court", reason: "not_in_remit", rule: "outside_court")),
        ])
        #expect(document["state"] == "redirected")
        #expect(document["notice"]?.string?.contains("人民法院") == true)
        #expect(document["go_to"]?["title"]?.string?.contains("法院") == true)
        #expect(document["go_to"]?["contact"]?.string?.isEmpty == false)
        #expect(document["handled_by"] == nil)
    }

    @Test func `refused, with the notice and where to go`() async throws {
        let document = try await document(
            line: "12312",
            [
                .classify(Finding(nature: "complaint", subject: "not_commerce", urgency: "ordinary")),
                .refuse(.init(ground: "reasoned", reason: "not_in_remit", to: "city-urban", rule: "not_commerce")),
            ])
        #expect(document["state"] == "refused")
        #expect(document["state_title"] == "不予受理")
        #expect(document["notice"]?.string?.contains("12312") == true)
        #expect(document["go_to"]?["title"] != nil)
    }

    @Test func `linked to an earlier case, whose number is not shown`() async throws {
        let intake = try await IntakeFixture.shared()
        let first = try await intake.post(key: IntakeFixture.key()).json
        let earlier = try #require(first?["number"]?.string)
        let code = try #require(first?["code"])
        let answer = try await intake.post(
            ["text": "上次的事还没有解决", "earlier": .string(earlier), "earlier_code": code], key: IntakeFixture.key())
        let document = try await intake.progress(
            answer.json?["number"]?.string ?? "", code: answer.json?["code"]?.string ?? "")
        #expect(events(document.json ?? .null) == ["registered", "linked"])
        #expect(!document.text.contains(earlier))
    }

    @Test func `what is wrong with number or code cannot be told apart`() async throws {
        let intake = try await IntakeFixture.shared()
        let mine = try await intake.post(key: IntakeFixture.key()).json
        let other = try await intake.post(key: IntakeFixture.key()).json
        let (number, code) = (mine?["number"]?.string ?? "", mine?["code"]?.string ?? "")
        let swapped = String(code.dropLast()) + (code.hasSuffix("0") ? "8" : "0")
        let answers = [
            try await intake.progress(number, code: other?["code"]?.string ?? ""),
            try await intake.progress(number, code: swapped),
            try await intake.progress(number, code: "0000-0000-0000-0000"),
            try await intake.progress(number, code: "x"),
            try await intake.progress(number, code: "'; --"),
            try await intake.progress(CaseNumber(id: 999_999_999).description, code: code),
            try await intake.progress("0000000000", code: code),
            try await intake.progress("9999999999", code: code),
            try await intake.progress("99999999999999999999999999999999999999", code: code),
            try await intake.progress("abcdefghijklmn", code: code),
        ]
        for answer in answers {
            #expect(answer.status == 404)
            #expect(answer.body == answers[0].body)
        }
    }

    /// 80 bits are enough of a lock (README); what matters is that a guess teaches nothing and keeps nobody waiting.
    @Test(.timeLimit(.minutes(2)))
    func `codes guessed in bulk, each but a symbol away, teach nothing and lock nobody out`() async throws {
        let intake = try await IntakeFixture.shared()
        let receipt = try #require(try await intake.post(key: IntakeFixture.key()).json)
        let (number, code) = (receipt["number"]?.string ?? "", receipt["code"]?.string ?? "")
        let symbols = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let near = code.indices.filter { code[$0] != "-" }.flatMap { place in
            symbols.filter { $0 != code[place] }.map { symbol in
                "\(code[..<place])\(symbol)\(code[code.index(after: place)...])"
            }
        }
        #expect(near.count == 16 * 31)
        let told = try await withThrowingTaskGroup(of: Set<[UInt8]>.self) { group in
            for first in 0..<8 {
                group.addTask {
                    let client = Client(port: intake.port)
                    var told: Set<[UInt8]> = []
                    for index in stride(from: first, to: near.count, by: 8) {
                        let answer = try await client.send(
                            "GET", "\(IntakeFixture.path)/\(number)", headers: ["Jiesu-Query-Code": near[index]])
                        #expect(answer.status == 404)
                        told.insert(answer.body)
                    }
                    return told
                }
            }
            #expect(try await intake.progress(number, code: code).status == 200, "while others guess")
            return try await group.reduce(into: Set()) { $0.formUnion($1) }
        }
        #expect(told.count == 1)
        #expect(try await intake.progress(number, code: code).status == 200)
    }

    @Test(arguments: ["1", "x", "%E5%8F%B7", "-1", String(repeating: "1", count: 200)])
    func `any other number is a 404 as well`(number: String) async throws {
        let intake = try await IntakeFixture.shared()
        #expect(try await intake.progress(number, code: "0000-0000-0000-0000").status == 404)
    }

    @Test func `what went to the centre is nobody's to rate until it was told`() throws {
        func progress(_ events: [Event]) throws -> Progress {
            let number = CaseNumber(id: 1)
            return Progress(
                number: number, state: .replied, policy: Policy.Version(profile: "p002-05", version: 1),
                steps: events.map { .init(event: $0, at: Moment(microseconds: 0)) }, limit: nil, answer: nil)
        }
        let registered = Event.registered(Registered(channel: "letter", identity: .named, policies: []))
        func replied(_ to: Reply.Receiver) -> Event {
            .replied(Replied(organisation: "city-urban", to: to, form: "written", outcome: "explained"))
        }
        func told(_ reached: Bool) -> Event {
            .informed(Informed(organisation: "centre", what: .result, means: "phone", reached: reached))
        }
        #expect(try progress([registered, replied(.complainant)]).isRatable)
        #expect(try !progress([registered, replied(.centre)]).isRatable)
        #expect(try !progress([registered, told(true), replied(.centre), told(false)]).isRatable)
        #expect(try progress([registered, replied(.centre), told(true)]).isRatable)
    }

    @Test func `number and code may be typed as people type them`() async throws {
        let intake = try await IntakeFixture.shared()
        let receipt = try await intake.post(key: IntakeFixture.key()).json
        let (number, code) = (receipt?["number"]?.string ?? "", receipt?["code"]?.string ?? "")
        let spaced = "\(number.prefix(4))%20\(number.dropFirst(4).prefix(3))-\(number.dropFirst(7))"
        #expect(try await intake.progress(spaced, code: code.lowercased().replacing("-", with: " ")).status == 200)
    }

    @Test func `without a code it is a 422, whether the number exists or not`() async throws {
        let intake = try await IntakeFixture.shared()
        let number = try await intake.post(key: IntakeFixture.key()).json?["number"]?.string ?? ""
        let client = Client(port: intake.port)
        let known = try await client.send("GET", "\(IntakeFixture.path)/\(number)")
        let unknown = try await client.send("GET", "\(IntakeFixture.path)/\(CaseNumber(id: 999_999_999))")
        #expect(known.status == 422)
        #expect(known.body == unknown.body)
    }
}
