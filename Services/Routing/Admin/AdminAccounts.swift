import Access
import CaseStore
import HTTP
import JSON
import Pages
import Policies
import WorkPages

/// All roles that an account may have, in the order of `codes.json`.
enum KnownRoles {
    static let all = KnownCodes.roles.map(Role.init(code:))
}

/// Accounts: list, add, roles, disable, a new first password.
struct AdminAccounts: Sendable {
    let pages: AdminPages
    private var site: WorkSite { pages.site }
    private var path: String { "\(pages.site.prefix)/accounts" }
    private typealias Fault = AdminPages.Fault

    var all: [Route] { [list, addForm, add, show, setRoles, disable, enable, resetPassword] }

    /// Accounts on one page.
    private static let listed = 50

    private var list: Route {
        Route(
            .get, path, "账号的页面", tags: ["pages"],
            parameters: [
                .query("place", .string(0...60), required: false, "只列这个单位的;- 为中心"),
                .query("after", .integer(1...Int64.max), required: false, "从这一账号之后列起"),
            ], answers: [WorkSite.html]
        ) { request, _ in
            try await pages.page(request) { visitor in
                let place = request.parameter("place").flatMap { $0.isEmpty ? nil : $0 }
                let accounts = try await pages.withAccounts(visitor) {
                    try await $0.list(
                        of: place == "-" ? "" : place, after: request.parameters["after"]?.int, limit: Self.listed + 1)
                }
                let rules = try await pages.store.rulebook()
                let rows = accounts.prefix(Self.listed).map { row($0, rules) }
                let next = accounts.count > Self.listed ? accounts[Self.listed - 1].id : nil
                let filter = place.map { "&place=\($0)" } ?? ""
                return site.frame(
                    "账号", for: visitor,
                    """
                    <p><a class="button" href="\(path)/new">新建账号</a></p>
                    <form method="get" action="\(path)" class="field">\(places(rules, place ?? "", isFilter: true))
                    <button class="quiet">筛选</button></form>
                    <table><thead><tr><th scope="col">姓名</th><th scope="col">用户名</th><th scope="col">单位</th>
                    <th scope="col">角色</th><th scope="col">状态</th></tr></thead><tbody>\(Array(rows))</tbody></table>
                    \(next.map { id -> HTML in "<p><a href='\(path)?after=\("\(id)")\(filter)'>下一页</a></p>" })
                    """
                ).response()
            }
        }
    }

    private func row(_ one: Accounts.Account, _ rules: Rulebook) -> HTML {
        """
        <tr><td data-label="姓名"><a href="\(path)/\("\(one.id)")">\(one.title)</a></td><td data-label="用户名">\(one.name)</td>
        <td data-label="单位">\(Self.place(of: one, rules))</td>
        <td data-label="角色">\(one.roles.map(\.title).joined(separator: "、"))</td>
        <td data-label="状态">\(Self.state(of: one))</td></tr>
        """
    }

    private static func place(of one: Accounts.Account, _ rules: Rulebook) -> String {
        one.organisation.map { rules.directory.organisations[$0]?.title ?? $0 } ?? "中心"
    }

    private static func state(of one: Accounts.Account) -> String {
        one.isDisabled ? "已停用" : one.mustChangePassword ? "初始密码未改" : "正常"
    }

    private func places(_ rules: Rulebook, _ chosen: String, isFilter: Bool) -> HTML {
        let organisations = rules.directory.organisations.values.filter { isFilter || !$0.isDisabled && $0.hasInbox }
        let options =
            [(isFilter ? "" : "-", isFilter ? "所有单位" : "中心")] + (isFilter ? [("-", "中心")] : [])
            + organisations.sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        let lines = options.map { option -> HTML in
            "<option value='\(option.0)'\(option.0 == chosen ? " selected" : nil)>\(option.1)</option>"
        }
        return """
            <label for="place">单位</label> <select id="place" name="place">\(lines)</select>
            """
    }

    // MARK: Add

    private var addForm: Route {
        Route(.get, "\(path)/new", "新建账号的表单", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await pages.page(request) { try await addPage(for: $0).response() }
        }
    }

    private func addPage(
        for visitor: WorkSite.Visitor, _ answers: JSON = .null, _ faults: [Fault] = []
    ) async throws -> Page {
        func field(_ name: String, _ label: String, hint: String) -> HTML {
            Field(name, label, hint: hint, isRequired: true, .line())
                .html(answers[name]?.string ?? "", fault: faults.first { $0.field == name }?.message)
        }
        let rules = try await pages.store.rulebook()
        let chosen = Set(AdminPages.roles(in: answers).map(\.code))
        return site.frame(
            "新建账号", for: visitor,
            """
            \(summary(of: faults))
            <form method="post" action="\(path)/new" class="card">\(site.hidden(visitor))
            \(field("name", "用户名", hint: "登录用：小写字母、数字、点、横线，至多 64 个，以字母或数字开头"))
            \(field("title", "姓名", hint: "同事看到的称呼"))
            <div class="field">\(places(rules, answers["place"]?.string ?? "-", isFilter: false))</div>
            \(AdminPages.roleBoxes(chosen, fault: faults.first { $0.field == "roles" }?.message))
            <button>新建</button></form>
            """)
    }

