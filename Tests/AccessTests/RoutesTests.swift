import Access
import Foundation
import HTTP
import JSON
import Postgres
import Support
import Synchronization
import Telemetry
import Testing
import WorkingTime

/// Log-in, log-out and the check of roles over HTTP, at a desk of its own.
@Suite struct RoutesTests {
    private static let organisation = "wangting-urban"

    /// A service with the two routes and one that wants a role, as `role` of the database.
    private final class Service: Sendable {
        let port: Int
        let lines: Lines
        private let serving: Task<Void, any Error>

        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        init(_ pool: Pool) throws {
            let lines = Lines()
            let log = Logger(service: "test", sink: { line in lines.all.withLock { $0.append(line) } })
            let access = AccessStore(pool)
            let guarded = Route(.get, "/guarded", "x", answers: [.init(200, "x")]) { request, _ in
                let session = try await access.authorised(request, any: ["leader", "supervisor"])
                return .json(["account": .int(session.account), "organisation": .string(session.organisation ?? "")])
            }
            let nobody = Route(.get, "/nobody", "x", answers: [.init(200, "x")]) { request, _ in
                _ = try await access.authorised(request, any: [])
                return .noContent
            }
            let server = Server(
                name: "test", listen: "127.0.0.1:0", routes: access.routes + [guarded, nobody], log: log)
            try server.start()
            port = server.port ?? 0
            self.lines = lines
            serving = Task { try await server.run() }
        }

        deinit { serving.cancel() }

        func send(_ method: String, _ target: String, _ headers: Headers = [:], _ body: JSON? = nil) async throws
            -> Client.Answer
        {
            var headers = headers
            if body != nil { headers["Content-Type"] = "application/json" }
            return try await Client(port: port).send(method, target, headers: headers, body: body?.bytes ?? [])
        }

        func logIn(_ name: String, _ password: String) async throws -> Client.Answer {
            try await send("POST", "/api/v1/log-in", [:], ["name": .string(name), "password": .string(password)])
        }
    }

    private func service(as role: String = "jiesu_desk_\(organisation)") async throws -> Service {
        let fixture = try await AccessFixture.shared()
        try await fixture.makeDesk(Self.organisation)
        return try Service(Pool(try fixture.database.settings(as: role), size: 2, log: .silent))
    }

    private func bearer(_ token: String) -> Headers { ["Authorization": "Bearer \(token)"] }

