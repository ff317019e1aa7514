import Access
import CaseStore
import Casework
import HTTP
import JSON
import Pages
import Policies
import Postgres
import WorkPages

/// Organisations: the tree, add, rename, merge, disable and take that back.
struct AdminOrganisations: Sendable {
    let pages: AdminPages
    private var site: WorkSite { pages.site }
    private var path: String { "\(pages.site.prefix)/organisations" }
    private typealias Fault = AdminPages.Fault

    var all: [Route] { [tree, addForm, add, show, complete, rename, merge, disable, enable] }

    // MARK: The tree

    private var tree: Route {
        Route(.get, path, "单位的页面", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await pages.page(request) { visitor in
                let directory = try await pages.store.rulebook().directory
                let all = directory.organisations.values.sorted { $0.code < $1.code }
                let below = Dictionary(grouping: all) { one in
                    one.parent.flatMap { directory.organisations[$0] == nil ? nil : $0 }
                }
                return site.frame(
                    "单位", for: visitor,
                    """
                    <p><a class="button" href="\(path)/new">新建单位</a></p>
                    \(branch(nil, below, depth: 0))
                    """
                ).response()
            }
        }
    }

    /// A loop in bad data ends with the deepest level that a city has.
    private func branch(_ code: String?, _ below: [String?: [Directory.Organisation]], depth: Int) -> HTML? {
        guard let all = below[code], depth < 20 else { return nil }
        let lines = all.map { one -> HTML in
            """
            <li><a href="\(path)/\(one.code)">\(one.title)</a> <span class="hint">\(one.code)\(Self.state(of: one))</span>
            \(branch(one.code, below, depth: depth + 1))</li>
            """
        }
        return "<ul>\(lines)</ul>"
    }

    private static func state(of one: Directory.Organisation) -> String {
        one.isDisabled ? "，已撤销" : one.hasInbox ? "" : "，不承办"
    }

    // MARK: Add

    private var addForm: Route {
        Route(.get, "\(path)/new", "新建单位的表单", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await pages.page(request) { visitor in
                addPage(for: visitor, try await pages.store.rulebook()).response()
            }
        }
    }

