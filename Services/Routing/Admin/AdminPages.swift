import Access
import CaseStore
import HTTP
import JSON
import Pages
import Postgres
import WorkPages

/// The pages of an administrator: accounts, organisations, and who changed them. Every change goes through a function of the database that looks at whose
/// log-in asks (`CaseStore/Migrations/025_administration.sql`); this service could not do it in its own name.
struct AdminPages: Sendable {
    let site: WorkSite
    let pool: Pool
    let store: CaseStore

    init(access: AccessStore, pool: Pool, store: CaseStore) {
        site = WorkSite(
            prefix: "/admin", access: access,
            ways: [.init("/accounts", "账号"), .init("/organisations", "单位"), .init("/record", "管理记录")])
        self.pool = pool
        self.store = store
    }

    var all: [Route] {
        site.all + AdminAccounts(pages: self).all + AdminOrganisations(pages: self).all + AdminRecord(pages: self).all
    }

    /// For administrators of the centre alone; anybody else is told so.
    func page(_ request: Request, _ body: (WorkSite.Visitor) async throws -> Response) async throws -> Response {
        try await site.page(request) { try await allowed($0, body) }
    }

    func form(
        _ request: Request, _ answers: JSON, _ body: (WorkSite.Visitor) async throws -> Response
    ) async throws -> Response {
        try await site.form(request, answers) { try await allowed($0, body) }
    }

    private func allowed(
        _ visitor: WorkSite.Visitor, _ body: (WorkSite.Visitor) async throws -> Response
    ) async throws -> Response {
        try visitor.session.require(any: ["admin"])
        guard visitor.session.organisation == nil else {
            throw Problem(403, "centre-only", "没有这项权限", detail: "账号和单位由中心的系统管理员管理")
        }
        return try await body(visitor)
    }

    func withAccounts<Value: Sendable>(
        _ visitor: WorkSite.Visitor, _ body: (Accounts) async throws -> Value
    ) async throws -> Value {
        try await pool.withConnection { try await body(Accounts(on: $0, token: visitor.token)) }
    }

    func withOrganisations<Value: Sendable>(
        _ visitor: WorkSite.Visitor, _ body: (Organisations) async throws -> Value
    ) async throws -> Value {
        try await pool.withConnection { try await body(Organisations(on: $0, token: visitor.token)) }
    }

    /// A password that nobody can tell later. The answer to a form, so that no address leads here again.
    static func secret(_ what: String, _ password: String) -> HTML {
        """
        <div class="notice" role="status"><p>\(what)，只在这里显示一次：</p><p class="big password">\(password)</p></div>
        """
    }

    /// A form of one button.
    func button(_ address: String, _ title: String, _ visitor: WorkSite.Visitor) -> HTML {
        """
        <form method="post" action="\(site.prefix)\(address)" class="card">\(site.hidden(visitor))
        <button class="quiet">\(title)</button></form>
        """
    }

    static let formOnly = BodySchema.form([])

    /// The bodies of these pages' forms.
    enum BodySchema {
        static func form(_ fields: [Schema.Field]) -> Schema { .object([WorkSite.formTokenField] + fields) }
    }

    typealias Fault = (field: String, message: String)

    static func roleBoxes(_ chosen: Set<String>, fault: String?) -> HTML {
        let boxes = KnownRoles.all.map { role -> HTML in
            """
            <label class="option"><input type="checkbox" name="roles" value="\(role.code)"\
            \(chosen.contains(role.code) ? " checked" : nil)> \(role.title)</label>
            """
        }
        return """
            <fieldset id="roles"><legend>角色</legend>
            \(fault.map { text -> HTML in "<p class='fault'>\(text)</p>" })
            \(boxes)</fieldset>
            """
    }

    /// What a form of ticked boxes sent; only roles that there are.
    static func roles(in answers: JSON) -> [Role] {
        let codes = answers["roles"]?.array?.compactMap(\.string) ?? []
        return KnownRoles.all.filter { codes.contains($0.code) }
    }

    static let rolesField = Schema.Field.optional("roles", .array(of: .string(0...60), count: 0...100), "角色")
}
