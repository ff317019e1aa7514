import HTTP

/// A whole page: one frame around what each is about. Made by the server, complete without JavaScript.
package struct Page: Sendable {
    package let title: String
    private let home: String
    private let nav: HTML?
    private let scripts: [PageScript]
    let body: HTML

    /// - Parameters:
    ///   - title: what the page is, in a few words; its heading and the name of the window.
    ///   - home: the address of the first page.
    ///   - nav: ways to other pages, above each.
    ///   - scripts: what adds to the page what it can do without as well.
    package init(_ title: String, home: String = "/", nav: HTML? = nil, scripts: [PageScript] = [], _ body: HTML) {
        self.title = title
        self.home = home
        self.nav = nav
        self.scripts = scripts
        self.body = body
    }

    /// As an answer. Unless `headers` say otherwise nothing keeps it: whoever sits at the same machine next does not find it with the
    /// button for "back".
    package func response(status: Int = 200, headers: Headers = [:]) -> Response {
        var all = headers
        if all["Cache-Control"] == nil { all["Cache-Control"] = "no-store" }
        all["Content-Security-Policy"] = Self.policy + PageScript.policy(scripts)
        all["Referrer-Policy"] = "same-origin"
        return .html(document.text, status: status, headers: all)
    }

    /// Nothing from elsewhere, in nobody's frame, and no script but those that the page asks for.
    private static let policy =
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private var document: HTML {
        """
        <!DOCTYPE html>
        <html lang="zh-CN">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) · 接诉</title>
        <link rel="stylesheet" href="/style.css">
        <link rel="icon" href="data:,">
        \(scripts.map { one -> HTML in "<script src='\(one.address)' defer></script>" })
        </head>
        <body>
        <a class="skip" href="#main">跳到正文</a>
        <header><a href="\(home)">接诉</a>\(nav)</header>
        <main id="main" tabindex="-1">
        <h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>
        """
    }

    /// What a browser gets in place of a problem document.
    /// - Parameter home: the address of the service's first page.
    package static func problem(_ problem: Problem, home: String = "/") -> Response {
        Page(problem.title, home: home, words(of: problem, home: home))
            .response(status: problem.status, headers: problem.headers)
    }

    /// What a problem says, for a page that has its title.
    package static func words(of problem: Problem, home: String) -> HTML {
        let faults = problem.fields.map { field -> HTML in "<li>\(field.message)</li>" }
        return """
            \(problem.detail.map { detail -> HTML in "<p>\(detail)</p>" })
            \(faults.isEmpty ? nil : HTML("<ul>\(faults)</ul>"))
            <p><a href="\(home)">回到首页</a></p>
            """
    }
}
