import Access
import Casework
import Postgres

/// Makes what an organisation needs in the database, as far as it is missing. In one transaction: all of it, or nothing.
struct OrganisationSteps {
    /// One thing that an organisation needs, and what became of it.
    struct Step {
        let what: String
        let name: String
        /// `made`, `completed` or `there`.
        let outcome: String
        /// A password that was made up now; nobody can tell it later.
        var password: String?

        var line: String {
            let shown = password.map { "\tpassword \($0) (shown this once)" } ?? ""
            return "\(what)\t\(name)\t\(outcome)\(shown)"
        }
    }

    /// What the first account may do: everything that happens in an organisation, until it has more people.
    static let firstRoles: [Role] = ["officer", "section_head", "unit_head", "leader"]

    let organisation: Directory.Organisation
    let isNew: Bool
    let jurisdictions: [Directory.Jurisdiction]
    /// Of the database login; `nil`: one is made up.
    let password: String?

    func run(on connection: Connection) async throws -> [Step] {
        var steps = [try await organisationStep(connection)]
        for one in jurisdictions { steps.append(try await step(one, connection)) }
        if steps.contains(where: { $0.outcome == "made" }) {
            _ = try await connection.execute("UPDATE jiesu.setting SET value = value + 1 WHERE name = 'rules'")
        }
        guard organisation.hasInbox else { return steps }
        return steps + [try await loginStep(connection), try await accountStep(connection)]
    }

    private func organisationStep(_ connection: Connection) async throws -> Step {
        let one = organisation
        if isNew {
            _ = try await connection.execute(
                """
                INSERT INTO jiesu.organisation (code, title, aliases, parent, level, roles, contact, inbox, origin)
                VALUES (\(one.code), \(one.title), \(one.aliases), \(one.parent), \(one.level), \(one.roles),
                    \(one.contact), \(one.hasInbox), 'command')
                """)
        }
        return Step(what: "organisation", name: one.code, outcome: isNew ? "made" : "there")
    }

    private func step(_ one: Directory.Jurisdiction, _ connection: Connection) async throws -> Step {
        let made = try await connection.execute(
            """
            INSERT INTO jiesu.jurisdiction (organisation, region, subject, origin)
            VALUES (\(one.organisation), \(one.region), \(one.subject), 'command') ON CONFLICT DO NOTHING
            """)
        return Step(
            what: "jurisdiction", name: "\(one.region):\(one.subject)", outcome: made == 1 ? "made" : "there")
    }

    private func loginStep(_ connection: Connection) async throws -> Step {
        let login = "jiesu_desk_\(organisation.code)"
        let given = password ?? Password.random()
        let verifier = try await connection.scramVerifier(of: given, for: login)
        let outcome: String = try await connection.query("SELECT jiesu.add_desk(\(organisation.code), \(verifier))")
            .only().get(0)
        return Step(
            what: "database login", name: login, outcome: outcome,
            password: outcome == "made" && password == nil ? given : nil)
    }

    private func accountStep(_ connection: Connection) async throws -> Step {
        let name = organisation.code
        let password = try await Accounts(on: connection).add(
            name: name, title: organisation.title, organisation: organisation.code, roles: Self.firstRoles)
        if password == nil {
            let owner: String? = try await connection.query(
                "SELECT organisation FROM jiesu.account WHERE name = \(name)"
            ).only().get(0)
            guard owner == organisation.code else {
                throw CommandFailure(
                    "the account \(name) belongs to \(owner ?? "the centre")",
                    hint: "an organisation's first account has its code as its name: choose another code")
            }
        }
        return Step(what: "account", name: name, outcome: password == nil ? "there" : "made", password: password)
    }
}
