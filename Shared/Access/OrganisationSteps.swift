import Casework
import Postgres

/// Makes what an organisation needs in the database, as far as it is missing. In one transaction: all of it, or nothing.
package struct OrganisationSteps: Sendable {
    /// One thing that an organisation needs, and what became of it.
    package struct Step: Sendable {
        package let what: What
        package let name: String
        /// `made`, `completed` or `there`.
        package let outcome: String
        /// A password that was made up now; nobody can tell it later.
        package var password: String?

        package enum What: String, Sendable {
            case organisation
            case jurisdiction
            case login = "database login"
            case account
        }

        package var line: String {
            let shown = password.map { "\tpassword \($0) (shown this once)" } ?? ""
            return "\(what.rawValue)\t\(name)\t\(outcome)\(shown)"
        }
    }

    /// What the first account may do: everything that happens in an organisation, until it has more people.
    package static let firstRoles: [Role] = ["officer", "section_head", "unit_head", "leader"]

    private let organisation: Directory.Organisation
    private let jurisdictions: [Directory.Jurisdiction]
    private let password: String?
    private let token: String?

    /// - Parameters:
    ///   - organisation: as it shall stand; one that is there stays as it is.
    ///   - password: of the database login; `nil`: one is made up.
    ///   - token: of the administrator's log-in; `nil`: with the rights of the schema's owner.
    package init(
        organisation: Directory.Organisation, jurisdictions: [Directory.Jurisdiction], password: String? = nil,
        token: String? = nil
    ) {
        self.organisation = organisation
        self.jurisdictions = jurisdictions
        self.password = password
        self.token = token
    }

    /// The name that the organisation's first account would have is somebody else's.
    package struct AccountTaken: Error {
        package let name: String
        /// `nil`: the centre's.
        package let owner: String?
    }

    /// - Throws: `AccountTaken`; what the database says.
    package func run(on connection: Connection) async throws -> [Step] {
        var steps = [try await organisationStep(connection)]
        for one in jurisdictions { steps.append(try await step(one, connection)) }
        guard organisation.hasInbox else { return steps }
        return steps + [try await loginStep(connection), try await accountStep(connection)]
    }

    private func organisationStep(_ connection: Connection) async throws -> Step {
        let one = organisation
        let isNew: Bool = try await connection.query(
            """
            SELECT jiesu.admin_put_organisation(\(token), \(one.code), \(one.title), \(one.aliases), \(one.parent),
                \(one.level), \(one.roles), \(one.contact), \(one.hasInbox))
            """
        ).only().get(0)
        return Step(what: .organisation, name: one.code, outcome: isNew ? "made" : "there")
    }

    private func step(_ one: Directory.Jurisdiction, _ connection: Connection) async throws -> Step {
        let isNew: Bool = try await connection.query(
            "SELECT jiesu.admin_put_jurisdiction(\(token), \(one.organisation), \(one.region), \(one.subject))"
        ).only().get(0)
        return Step(what: .jurisdiction, name: "\(one.region):\(one.subject)", outcome: isNew ? "made" : "there")
    }

    private func loginStep(_ connection: Connection) async throws -> Step {
        let login = "jiesu_desk_\(organisation.code)"
        let given = password ?? Password.random()
        let verifier = try await connection.scramVerifier(of: given, for: login)
        let outcome: String = try await connection.query(
            "SELECT jiesu.admin_add_desk(\(token), \(organisation.code), \(verifier))"
        ).only().get(0)
        return Step(
            what: .login, name: login, outcome: outcome,
            password: outcome == "made" && password == nil ? given : nil)
    }

    private func accountStep(_ connection: Connection) async throws -> Step {
        let name = organisation.code
        let accounts = Accounts(on: connection, token: token)
        let password = try await accounts.add(
            name: name, title: organisation.title, organisation: organisation.code, roles: Self.firstRoles)
        if password == nil {
            let owner = try await accounts.account(called: name)?.organisation
            guard owner == organisation.code else { throw AccountTaken(name: name, owner: owner) }
        }
        return Step(what: .account, name: name, outcome: password == nil ? "there" : "made", password: password)
    }
}