    private static func subjects(_ rules: Rulebook) -> [(value: String, title: String)] {
        var titles: [String: String] = [:]
        for subject in rules.profiles.values.compactMap(\.classification).flatMap(\.subjects) {
            titles[subject.code] = subject.title
        }
        return titles.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func jurisdiction(_ rules: Rulebook, _ field: (String, String, String?, Bool, Field.Kind) -> HTML) -> HTML {
        let regions = rules.directory.regions.values.sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        return """
            \(field("region", "管辖：行政区域", "与下一项一起填写", false, .list(regions)))
            \(field("subject", "管辖：分类", nil, false, .list(Self.subjects(rules))))
            """
    }

    private func addPage(
        for visitor: WorkSite.Visitor, _ rules: Rulebook, _ answers: JSON = .null, _ faults: [Fault] = []
    ) -> Page {
        func field(_ name: String, _ label: String, _ hint: String?, _ isRequired: Bool, _ kind: Field.Kind) -> HTML {
            Field(name, label, hint: hint, isRequired: isRequired, kind)
                .html(answers[name]?.string ?? "", fault: faults.first { $0.field == name }?.message)
        }
        let active = rules.directory.organisations.values.filter { !$0.isDisabled }.sorted { $0.code < $1.code }
        let levels = Set(active.map(\.level)).sorted()
        return site.frame(
            "新建单位", for: visitor,
            """
            \(summary(of: faults))
            <form method="post" action="\(path)/new" class="card">\(site.hidden(visitor))
            \(field("code", "代码", "永久不变：小写字母、数字、横线，至多 40 个，以字母开头", true, .line()))
            \(field("title", "名称", nil, true, .line()))
            \(field("level", "层级", nil, true, .list(levels.map { ($0, $0) })))
            \(field("parent", "上级单位", nil, false, .list(active.map { ($0.code, $0.title) })))
            \(field("contact", "对外联系方式", "地址、电话", false, .line()))
            \(jurisdiction(rules, field))
            <button>新建</button></form>
            """)
    }

    private static let jurisdictionFields: [Schema.Field] = [
        .optional("region", .string(0...60), "行政区域"), .optional("subject", .string(0...60), "分类"),
    ]

    private var add: Route {
        Route(
            .post, "\(path)/new", "新建单位", tags: ["pages"],
            body: .form(
                AdminPages.BodySchema.form(
                    [
                        .required("code", .string(0...200), "代码"), .required("title", .string(0...200), "名称"),
                        .required("level", .string(0...60), "层级"), .optional("parent", .string(0...60), "上级单位"),
                        .optional("contact", .string(0...1000), "对外联系方式"),
                    ] + Self.jurisdictionFields)), answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let rules = try await pages.store.rulebook()
                let known = rules.directory.organisations
                func text(_ name: String) -> String { answers[name]?.string ?? "" }
                var faults: [Fault] = []
                if !OrganisationsFile.isCode(text("code")) { faults.append(("code", "代码：小写字母、数字、横线，至多 40 个，以字母开头")) }
                if known[text("code")] != nil { faults.append(("code", "已有这个代码")) }
                if !text("title").isLine(most: 60) { faults.append(("title", "名称：1 到 60 个字符")) }
                if known.values.contains(where: { $0.title == text("title") && !$0.isDisabled }) {
                    faults.append(("title", "已有单位叫这个名称"))
                }
                if !known.values.contains(where: { $0.level == text("level") }) { faults.append(("level", "请选择层级")) }
                if !text("parent").isEmpty, known[text("parent")]?.isDisabled != false {
                    faults.append(("parent", "请选择上级单位"))
                }
                if !text("contact").isEmpty, !text("contact").isLine(most: 200) {
                    faults.append(("contact", "对外联系方式：至多 200 个字符"))
                }
                let place = Self.jurisdiction(in: answers, of: text("code"), rules)
                if let fault = place.fault { faults.append(fault) }
                guard faults.isEmpty else { return addPage(for: visitor, rules, answers, faults).response(status: 422) }
                let one = Directory.Organisation(
                    code: text("code"), title: text("title"), parent: text("parent").isEmpty ? nil : text("parent"),
                    level: text("level"), contact: text("contact"))
                return try await put(one, place.jurisdiction, visitor) {
                    addPage(for: visitor, rules, answers, [("code", "已有账号叫这个名字，请另选代码")])
                }
            }
        }
    }

    private static func jurisdiction(
        in answers: JSON, of code: String, _ rules: Rulebook
    ) -> (jurisdiction: Directory.Jurisdiction?, fault: Fault?) {
        let (region, subject) = (answers["region"]?.string ?? "", answers["subject"]?.string ?? "")
        if region.isEmpty, subject.isEmpty { return (nil, nil) }
        guard rules.directory.regions[region] != nil else { return (nil, ("region", "请选择行政区域")) }
        guard subjects(rules).contains(where: { $0.value == subject }) else { return (nil, ("subject", "请选择分类")) }
        return (.init(organisation: code, region: region, subject: subject), nil)
    }

    /// Makes what is missing, and shows the passwords that were made up.
    private func put(
        _ one: Directory.Organisation, _ jurisdiction: Directory.Jurisdiction?, _ visitor: WorkSite.Visitor,
        orTaken page: () -> Page
    ) async throws -> Response {
        let steps = OrganisationSteps(
            organisation: one, jurisdictions: [jurisdiction].compactMap(\.self), token: visitor.token)
        let done: [OrganisationSteps.Step]
        do {
            done = try await pages.pool.transaction { try await steps.run(on: $0) }
        } catch {
            guard error.cause is OrganisationSteps.AccountTaken else { throw error.cause }
            return page().response(status: 409)
        }
        let secrets = done.compactMap { step -> HTML? in
            step.password.map { AdminPages.secret("\(Self.title(of: step.what)) \(step.name) 的密码", $0) }
        }
        let lines = done.map { step -> HTML in
            "<li>\(Self.title(of: step.what)) \(step.name)：\(step.outcome == "there" ? "已有" : "已建立")</li>"
        }
        return site.frame(
            one.title, for: visitor,
            """
            \(secrets)
            <ul class="card plain">\(lines)</ul>
            <p>收件箱主题 \(Destination.inbox(one.code).topic)：内嵌的消息服务自行建立；使用自己的 Kafka 集群时请运行 jiesu topics。</p>
            <p><a href="\(path)/\(one.code)">到这个单位</a></p>
            """
        ).response()
    }

