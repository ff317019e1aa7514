import HTTP
import JSON
import Postgres
import WorkingTime

extension AccessStore {
    /// Log-in and log-out, for a service that has an API for people with accounts.
    package var routes: [Route] { [logInRoute, logOutRoute, passwordRoute] }

    /// Who sends the request, if they have one of `roles`. The token comes as `Authorization: Bearer …`.
    /// - Throws: 401 without a token that is good, 403 with a first password or without one of the roles; what the database says.
    package func authorised(_ request: Request, any roles: [Role]) async throws -> Session {
        let session = try await loggedIn(request).session
        guard !session.mustChangePassword else { throw Problem.passwordChangeRequired }
        try session.require(any: roles)
        return session
    }

    /// Who sends the request, whatever their roles, and with what token.
    private func loggedIn(_ request: Request) async throws -> (session: Session, token: String) {
        guard let token = Self.token(of: request) else {
            throw Problem(401, "log-in-required", "请先登录", headers: Self.challenge())
        }
        guard let session = try await session(token) else {
            throw Problem(401, "log-in-expired", "登录已失效,请重新登录", headers: Self.challenge(#", error="invalid_token""#))
        }
        return (session, token)
    }

    /// The token of the only `Authorization` header; several, another scheme and an empty token are none.
    package static func token(of request: Request) -> String? {
        let headers = request.headers.all("Authorization")
        guard headers.count == 1 else { return nil }
        let parts = headers[0].split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= longestToken else {
            return nil
        }
        return String(parts[1])
    }

    /// Bytes; ours have 64.
    private static let longestToken = 200

    private static func challenge(_ reason: String = "") -> Headers {
        ["WWW-Authenticate": "Bearer realm=\"jiesu\"\(reason)"]
    }

    private var logInRoute: Route {
        Route(
            .post, "/api/v1/log-in", "登录,取得令牌", tags: ["access"],
            body: .json(
                .object([
                    .required("name", .string(1...64), "用户名"), .required("password", .string(1...200), "密码"),
                ])),
            answers: [
                .init(
                    200, "已登录",
                    .object([
                        .required("token", .string(64...64), "令牌,随每次请求以 Authorization: Bearer 发送"),
                        .required("expires_at", .string(20...40, .dateTime), "失效时间"),
                    ]))
            ]
        ) { [self] request, body in
            let (name, password) = (body["name"]?.string ?? "", body["password"]?.string ?? "")
            let logIn: LogIn?
            do {
                logIn = try await self.logIn(name: name, password: password, from: request.peer)
            } catch is TooManyGuesses {
                throw Problem.tooManyGuesses
            }
            guard let logIn else {
                throw Problem(401, "wrong-log-in", "用户名或密码不正确", headers: Self.challenge())
            }
            return .json(
                ["token": .string(logIn.token), "expires_at": .string(logIn.expiresAt.iso8601)],
                headers: ["Cache-Control": "no-store"])
        }
    }

    private var passwordRoute: Route {
        Route(
            .put, "/api/v1/password", "修改自己的密码;其他登录随即失效。初始密码须先改", tags: ["access"],
            parameters: [.header("Authorization", .string(1...300), "Bearer 加令牌")],
            body: .json(
                .object([
                    .required("old", .string(1...200), "现在的密码"), .required("new", .string(1...200), "新密码"),
                ])), answers: [.init(204, "已修改")]
        ) { [self] request, body in
            let (session, token) = try await loggedIn(request)
            do {
                let isRight = try await changePassword(
                    token, of: session, at: request.peer, from: body["old"]?.string ?? "",
                    to: body["new"]?.string ?? "")
                guard isRight else { throw Problem.invalid([.init("/old", "现在的密码不正确")]) }
            } catch is TooManyGuesses {
                throw Problem.tooManyGuesses
            } catch let error as WeakPassword {
                throw Problem.invalid([.init("/new", error.fault)])
            }
            return .noContent
        }
    }

    private var logOutRoute: Route {
        Route(
            .delete, "/api/v1/log-in", "退出登录,令牌随即失效", tags: ["access"],
            parameters: [.header("Authorization", .string(1...300), "Bearer 加令牌")], answers: [.init(204, "已退出")]
        ) { [self] request, _ in
            let token = try await loggedIn(request).token
            try await logOut(token)
            return .noContent
        }
    }
}

extension Session {
    /// - Throws: 403 without one of `roles`.
    package func require(any roles: [Role]) throws(Problem) {
        guard !has(any: roles) else { return }
        let wanted = roles.map(\.title).joined(separator: "、")
        throw Problem(403, "role-required", "没有这项权限", detail: "需要以下角色之一：\(wanted)")
    }
}

extension Problem {
    package static let passwordChangeRequired = Problem(
        403, "password-change-required", "请先修改初始密码",
        detail: "管理员给的密码只能用来改成自己的密码：在网页上修改，或调用 PUT /api/v1/password")

    package static let tooManyGuesses = Problem(
        429, "too-many-guesses", "登录尝试过于频繁", detail: "请过十秒再试", headers: ["Retry-After": "10"])
}
