import Access
import CaseStore
import HTTP
import JSON
import Postgres
import Support
import Telemetry
import Testing

/// What a password may be, and that an administrator's opens nothing.
@Suite struct PasswordTests {
    private let rules = PasswordRules.shipped

    @Test(arguments: [
        "k3vd-9wma-tz", "路灯坏了十几盏请尽快修", "correct horse", "Gj7!xq2Lw9", "ein langer Satz 7",
    ])
    func `what is hard to guess is taken`(password: String) {
        #expect(rules.fault(in: password, for: "zhang.wei") == nil)
    }

    @Test(arguments: [
        ("", "10 到 24"), ("kurz7!x", "10 到 24"), (String(repeating: "ab3d!", count: 5), "10 到 24"),
        (String(repeating: "一二三四五", count: 5), "10 到 24"), ("aaaaaaaaaaaa", "不同的字符"), ("abababababab", "不同的字符"),
        ("111122223333", "不同的字符"), ("xy-zhang.wei-7", "用户名"), ("Zhang.Wei.2026", "用户名"), ("password1234", "太常见"),
        ("Password123!", "太常见"), ("1234567890", "太常见"), ("qwertyuiop", "太常见"), ("woaini5201314", "太常见"),
        ("admin@123456", "太常见"), ("jiesu12345!!", "太常见"),
    ])
    func `what everybody tries first is refused, with the reason`(password: String, reason: String) throws {
        let fault = try #require(rules.fault(in: password, for: "zhang.wei"))
        #expect(fault.contains(reason), "\(fault)")
    }

    @Test func `a name of two letters may be in a password by chance`() {
        #expect(rules.fault(in: "k3vd-9wma-li", for: "li") == nil)
    }

    @Test func `passwords that the suite makes up would be taken`() {
        for _ in 0..<200 { #expect(rules.fault(in: Password.random(), for: "nobody-here") == nil) }
    }

    @Test func `with a first password nothing is done but to change it; a program's token is not asked for one`()
        async throws
    {
        let fixture = try await AccessFixture.shared()
        let access = try await fixture.deskStore("city-urban")
        let guarded = Route(.get, "/guarded", "x", answers: [.init(204, "x")]) { request, _ in
            _ = try await access.authorised(request, any: ["officer"])
            return .noContent
        }
        let server = Server(name: "test", listen: "127.0.0.1:0", routes: access.routes + [guarded], log: .silent)
        try server.start()
        let serving = Task { try await server.run() }
        defer { serving.cancel() }
        let client = Client(port: server.port ?? 0)
        let account = try await fixture.account(of: "city-urban", isNew: true)
        let token = try #require(try await access.logIn(name: account.name, password: account.password)).token
        func send(_ method: String, _ path: String, _ token: String, _ body: JSON? = nil) async throws -> Client.Answer
        {
            var headers: Headers = ["Authorization": "Bearer \(token)"]
            if body != nil { headers["Content-Type"] = "application/json" }
            return try await client.send(method, path, headers: headers, body: body?.bytes ?? [])
        }
        let refused = try await send("GET", "/guarded", token)
        #expect(refused.status == 403 && refused.json?["code"] == "password-change-required", "\(refused.text)")
        func change(from old: String, to new: String) async throws -> Client.Answer {
            try await send("PUT", "/api/v1/password", token, ["old": .string(old), "new": .string(new)])
        }
        let weak = try await change(from: account.password, to: "password1234")
        #expect(weak.status == 422 && weak.text.contains("/new") && weak.text.contains("太常见"), "\(weak.text)")
        #expect(try await change(from: account.password, to: account.password).text.contains("与现在的相同"))
        let wrong = try await change(from: "x", to: "mnt-rk7-wlpq")
        #expect(wrong.status == 422 && wrong.text.contains("/old"), "\(wrong.text)")
        #expect(try await send("GET", "/guarded", token).status == 403)
        #expect(try await change(from: account.password, to: "mnt-rk7-wlpq").status == 204)
        #expect(try await send("GET", "/guarded", token).status == 204, "at once")

        // Reset: what is logged in ends, the new one must be changed again, what a program holds goes on.
        let program = try await fixture.pool.withConnection { connection in
            try await Accounts(on: connection).addToken(for: account.name, label: "test", days: 1)
        }
        _ = try await fixture.pool.withConnection { try await Accounts(on: $0).newPassword(for: account.name) }
        #expect(try await send("GET", "/guarded", try #require(program).token).status == 204)
        #expect(
            try await fixture.number("SELECT count(*) FROM jiesu.account WHERE id = \(account.id) AND must_change") == 1
        )
    }
}