    private static func title(of what: OrganisationSteps.Step.What) -> String {
        switch what {
        case .organisation: "单位"
        case .jurisdiction: "管辖"
        case .login: "数据库登录"
        case .account: "首个账号"
        }
    }

    // MARK: One organisation

    private static var unknown: Problem { Problem(404, "unknown-organisation", "没有这个单位") }

    private func organisation(_ request: Request) async throws -> (Directory.Organisation, Rulebook) {
        let rules = try await pages.store.rulebook()
        guard let one = rules.directory.organisations[request.parameter("code") ?? ""] else { throw Self.unknown }
        return (one, rules)
    }

    private var show: Route {
        Route(.get, "\(path)/{code}", "一个单位的页面", tags: ["pages"], answers: [WorkSite.html]) { request, _ in
            try await pages.page(request) { visitor in
                let (one, rules) = try await organisation(request)
                return try await organisationPage(one, rules, for: visitor).response()
            }
        }
    }

    private func organisationPage(
        _ one: Directory.Organisation, _ rules: Rulebook, for visitor: WorkSite.Visitor, _ answers: JSON = .null,
        _ faults: [Fault] = []
    ) async throws -> Page {
        let open = try await pages.withOrganisations(visitor) { try await $0.openCases(of: one.code, limit: 1000) }
        let directory = rules.directory
        let subjects = Dictionary(
            Self.subjects(rules).map { ($0.value, $0.title) }, uniquingKeysWith: { first, _ in first })
        let answersFor = directory.jurisdictions.filter { $0.organisation == one.code }.map { place -> HTML in
            "<li>\(directory.regions[place.region]?.title ?? place.region)：\(subjects[place.subject] ?? place.subject)</li>"
        }
        func title(_ code: String?) -> String { code.map { directory.organisations[$0]?.title ?? $0 } ?? "无" }
        let count = open.count < 1000 ? "\(open.count) 件" : "1000 件以上"
        let state =
            one.isDisabled
            ? (open.isEmpty ? "已撤销" : "已撤销，还有 \(count)正在移交，请稍后刷新") + (one.successor.map { "，由\(title($0))承接" } ?? "")
            : "正常"
        return site.frame(
            one.title, for: visitor,
            """
            \(summary(of: faults))
            <dl class="card"><dt>代码</dt><dd>\(one.code)</dd><dt>状态</dt><dd id="state">\(state)</dd>
            <dt>上级单位</dt><dd>\(title(one.parent))</dd><dt>层级</dt><dd>\(one.level)</dd>
            <dt>曾用名和简称</dt><dd>\(one.aliases.isEmpty ? "无" : one.aliases.joined(separator: "、"))</dd>
            <dt>未结工单</dt><dd>\(count)</dd>
            <dt>管辖</dt><dd>\(answersFor.isEmpty ? "无" : HTML("<ul>\(answersFor)</ul>"))</dd></dl>
            \(one.isDisabled ? nil : changes(one, rules, visitor, answers, faults))
            \(one.isDisabled && one.successor == nil ? enabling(one, visitor) : nil)
            <p><a href="\(path)">回到单位</a></p>
            """)
    }

    private func enabling(_ one: Directory.Organisation, _ visitor: WorkSite.Visitor) -> HTML {
        """
        <p>误撤销的可以恢复：当时的管辖、职责、账号和数据库登录一并恢复。</p>
        \(pages.button("/organisations/\(one.code)/enable", "恢复", visitor))
        """
    }