    private var add: Route {
        Route(
            .post, "\(path)/new", "新建账号", tags: ["pages"],
            body: .form(
                AdminPages.BodySchema.form([
                    .required("name", .string(0...200), "用户名"), .required("title", .string(0...200), "姓名"),
                    .required("place", .string(0...60), "单位;- 为中心"), AdminPages.rolesField,
                ])), answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let (name, title) = (answers["name"]?.string ?? "", answers["title"]?.string ?? "")
                let (place, roles) = (answers["place"]?.string ?? "", AdminPages.roles(in: answers))
                let known = try await pages.store.rulebook().directory.organisations[place]
                var faults: [Fault] = []
                if !Accounts.isName(name) { faults.append(("name", "用户名：只用小写字母、数字、点、横线，以字母或数字开头，至多 64 个")) }
                if !title.isLine(most: 60) { faults.append(("title", "姓名：1 到 60 个字符")) }
                if place != "-", known?.isDisabled != false { faults.append(("place", "请选择单位")) }
                if roles.isEmpty { faults.append(("roles", "至少选择一个角色")) }
                guard faults.isEmpty else {
                    return try await addPage(for: visitor, answers, faults).response(status: 422)
                }
                let password = try await pages.withAccounts(visitor) {
                    try await $0.add(name: name, title: title, organisation: place == "-" ? nil : place, roles: roles)
                }
                guard let password else {
                    return try await addPage(for: visitor, answers, [("name", "已有这个用户名")]).response(status: 409)
                }
                return site.frame(
                    "账号已建立", for: visitor,
                    """
                    \(AdminPages.secret("\(title)（\(name)）的初始密码", password))
                    <p>首次登录必须修改。</p><p><a href="\(path)">回到账号</a></p>
                    """
                ).response()
            }
        }
    }

    // MARK: One account

    private static var unknown: Problem { Problem(404, "unknown-account", "没有这个账号") }

    private func account(_ request: Request, _ visitor: WorkSite.Visitor) async throws -> Accounts.Account {
        guard let id = request.parameter("id").flatMap(Int64.init),
            let one = try await pages.withAccounts(visitor, { try await $0.account(numbered: id) })
        else { throw Self.unknown }
        return one
    }

    private var show: Route {
        Route(.get, "\(path)/{id}", "一个账号的页面", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await pages.page(request) { visitor in
                try await accountPage(try await account(request, visitor), for: visitor).response()
            }
        }
    }

    private func accountPage(
        _ one: Accounts.Account, for visitor: WorkSite.Visitor, notice: HTML? = nil, _ faults: [Fault] = []
    ) async throws -> Page {
        let address = "/accounts/\(one.id)"
        let rules = try await pages.store.rulebook()
        return site.frame(
            "账号：\(one.title)", for: visitor,
            """
            \(notice)\(summary(of: faults))
            <dl class="card"><dt>用户名</dt><dd>\(one.name)</dd><dt>单位</dt><dd>\(Self.place(of: one, rules))</dd>
            <dt>状态</dt><dd id="state">\(Self.state(of: one))</dd></dl>
            <form method="post" action="\(site.prefix)\(address)/roles" class="card">\(site.hidden(visitor))
            \(AdminPages.roleBoxes(Set(one.roles.map(\.code)), fault: faults.first { $0.field == "roles" }?.message))
            <button>保存角色</button></form>
            \(pages.button("\(address)/password", "重置密码（原密码随即失效）", visitor))
            \(one.isDisabled
                ? pages.button("\(address)/enable", "重新启用", visitor)
                : pages.button("\(address)/disable", "停用（随即不能登录）", visitor))
            <p><a href="\(path)">回到账号</a></p>
            """)
    }

    private func change(
        _ name: String, _ title: String, _ fields: [Schema.Field] = [],
        _ body: @escaping @Sendable (Accounts, Accounts.Account, JSON) async throws -> Accounts.Outcome
    ) -> Route {
        Route(
            .post, "\(path)/{id}/\(name)", title, tags: ["pages"], body: .form(AdminPages.BodySchema.form(fields)),
            answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let one = try await account(request, visitor)
                switch try await pages.withAccounts(visitor, { try await body($0, one, answers) }) {
                case .done, .there: return .seeOther("\(path)/\(one.id)")
                case .unknown: throw Self.unknown
                case .lastAdmin:
                    return try await accountPage(one, for: visitor, [("roles", "这是最后一位能登录的系统管理员，先另设一位")])
                        .response(status: 409)
                }
            }
        }
    }

    private var setRoles: Route {
        change("roles", "设定账号的角色", [AdminPages.rolesField]) { accounts, one, answers in
            let roles = AdminPages.roles(in: answers)
            guard !roles.isEmpty else { throw Problem.invalid([.init("roles", "至少选择一个角色")]) }
            return try await accounts.setRoles(roles, of: one.name)
        }
    }

    private var disable: Route {
        change("disable", "停用账号") { accounts, one, _ in try await accounts.disable(one.name) }
    }

    private var enable: Route {
        change("enable", "重新启用账号") { accounts, one, _ in try await accounts.enable(one.name) }
    }

    private var resetPassword: Route {
        Route(
            .post, "\(path)/{id}/password", "给账号一个新的初始密码", tags: ["pages"], body: .form(AdminPages.formOnly),
            answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let one = try await account(request, visitor)
                guard let password = try await pages.withAccounts(visitor, { try await $0.newPassword(for: one.name) })
                else { throw Self.unknown }
                let notice = AdminPages.secret("\(one.title)（\(one.name)）的初始密码", password)
                // One's own log-in has ended with the old password; nothing more can be asked for with it.
                guard one.id != visitor.session.account else {
                    return site.frame("密码已重置", for: visitor, notice).response()
                }
                return try await accountPage(try await account(request, visitor), for: visitor, notice: notice)
                    .response()
            }
        }
    }
}
