import HTTP
import JSON
import Support
import Testing

extension SystemTests {
    /// Every form of every service, as its document lists them: none may be forgotten.
    @Test(.timeLimit(.minutes(5)))
    func `a form that comes with a forged cookie or another log-in's word does nothing, whichever it is`() async throws
    {
        try await Self.suite(desks: [Insiders.organisation]) { suite in
            let insiders = try await Insiders(suite)
            let before = try await Self.traces(suite)
            var tried = 0
            for (part, home) in Insiders.sites {
                let client = Client(port: try await suite.port(of: part))
                let own = insiders.logIn(at: part)
                let stranger = insiders.logIn(at: part == Insiders.desk ? "routing" : Insiders.desk)
                for form in try await Self.forms(client) where form.path.hasPrefix(home + "/") {
                    guard form.fields["form_token"] != nil else {
                        #expect(form.path == home + "/log-in", "\(form.path) can be sent from anywhere")
                        continue
                    }
                    tried += 1
                    func send(_ cookie: String?, _ word: String) async throws -> Int {
                        var headers: Headers = ["Content-Type": "application/x-www-form-urlencoded"]
                        headers["Cookie"] = cookie
                        let fields = form.fields.merging(["form_token": word]) { $1 }
                        let body = fields.map { "\($0)=\($1)" }.joined(separator: "&")
                        let path = form.path.replacing("{number}", with: insiders.number)
                            .replacing(/\{[a-z_]+\}/, with: "1")
                        return try await client.send("POST", path, headers: headers, body: Array(body.utf8)).status
                    }
                    let forged = [
                        "", String(repeating: "0", count: 64), String(own.token.dropLast()), own.token + "0",
                        own.token.uppercased(), "'%20OR%201=1--",
                    ]
                    let cookies: [String?] = forged.map { "jiesu=\($0)" } + [nil, "other=\(own.token)"]
                    for cookie in cookies {
                        let status = try await send(cookie, own.formToken)
                        #expect(
                            status == 303 || status == 401, "\(form.path) with \(cookie ?? "no cookie"): to the log-in")
                    }
                    for word in [
                        "", "0", String(repeating: "0", count: 64), own.token, stranger.formToken,
                        String(own.formToken.dropLast()), own.formToken.uppercased(),
                    ] {
                        let status = try await send("jiesu=" + own.token, word)
                        #expect(status == 403, "\(form.path) with the word \(word)")
                    }
                }
            }
            #expect(tried >= 20, "all forms were found")
            #expect(try await Self.traces(suite) == before)
            for (part, home) in Insiders.sites {
                let headers: Headers = ["Cookie": "jiesu=\(insiders.logIn(at: part).token)"]
                let client = Client(port: try await suite.port(of: part))
                let page = try await client.send("GET", home + "/password", headers: headers)
                #expect(page.status == 200, "\(home): nobody was logged out")
            }
        }
    }

    /// What a form that does something leaves in the tables.
    private static func traces(_ suite: SuiteUnderTest) async throws -> [Int] {
        var counts: [Int] = []
        let tables: [StaticString] = [
            "case_event", "command", "submission", "note", "access_log", "search_log", "account",
        ]
        for table in tables {
            counts.append(try await suite.number("SELECT count(*) FROM jiesu.\(raw: table)"))
        }
        return counts
    }

    /// Every form that the service's document lists, with an answer to each question that must be answered.
    private static func forms(_ client: Client) async throws -> [(path: String, fields: [String: String])] {
        let document = try #require(try await client.send("GET", "/openapi.json").json)
        return try #require(document["paths"]?.object).compactMap { path, operations in
            let content = operations["post"]?["requestBody"]?["content"]
            guard let schema = content?["application/x-www-form-urlencoded"]?["schema"] else { return nil }
            var fields: [String: String] = [:]
            for name in (schema["required"]?.array ?? []).compactMap(\.string) {
                let field = schema["properties"]?[name]
                fields[name] =
                    field?["enum"]?.array?.first?.string ?? (field?["type"] == "boolean" ? "true" : "1")
            }
            return (path, fields)
        }
    }
}
