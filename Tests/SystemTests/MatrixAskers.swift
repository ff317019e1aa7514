import Casework
import Foundation
import HTTP
import JSON
import Policies
import Support

/// Everybody who asks in the matrix: each role at the centre and at the desk, somebody of another organisation who has all roles at
/// once, somebody without a log-in, and a citizen with the number and the code of a case.
struct Asker: Sendable {
    let name: String
    /// `nil`: the centre's, or nobody's.
    let organisation: String?
    /// Empty: has no account.
    let roles: Set<String>
    var isCitizen = false
    var logIn: BrowserLogIn?

    var isAtCentre: Bool { !roles.isEmpty && organisation == nil }

    static let password = "a good password"

    /// - Parameter desk: the organisation with an instance of its own; `stranger`: another one.
    static func all(desk: String, stranger: String) -> [Asker] {
        let roles = KnownCodes.roles
        return roles.map { Asker(name: "centre-\(name($0))", organisation: nil, roles: [$0]) }
            + roles.map { Asker(name: "desk-\(name($0))", organisation: desk, roles: [$0]) }
            + [
                Asker(name: "stranger", organisation: stranger, roles: Set(roles)),
                Asker(name: "nobody", organisation: nil, roles: []),
                Asker(name: "nobody", organisation: nil, roles: [], isCitizen: true),
            ]
    }

    private static func name(_ role: String) -> String { role.replacing("_", with: "-") }

    /// What the matrix says of this asker.
    func outcome(of rule: Matrix.Rule, at service: Matrix.Service, isSeen: Bool) -> Matrix.Outcome {
        let wanted: Set<String>
        switch rule.who {
        case .everybody: return .allowed
        case .citizen: return isCitizen ? .allowed : .status(rule.refused?.int.map(Int.init) ?? 404)
        case .account: wanted = roles
        case .roles(let some): wanted = some
        }
        guard !roles.isEmpty, service.organisation == nil || service.organisation == organisation else {
            return .status(rule.nobody ?? (rule.isForPrograms || rule.hasFormToken ? 401 : nil))
        }
        let isRight = !wanted.isDisjoint(with: roles) && (!rule.isCentres || isAtCentre)
        if !isRight, rule.refused == nil { return .status(403) }
        if rule.isOfOneCase, !isSeen { return .status(404) }
        guard !isRight else { return .allowed }
        return rule.refused?.string.map { .outcome($0) } ?? .status(rule.refused?.int.map(Int.init))
    }
}

extension Matrix {
    enum Outcome: Sendable, Equatable {
        case allowed
        /// `nil`: shown the way to the log-in.
        case status(Int?)
        /// Said in the document of an answer with 200.
        case outcome(String)
    }
}

/// The token of a log-in, and the word that its pages put into forms.
struct BrowserLogIn: Sendable {
    let token: String
    let form: String

    /// Logs in as a program does, and opens a page.
    init(_ name: String, at service: Matrix.Service, _ client: Client) async throws {
        let answer = try await client.send(
            "POST", "/api/v1/log-in", json: ["name": .string(name), "password": .string(Asker.password)])
        guard let token = answer.json?["token"]?.string else {
            throw NotInTime("\(name) cannot log in at \(service.name): \(answer.status)")
        }
        let page = try await client.send("GET", "\(service.prefix)/password", headers: ["Cookie": "jiesu=\(token)"])
        guard let found = page.text.firstMatch(of: /name='form_token' value='([^']+)'/) else {
            throw NotInTime("a page of \(service.name) has no word for forms: \(page.status)")
        }
        self.token = token
        form = String(found.1)
    }
}

extension SuiteUnderTest {
    /// Makes their accounts. With few rounds of bcrypt, since each logs in a dozen times.
    func addAccounts(of askers: [Asker]) async throws {
        for asker in askers where !asker.roles.isEmpty {
            _ = try await rows(
                """
                INSERT INTO jiesu.account (name, title, organisation, roles, password)
                VALUES (\(asker.name), \(asker.name), \(asker.organisation), \(asker.roles.sorted()),
                    jiesu.crypt(\(Asker.password), jiesu.gen_salt('bf', 4)))
                """)
        }
    }
}
