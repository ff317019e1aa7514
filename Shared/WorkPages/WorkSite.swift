import Access
import HTTP
import JSON
import Pages

/// What the pages of people at work have in common: log-in, the frame, and that a form was sent from one of them. Each service has one,
/// under a prefix of its own.
package struct WorkSite: Sendable {
    package let prefix: String
    let access: AccessStore
    /// Ways to the service's pages, the first one being home.
    let ways: [Way]

    /// A page that stands above each: its address behind the prefix (empty: the prefix itself) and its title.
    package struct Way: Sendable {
        package let address: String
        let title: String
        /// Who is shown it; empty: everybody.
        let roles: [Role]

        package init(_ address: String, _ title: String, for roles: [Role] = []) {
            self.address = address
            self.title = title
            self.roles = roles
        }
    }

    /// - Parameter prefix: such as `/desk`: whatever comes first in the addresses of these pages, so that a proxy can serve several
    ///   services as one site.
    package init(prefix: String, access: AccessStore, ways: [Way]) {
        self.prefix = prefix
        self.access = access
        self.ways = ways
    }

    /// Beside `Style.route`, which a server needs once.
    package var all: [Route] {
        (ways.first?.address == "" ? [] : [home]) + [logInForm, logIn, logOut, passwordForm, changePassword]
    }

    private var start: String { prefix + (ways.first?.address ?? "") }

    package static let html = Route.Answer(200, "网页", type: "text/html")

    private var home: Route {
        Route(.get, prefix, "首页", tags: ["pages"], answers: [Self.html]) { _, _ in .seeOther(start) }
    }

    /// Somebody who is logged in with a browser.
    package struct Visitor: Sendable {
        package let session: Session
        /// Of this log-in: what a function of the database is shown that looks at who asks.
        package let token: String
    }

    /// What a page shows, for whoever is logged in; anybody else is asked to log in first.
    /// - Parameter isForNewcomers: also for whoever has not changed the first password yet; all else they get is that form.
    package func page(
        _ request: Request, isForNewcomers: Bool = false, _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        guard let visitor = try await visitor(request) else { return .seeOther("\(prefix)/log-in") }
        return try await answer(visitor, isForNewcomers: isForNewcomers, body)
    }

    private func visitor(_ request: Request) async throws -> Visitor? {
        guard let token = LogInCookie.token(of: request), let session = try await access.session(token) else {
            return nil
        }
        return Visitor(session: session, token: token)
    }

    /// What went wrong is told in the frame too, so that whoever may not do something here can log out.
    private func answer(
        _ visitor: Visitor, isForNewcomers: Bool, _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        guard isForNewcomers || !visitor.session.mustChangePassword else { return firstPasswordPage(for: visitor) }
        do {
            return try await body(visitor)
        } catch let problem as Problem where (400..<500).contains(problem.status) {
            return frame(problem.title, for: visitor, Page.words(of: problem, home: prefix))
                .response(status: problem.status, headers: problem.headers)
        }
    }

    /// As `page`, for a form that was sent: it must come from a page of this very log-in.
    package func form(
        _ request: Request, _ answers: JSON, isForNewcomers: Bool = false,
        _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        guard let visitor = try await visitor(request) else {
            // Whoever typed for long may have been logged out meanwhile; what they wrote is not lost. Passwords are.
            guard !isForNewcomers, let kept = KeptForm(request, answers) else { return .seeOther("\(prefix)/log-in") }
            return logInPage("登录已失效，请重新登录；刚才填写的内容已保留，登录后再确认提交", keeping: kept).response(status: 401)
        }
        return try await answer(visitor, isForNewcomers: isForNewcomers) { visitor in
            guard answers[Self.formToken]?.string == visitor.session.formToken else {
                throw Problem(403, "foreign-form", "请重新打开页面再提交", detail: "这个表单不是从您登录的页面发出的")
            }
            return try await body(visitor)
        }
    }

    static let formToken = "form_token"
    package static let formTokenField = Schema.Field.required(formToken, .string(0...200), "表单令牌")

    /// What every form of `visitor` holds.
    package func hidden(_ visitor: Visitor) -> HTML {
        "<input type='hidden' name='\(Self.formToken)' value='\(visitor.session.formToken)'>"
    }

    /// Who is logged in with the browser that sends the request; `nil`: nobody.
    package static func session(of request: Request, on access: AccessStore) async throws -> Session? {
        guard let token = LogInCookie.token(of: request) else { return nil }
        // With a first password nobody is anybody yet.
        return try await access.session(token).flatMap { $0.mustChangePassword ? nil : $0 }
    }

    /// A page with who is logged in above it, and the ways to the other pages.
    /// - Parameters:
    ///   - isLive: whether our script keeps its `#live` up to date.
    ///   - scripts: others that may run on it, as `Page`'s.
    package func frame(
        _ title: String, for visitor: Visitor, isLive: Bool = false, scripts: [PageScript] = [], _ body: HTML
    ) -> Page {
        let roles = visitor.session.roles.map(\.title).sorted().joined(separator: "、")
        let shown = ways.filter { $0.roles.isEmpty || visitor.session.has(any: $0.roles) }
        let links = (shown + [Way("/password", "密码")]).map { way -> HTML in
            "<a href='\(prefix)\(way.address)'>\(way.title)</a>"
        }
        return Page(
            title, home: prefix,
            nav: """
                <nav aria-label="主要页面">\(links)</nav>
                <form method="post" action="\(prefix)/log-out" class="who">\(hidden(visitor))
                <span>\(visitor.session.title)，\(visitor.session.organisationTitle ?? "中心")（\(roles)）</span> <button class="quiet">退出</button></form>
                """, scripts: (isLive ? [.live] : []) + scripts, body)
    }
}

/// The cookie of a log-in: no script reads it, no other site's form sends it, and it ends with the browser or the log-in.
enum LogInCookie {
    private static let name = "jiesu"

    /// Of several the first; the database says whether it is one.
    static func token(of request: Request) -> String? {
        let cookies = request.headers.all("Cookie").flatMap { $0.split(separator: ";") }
        for cookie in cookies {
            let parts = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name, parts[1].utf8.count <= 200 { return String(parts[1]) }
        }
        return nil
    }

    /// - Parameter token: empty: takes it away.
    static func set(_ token: String, for request: Request) -> String {
        let isOver = token.isEmpty ? "; Max-Age=0" : ""
        // Then it is never sent otherwise.
        let isSecure = request.isEncrypted ? "; Secure" : ""
        return "\(name)=\(token); Path=/; HttpOnly; SameSite=Lax\(isSecure)\(isOver)"
    }
}