    @Test func `name and password give a token, the token gives access, and its end takes it away`() async throws {
        let service = try await service()
        let account = try await AccessFixture.shared().account(of: Self.organisation, roles: ["leader"])
        let answer = try await service.logIn(account.name, account.password)
        #expect(answer.status == 200)
        #expect(answer.headers["Cache-Control"] == "no-store")
        let token = try #require(answer.json?["token"]?.string)
        let expires = try #require(answer.json?["expires_at"]?.string.flatMap(Moment.init(iso8601:)))
        #expect(expires.microseconds > Int64(Date.now.timeIntervalSince1970 * 1e6))
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let inside = try await service.send("GET", "/guarded", ["Authorization": "\(scheme) \(token)"])
            #expect(inside.status == 200)
            #expect(inside.json == ["account": .int(account.id), "organisation": .string(Self.organisation)])
        }
        let out = try await service.send("DELETE", "/api/v1/log-in", bearer(token))
        #expect(out.status == 204)
        for (method, target) in [("GET", "/guarded"), ("DELETE", "/api/v1/log-in")] {
            let outside = try await service.send(method, target, bearer(token))
            #expect(outside.status == 401)
            #expect(outside.json?["code"] == "log-in-expired")
            #expect(outside.headers["WWW-Authenticate"] == #"Bearer realm="jiesu", error="invalid_token""#)
        }
        let lines = service.lines.all.withLock { $0.joined() }
        #expect(!lines.contains(token) && !lines.contains(account.password) && !lines.contains(account.name))
    }

    @Test func `a wrong password and an unknown name are answered word for word alike`() async throws {
        let service = try await service()
        let account = try await AccessFixture.shared().account(of: Self.organisation)
        let wrong = try await service.logIn(account.name, "x")
        let unknown = try await service.logIn("nobody", account.password)
        #expect(wrong.status == 401 && wrong.json?["code"] == "wrong-log-in" && wrong.json?["title"] == "用户名或密码不正确")
        #expect(wrong.body == unknown.body && unknown.status == 401)
        #expect(wrong.headers["WWW-Authenticate"] == #"Bearer realm="jiesu""#)
    }

    @Test(arguments: [
        [], [("Authorization", "")], [("Authorization", "Bearer")], [("Authorization", "Bearer ")],
        [("Authorization", "Basic eDp5")], [("Authorization", "Bearer a b")], [("Authorization", "TOKEN")],
        [("Authorization", "Bearer TOKEN"), ("Authorization", "Bearer TOKEN")],
        [("Authorization", "Bearer " + String(repeating: "f", count: 201))], [("Cookie", "token=TOKEN")],
    ])
    func `who brings no token in the one way there is must log in first`(fields: [(String, String)]) async throws {
        let service = try await service()
        let account = try await AccessFixture.shared().account(of: Self.organisation, roles: ["leader"])
        let token = try #require(try await service.logIn(account.name, account.password).json?["token"]?.string)
        var headers = Headers()
        for (name, value) in fields { headers.append(value.replacing("TOKEN", with: token), for: name) }
        let answer = try await service.send("GET", "/guarded", headers)
        #expect(answer.status == 401)
        #expect(answer.json?["code"] == "log-in-required")
        #expect(answer.json?["title"] == "请先登录")
        #expect(answer.headers["WWW-Authenticate"] == #"Bearer realm="jiesu""#)
    }

    @Test(arguments: ["x", String(repeating: "0", count: 64), String(repeating: "f", count: 200)])
    func `a token that nobody got is 401`(token: String) async throws {
        let answer = try await service().send("GET", "/guarded", bearer(token))
        #expect(answer.status == 401)
        #expect(answer.json?["code"] == "log-in-expired")
    }

    @Test func `without one of the roles it is 403 and says which`() async throws {
        let service = try await service()
        let fixture = try await AccessFixture.shared()
        for (roles, status) in [(["supervisor"], 200), (["officer", "leader"], 200), (["officer", "admin"], 403)]
            as [([Role], Int)]
        {
            let account = try await fixture.account(of: Self.organisation, roles: roles)
            let token = try #require(try await service.logIn(account.name, account.password).json?["token"]?.string)
            let answer = try await service.send("GET", "/guarded", bearer(token))
            #expect(answer.status == status, "\(roles)")
            if status == 403 {
                #expect(answer.json?["code"] == "role-required")
                #expect(answer.json?["detail"] == "需要以下角色之一：分管领导、督查人员")
            }
            #expect(try await service.send("GET", "/nobody", bearer(token)).status == 403)
        }
    }

    @Test func `a token of another organisation opens nothing here`() async throws {
        let fixture = try await AccessFixture.shared()
        let centre = try await service(as: "jiesu_routing")
        let account = try await fixture.account(of: "tongdu-urban", roles: ["leader"])
        let token = try #require(try await centre.logIn(account.name, account.password).json?["token"]?.string)
        #expect(try await centre.send("GET", "/guarded", bearer(token)).status == 200)
        let desk = try await service()
        #expect(try await desk.send("GET", "/guarded", bearer(token)).status == 401)
        #expect(try await desk.logIn(account.name, account.password).status == 401)
    }

    @Test(arguments: [
        #"{"name": "a"}"#, #"{"name": "a", "password": 1}"#, #"{"name": "", "password": "x"}"#,
        #"{"name": "a", "password": "x", "more": 1}"#, #"{"name": "a\u0000", "password": "x"}"#,
    ])
    func `a request that is none is 422 and asks nobody`(body: String) async throws {
        let service = try await service()
        let answer = try await Client(port: service.port).send(
            "POST", "/api/v1/log-in", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        #expect(answer.status == 422)
        withExtendedLifetime(service) {}
    }

    @Test func `while the database is away it is 503, and a right that is missing is 500, logged without a secret`()
        async throws
    {
        let away = try Service(
            Pool(try ConnectionSettings(url: "postgresql://x:geheim@127.0.0.1:1/jiesu"), size: 1, log: .silent))
        for answer in [
            try await away.logIn("zhang", "geheim"), try await away.send("GET", "/guarded", bearer("geheim")),
        ] {
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] != nil)
        }
        let mistaken = try await service(as: "jiesu_deadlines")
        let answer = try await mistaken.logIn("zhang", "geheim")
        #expect(answer.status == 500 && answer.json?["code"] == "internal-error")
        let lines = mistaken.lines.all.withLock { $0 }
        #expect(lines.contains { $0.contains("42501") && $0.contains("handler failed") }, "\(lines)")
        #expect(!lines.joined().contains("geheim") && !lines.joined().contains("zhang"))
    }

    @Test func `the two routes are described`() async throws {
        let document = try await service().send("GET", "/openapi.json").json
        let path = document?["paths"]?["/api/v1/log-in"]
        #expect(path?["post"]?["responses"]?["200"] != nil)
        #expect(path?["delete"]?["responses"]?["204"] != nil)
        #expect(
            path?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]?["required"] == [
                "name", "password",
            ])
    }
}
