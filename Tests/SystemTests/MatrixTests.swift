import Casework
import Foundation
import HTTP
import JSON
import Support
import Testing

extension SystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `each route answers each role as the matrix says, and nobody else learns anything`() async throws {
        let (desk, stranger) = ("wangting-urban", "tongdu-urban")
        let matrix = try Matrix()
        try await Self.suite(logLevel: "debug", desks: [desk]) { suite in
            let wire = WireLog(suite)
            let reading = Task { try await wire.follow() }
            defer { reading.cancel() }
            let cases = try await PlantedCases(in: suite, desk: desk)
            var askers = Asker.all(desk: desk, stranger: stranger)
            try await suite.addAccounts(of: askers)
            let logIn: MatrixRun.LogIn = { asker in
                let home = matrix.services.first {
                    $0.name == (asker.organisation == desk ? "desk-\(desk)" : "routing")
                }
                let service = try #require(home)
                return try await BrowserLogIn(asker.name, at: service, Client(port: suite.port(of: service.name)))
            }
            for index in askers.indices where !askers[index].roles.isEmpty {
                askers[index].logIn = try await logIn(askers[index])
            }
            #expect(
                Set(matrix.services.map(\.name)).symmetricDifference(try suite.parts.filter { $0 != "broker" }) == [])
            let faults = try await withThrowingTaskGroup(of: [String].self) { group in
                for service in matrix.services {
                    let port = try await suite.port(of: service.name)
                    group.addTask { [askers] in
                        try await MatrixRun.faults(service, port: port, cases, askers, logIn: logIn)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for fault in faults { Issue.record("\(fault)") }
            let before = try await suite.number("SELECT version FROM jiesu.case_file WHERE id = \(cases.seen.id)")
            let orders = try await withThrowingTaskGroup(of: [String].self) { group in
                for service in matrix.services where service.name == "routing" || service.name == "desk-\(desk)" {
                    let run = MatrixOrders(
                        service: service, port: try await suite.port(of: service.name), cases: cases, askers: askers)
                    group.addTask { try await run.faults() }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            for fault in orders { Issue.record("\(fault)") }
            let after = try await suite.number("SELECT version FROM jiesu.case_file WHERE id = \(cases.seen.id)")
            #expect(after == before, "what was refused changes nothing")
            try await eventually("the outbox is empty") {
                try await suite.number("SELECT count(*) FROM jiesu.outbox") == 0
            }
            let last = try await suite.number("SELECT count(*) FROM jiesu.case_file")
            try await eventually("topics show the cases") { Set(wire.entries.map(\.caseID)).count == last }
            #expect(try await suite.places(showing: PlantedCases.words, wire: wire) == [])
        }
    }
}

/// Three cases of one person, whose name and words are known nowhere else.
struct PlantedCases: Sendable {
    static let person = "欧阳慕容"
    static let phone = "13999887766"
    static let lamp = "柳坝路沿线路灯坏了十几盏，请城管部门尽快更换路灯。"
    static let words = [person, phone, "peony@example.invalid", "牡丹暗号"]

    let desk: String
    /// The desk's.
    let seen: CaseNumber
    /// A complaint about the desk's organisation.
    let hidden: CaseNumber
    /// Of the citizen who asks.
    let citizens: CaseNumber
    let code: String
    /// A code that belongs to another case.
    let otherCode: String
    /// Numbers of photos that came with them.
    let photo: String
    let citizensPhoto: String
    /// Nobody's.
    let unknown = CaseNumber(id: 99_999_999)

    init(in suite: SuiteUnderTest, desk: String) async throws {
        self.desk = desk
        let citizens = Citizens(port: try suite.port)
        try await citizens.send([
            Self.complaint("seen", Self.lamp), Self.complaint("citizen", Self.lamp),
            Self.complaint("hidden", Self.lamp + "望汀区城管局一直不处理。", about: "望汀区城管局"),
        ])
        func receipt(_ key: String) throws -> Citizens.Receipt { try #require(citizens.receipts[key]) }
        seen = CaseNumber(id: try receipt("seen").caseID)
        hidden = CaseNumber(id: try receipt("hidden").caseID)
        self.citizens = CaseNumber(id: try receipt("citizen").caseID)
        (code, otherCode) = (try receipt("citizen").code, try receipt("seen").code)
        let client = Client(port: try suite.port)
        func attach(to number: CaseNumber, _ code: String) async throws -> String {
            let answer = try await client.send(
                "POST", "/api/v1/complaints/\(number)/attachments",
                headers: ["Jiesu-Query-Code": code, "Content-Type": MultipartBody.type],
                body: MultipartBody(files: [("file", "a.png", Photos.png)]).bytes)
            return "\(try #require(answer.json?["attachment"]?.int))"
        }
        photo = try await attach(to: seen, otherCode)
        citizensPhoto = try await attach(to: self.citizens, code)
        let (seen, hidden) = (seen.id, hidden.id)
        try await eventually("the cases are where they belong, and counted") {
            try await suite.number(
                """
                SELECT count(*) FROM jiesu.case_file WHERE reported = version AND
                    CASE id WHEN \(seen) THEN lead = \(desk) WHEN \(hidden) THEN \(desk) = ANY (accused) AND state <> 'registered' END
                """) == 2
        }
    }

    static func complaint(_ key: String, _ text: String, about: String? = nil) -> Complaint {
        var body: JSONObject = [
            "title": "牡丹暗号", "text": .string("\(text)我叫欧阳慕容，电话13999887766，牡丹暗号。"), "identity": "named",
            "contact": [
                "name": .string(person), "phone": .string(phone), "email": "peony@example.invalid",
                "address": "牡丹暗号胡同",
            ], "place": ["address": "牡丹暗号胡同", "region": "望汀区"],
        ]
        body["about"] = about.map { .string("\($0)牡丹暗号") }
        return Complaint(key: key, body: .object(body))
    }
}
