import Access
import HTTP
import JSON
import Pages

extension WorkSite {
    var logInForm: Route {
        Route(.get, "\(prefix)/log-in", "登录的表单", tags: ["pages"], answers: [Self.html]) { _, _ in
            logInPage().response()
        }
    }

    private func logInPage(_ fault: String? = nil, name: String = "") -> Page {
        Page(
            "登录", home: prefix, nav: nil,
            """
            \(summary(of: fault.map { [("name", $0)] } ?? []))
            <form method="post" action="\(prefix)/log-in" class="card">
            \(Field("name", "用户名", isRequired: true, .line(fill: "username")).html(name, fault: fault))
            \(Field("password", "密码", isRequired: true, .line(type: "password", fill: "current-password")).html())
            <button>登录</button>
            </form>
            """)
    }

    var logIn: Route {
        Route(
            .post, "\(prefix)/log-in", "从网页登录", tags: ["pages"],
            body: .form(
                .object([.required("name", .string(0...200), "用户名"), .required("password", .string(0...200), "密码")])),
            answers: [Self.html]
        ) { request, answers in
            let (name, password) = (answers["name"]?.string ?? "", answers["password"]?.string ?? "")
            do {
                guard let logIn = try await access.logIn(name: name, password: password, from: request.peer) else {
                    return logInPage("用户名或密码不正确", name: name).response(status: 401)
                }
                var response = Response.seeOther(prefix)
                response.headers["Set-Cookie"] = LogInCookie.set(logIn.token, for: request)
                return response
            } catch is AccessStore.TooManyGuesses {
                let problem = Problem.tooManyGuesses
                return logInPage("\(problem.title)，\(problem.detail ?? "")", name: name)
                    .response(status: problem.status, headers: problem.headers)
            }
        }
    }

    var logOut: Route {
        Route(
            .post, "\(prefix)/log-out", "从网页退出", tags: ["pages"], body: .form(.object([Self.formTokenField])),
            answers: [Self.html]
        ) { request, answers in
            try await form(request, answers) { visitor in
                try await access.logOut(visitor.token)
                var response = Response.seeOther("\(prefix)/log-in")
                response.headers["Set-Cookie"] = LogInCookie.set("", for: request)
                return response
            }
        }
    }

    /// Characters of a new password at least ([D] B.10; bcrypt takes no more than 72 bytes).
    private static let passwordLength = 10...24

    var passwordForm: Route {
        Route(.get, "\(prefix)/password", "改密码的表单", tags: ["pages"], answers: [Self.html]) { request, _ in
            try await page(request) { passwordPage(for: $0).response() }
        }
    }

    private func passwordPage(for visitor: Visitor, _ fault: (field: String, message: String)? = nil) -> Page {
        func field(_ name: String, _ label: String, hint: String? = nil, fill: StaticString) -> HTML {
            Field(name, label, hint: hint, isRequired: true, .line(type: "password", fill: fill))
                .html(fault: fault?.field == name ? fault?.message : nil)
        }
        return frame(
            "修改密码", for: visitor,
            """
            \(summary(of: fault.map { [$0] } ?? []))
            <form method="post" action="\(prefix)/password" class="card">\(hidden(visitor))
            \(field("old", "现在的密码", fill: "current-password"))
            \(field("new", "新密码", hint: "10 到 24 个字符；改后其他登录随即失效", fill: "new-password"))
            \(field("again", "再写一遍新密码", fill: "new-password"))
            <button>修改</button>
            </form>
            """)
    }

    var changePassword: Route {
        let texts = ["old", "new", "again"].map { Schema.Field.required($0, .string(0...200), "密码") }
        return Route(
            .post, "\(prefix)/password", "从网页改密码", tags: ["pages"],
            body: .form(.object([Self.formTokenField] + texts)), answers: [Self.html]
        ) { request, answers in
            try await form(request, answers) { visitor in
                let (old, new) = (answers["old"]?.string ?? "", answers["new"]?.string ?? "")
                func refused(_ field: String, _ message: String) -> Response {
                    passwordPage(for: visitor, (field, message)).response(status: 422)
                }
                guard Self.passwordLength.contains(new.count), new.utf8.count <= 72 else {
                    return refused("new", "新密码须有 10 到 24 个字符")
                }
                guard new == answers["again"]?.string else { return refused("again", "两次写的新密码不同") }
                guard new != old else { return refused("new", "新密码不能与现在的相同") }
                do {
                    let isRight = try await access.changePassword(
                        visitor.token, of: visitor.session, at: request.peer, from: old, to: new)
                    guard isRight else { return refused("old", "现在的密码不正确") }
                } catch is AccessStore.TooManyGuesses {
                    throw Problem.tooManyGuesses
                }
                return frame("密码已修改", for: visitor, "<div class='notice' role='status'>其他登录已失效。</div>").response()
            }
        }
    }
}
