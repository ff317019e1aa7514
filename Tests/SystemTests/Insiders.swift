import Casework
import HTTP
import JSON
import Support
import Testing

/// A suite with one desk, a case there, and somebody at the centre and at the desk who may do all that their roles allow.
struct Insiders {
    /// A log-in: its token, and the word that its forms bring along.
    struct LogIn {
        let token: String
        let formToken: String
    }

    static let organisation = "wangting-urban"
    static let desk = "desk-\(organisation)"
    /// Services with pages, and where those start.
    static let sites = [
        ("intake", "/operator"), ("routing", "/dispatch"), ("callback", "/callback"), ("reporting", "/reports"),
        (desk, "/desk"), ("routing", "/admin"),
    ]

    let suite: SuiteUnderTest
    let number: String
    let code: String
    private let centre: LogIn
    private let officer: LogIn

    /// - Parameter title: the name that others see of whoever is at the centre.
    init(_ suite: SuiteUnderTest, text: Complaint = .lamp("insiders"), title: String = "中心") async throws {
        self.suite = suite
        let citizens = Citizens(port: try suite.port)
        try await citizens.send([text])
        try await suite.waitUntilSettled()
        let receipt = try #require(citizens.receipts.values.first)
        (number, code) = (CaseNumber(id: receipt.caseID).description, receipt.code)
        let roles = ["operator", "dispatcher", "supervisor", "callback_agent", "auditor", "admin"]
        centre = try await Self.logIn(
            "insider", at: "routing", suite,
            suite.jiesu(["account", "add", "insider", "--title", title] + roles.flatMap { ["--role", $0] }))
        officer = try await Self.logIn(
            Self.organisation, at: Self.desk, suite, suite.jiesu(["organisation", "add", Self.organisation]))
    }

    func logIn(at part: String) -> LogIn { part == Self.desk ? officer : centre }

    func address(of part: String) async throws -> String { "http://127.0.0.1:\(try await suite.port(of: part))" }

    /// With the password that `made` shows.
    private static func logIn(
        _ name: String, at part: String, _ suite: SuiteUnderTest, _ made: BuiltProgram.Output
    ) async throws -> LogIn {
        let password = try #require(made.out.firstMatch(of: /password ([2-9a-z-]{24})/), "\(made)").1
        let answer = try await Client(port: try await suite.port(of: part)).send(
            "POST", "/api/v1/log-in", json: ["name": .string(name), "password": .string(String(password))])
        let token = try #require(answer.json?["token"]?.string, "\(answer.text)")
        // A first password opens nothing else.
        let changed = try await Client(port: try await suite.port(of: part)).send(
            "PUT", "/api/v1/password",
            headers: ["Content-Type": "application/json", "Authorization": "Bearer \(token)"],
            body: (["old": .string(String(password)), "new": "w7-kh2-lantern-brook"] as JSON).bytes)
        try #require(changed.status == 204, "\(changed.text)")
        let formToken: String = try await suite.rows("SELECT form_token FROM jiesu.session(\(token))").only().get(0)
        return LogIn(token: token, formToken: formToken)
    }
}