    private func changes(
        _ one: Directory.Organisation, _ rules: Rulebook, _ visitor: WorkSite.Visitor, _ answers: JSON,
        _ faults: [Fault]
    ) -> HTML {
        func field(_ name: String, _ label: String, _ hint: String?, _ isRequired: Bool, _ kind: Field.Kind) -> HTML {
            Field(name, label, hint: hint, isRequired: isRequired, kind)
                .html(answers[name]?.string ?? "", fault: faults.first { $0.field == name }?.message)
        }
        let others = rules.directory.organisations.values
            .filter { !$0.isDisabled && $0.code != one.code && ($0.hasInbox || !one.hasInbox) }
            .sorted { $0.code < $1.code }.map { ($0.code, $0.title) }
        func form(_ act: String, _ title: String, _ words: String, _ fields: HTML) -> HTML {
            """
            <details class="card" id="\(act)"\(faults.isEmpty ? nil : " open")><summary>\(title)</summary><p>\(words)</p>
            <form method="post" action="\(path)/\(one.code)/\(act)">\(site.hidden(visitor))
            \(fields)
            <button>\(title)</button></form></details>
            """
        }
        return """
            \(form("complete", "补齐或增加管辖", "缺少的数据库登录、首个账号会建立；已有的不变。", jurisdiction(rules, field)))
            \(form("rename", "改名", "只改名称；旧名称仍能识别。代码不变。", field("title", "新名称", nil, true, .line())))
            \(form(
                "merge", "并入另一单位", "管辖、职责、下级单位和未结工单都归另一单位，期限不变；本单位撤销，其账号和数据库登录随即停用。不能撤回。",
                field("into", "并入", nil, true, .list(others))))
            \(form(
                "disable", "撤销", "不再转来新工单，其账号和数据库登录随即停用，管辖不归任何单位。有未结工单时必须指定承接单位；指定了的不能撤回。",
                field("successor", "未结工单由谁承接", nil, false, .list(others))))
            """
    }

    private func change(
        _ name: String, _ title: String, _ field: (name: String, label: String),
        _ body:
            @escaping @Sendable (Organisations, Directory.Organisation, String) async throws -> Organisations.Outcome
    ) -> Route {
        Route(
            .post, "\(path)/{code}/\(name)", title, tags: ["pages"],
            body: .form(AdminPages.BodySchema.form([.optional(field.name, .string(0...200), field.label)])),
            answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let (one, rules) = try await organisation(request)
                func refused(_ message: String, _ status: Int) async throws -> Response {
                    try await organisationPage(one, rules, for: visitor, answers, [(field.name, message)])
                        .response(status: status)
                }
                let outcome = try await pages.withOrganisations(visitor) {
                    try await body($0, one, answers[field.name]?.string ?? "")
                }
                switch outcome {
                case .renamed, .disabled, .enabled, .there: return .seeOther("\(path)/\(one.code)")
                case .unknown: return try await refused("\(field.label)：请填写", 422)
                case .taken: return try await refused("另有单位叫这个名称", 409)
                case .unknownSuccessor: return try await refused("请选择承接单位", 422)
                case .otherSuccessor: return try await refused("已经撤销，工单由别的单位承接", 409)
                case .succeeded: return try await refused("已由别的单位承接，不能恢复", 409)
                case .openCases: return try await refused("还有未结工单：先办结，或指定承接单位", 409)
                }
            }
        }
    }

    private var rename: Route {
        change("rename", "给单位改名", ("title", "新名称")) { organisations, one, title in
            guard title.isLine(most: 60) else { return .unknown }
            return try await organisations.rename(one.code, to: title)
        }
    }

    private var merge: Route {
        change("merge", "把单位并入另一单位", ("into", "并入")) { organisations, one, into in
            guard !into.isEmpty else { return .unknownSuccessor }
            return try await organisations.disable(one.code, successor: into, merges: true)
        }
    }

    private var disable: Route {
        change("disable", "撤销单位", ("successor", "承接单位")) { organisations, one, successor in
            try await organisations.disable(one.code, successor: successor.isEmpty ? nil : successor, merges: false)
        }
    }

    private var enable: Route {
        change("enable", "恢复误撤销的单位", ("title", "名称")) { organisations, one, _ in
            try await organisations.enable(one.code)
        }
    }

    private var complete: Route {
        Route(
            .post, "\(path)/{code}/complete", "补齐单位所需,或增加一项管辖", tags: ["pages"],
            body: .form(AdminPages.BodySchema.form(Self.jurisdictionFields)), answers: [WorkSite.html]
        ) { request, answers in
            try await pages.form(request, answers) { visitor in
                let (one, rules) = try await organisation(request)
                guard !one.isDisabled else { throw Self.unknown }
                let place = Self.jurisdiction(in: answers, of: one.code, rules)
                if let fault = place.fault {
                    return try await organisationPage(one, rules, for: visitor, answers, [fault]).response(status: 422)
                }
                let taken = try await organisationPage(
                    one, rules, for: visitor, answers, [("region", "首个账号的名字 \(one.code) 已被别人使用")])
                return try await put(one, place.jurisdiction, visitor) { taken }
            }
        }
    }
}
