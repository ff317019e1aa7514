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

    /// - Parameter kept: a form that was sent when the log-in had ended.
    func logInPage(_ fault: String? = nil, name: String = "", keeping kept: KeptForm? = nil) -> Page {
        Page(
            "登录", home: prefix, nav: nil,
            """
            \(summary(of: fault.map { [("name", $0)] } ?? []))
            <form method="post" action="\(prefix)/log-in" class="card">
            \(kept.map { kept -> HTML in "<input type='hidden' name='kept' value='\(kept.text)'>" })
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
                .object([
                    .required("name", .string(0...200), "用户名"), .required("password", .string(0...200), "密码"),
                    .optional("kept", .string(0...KeptForm.most), "登录失效时已填写的表单"),
                ])),
            answers: [Self.html]
        ) { request, answers in
            let (name, password) = (answers["name"]?.string ?? "", answers["password"]?.string ?? "")
            let kept = answers["kept"]?.string.flatMap { KeptForm($0, under: prefix) }
            do {
                guard let logIn = try await access.logIn(name: name, password: password, from: request.peer) else {
                    return logInPage("用户名或密码不正确", name: name, keeping: kept).response(status: 401)
                }
                var response = try await welcome(logIn.token, kept)
                response.headers["Set-Cookie"] = LogInCookie.set(logIn.token, for: request)
                return response
            } catch is AccessStore.TooManyGuesses {
                let problem = Problem.tooManyGuesses
                return logInPage("\(problem.title)，\(problem.detail ?? "")", name: name, keeping: kept)
                    .response(status: problem.status, headers: problem.headers)
            }
        }
    }

    /// The first page, or the form that was kept, to be sent again by whoever has just logged in: with a word of this log-in.
    private func welcome(_ token: String, _ kept: KeptForm?) async throws -> Response {
        guard let kept, let session = try await access.session(token), !session.mustChangePassword else {
            return .seeOther(prefix)
        }
        let visitor = Visitor(session: session, token: token)
        let fields = kept.fields.map { field -> HTML in
            "<input type='hidden' name='\(field.name)' value='\(field.value)'>"
        }
        return frame(
            "继续提交", for: visitor,
            """
            <p>登录失效前填写的内容还在，尚未提交。\(kept.hadFiles ? "所选的照片和文件没有保留，须重新打开那一页再选。" : "")</p>
            <form method="post" action="\(kept.path)" class="card">\(hidden(visitor))\(fields)
            <button>提交刚才填写的内容</button></form>
            <p><a href="\(prefix)">不提交，去首页</a></p>
            """
        ).response()
    }

    var logOut: Route {
        Route(
            .post, "\(prefix)/log-out", "从网页退出", tags: ["pages"], body: .form(.object([Self.formTokenField])),
            answers: [Self.html]
        ) { request, answers in
            try await form(request, answers, isForNewcomers: true) { visitor in
                try await access.logOut(visitor.token)
                var response = Response.seeOther("\(prefix)/log-in")
                response.headers["Set-Cookie"] = LogInCookie.set("", for: request)
                return response
            }
        }
    }

    var passwordForm: Route {
        Route(.get, "\(prefix)/password", "改密码的表单", tags: ["pages"], answers: [Self.html]) { request, _ in
            try await page(request, isForNewcomers: true) { passwordPage(for: $0).response() }
        }
    }

    /// What whoever has an administrator's password gets whatever they ask for.
    func firstPasswordPage(for visitor: Visitor) -> Response {
        passwordPage(for: visitor).response(status: Problem.passwordChangeRequired.status)
    }

    private func passwordPage(for visitor: Visitor, _ fault: (field: String, message: String)? = nil) -> Page {
        let length = PasswordRules.shipped.length
        let isFirst = visitor.session.mustChangePassword
        func field(_ name: String, _ label: String, hint: String? = nil, fill: StaticString) -> HTML {
            Field(name, label, hint: hint, isRequired: true, .line(type: "password", fill: fill))
                .html(fault: fault?.field == name ? fault?.message : nil)
        }
        return frame(
            isFirst ? "请先修改初始密码" : "修改密码", for: visitor,
            """
            \(isFirst ? "<p>管理员给的密码只能用来改成您自己的密码，改好以后才能办理。</p>" : nil)
            \(summary(of: fault.map { [$0] } ?? []))
            <form method="post" action="\(prefix)/password" class="card">\(hidden(visitor))
            \(field("old", "现在的密码", fill: "current-password"))
            \(field("new", "新密码", hint: "\(length.lowerBound) 到 \(length.upperBound) 个字符，不含用户名和常用的词；改后其他登录随即失效", fill: "new-password"))
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
            try await form(request, answers, isForNewcomers: true) { visitor in
                let (old, new) = (answers["old"]?.string ?? "", answers["new"]?.string ?? "")
                func refused(_ field: String, _ message: String) -> Response {
                    passwordPage(for: visitor, (field, message)).response(status: 422)
                }
                guard new == answers["again"]?.string else { return refused("again", "两次写的新密码不同") }
                do {
                    let isRight = try await access.changePassword(
                        visitor.token, of: visitor.session, at: request.peer, from: old, to: new)
                    guard isRight else { return refused("old", "现在的密码不正确") }
                } catch is AccessStore.TooManyGuesses {
                    throw Problem.tooManyGuesses
                } catch let error as AccessStore.WeakPassword {
                    return refused("new", error.fault)
                }
                return frame(
                    "密码已修改", for: visitor,
                    "<div class='notice' role='status'>其他登录已失效。</div><p><a href='\(prefix)'>去首页</a></p>"
                ).response()
            }
        }
    }
}
